"""What was withdrawn, by whom and why: read-only, since nobody takes a withdrawal back in place."""

from riskscore.admin.ui.pages import ReadOnly
from riskscore.models import Withdrawal


class WithdrawalAdmin(ReadOnly[Withdrawal]):
    """The newest first."""

    list_display = ("what", "reason", "edition", "withdrawn_by", "withdrawn_at")
    list_select_related = ("release", "layer", "edition", "withdrawn_by")
    search_fields = ("=release__code", "=layer__code", "reason")
