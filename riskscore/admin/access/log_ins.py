"""Failed log-ins: counted by account and address, written down, and forgiven by an operator.

django-axes counts and locks. An account is locked for one address, never for all, so a stranger
cannot lock a curator out; what one address may try of all accounts together is bounded too.
"""

import logging
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

log = logging.getLogger(__name__)

#: An address may fail so many times as often over all accounts as over one.
ADDRESS_PER_ACCOUNT = 10
LONGEST_NAME = 150  # of an account; a longer one is of none, and is counted all the same


class ByAccountAndAddress(AxesDatabaseHandler):  # type: ignore[misc]
    """The handler of django-axes, with a wider bound for an address than for an account on it."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Failures of the account from this address, or a tenth of those of the address."""
        of_account, of_address = (
            sum(attempts.values_list("failures_since_start", flat=True))
            for attempts in self.get_user_attempts(request, credentials)
        )
        return int(max(of_account, of_address // ADDRESS_PER_ACCOUNT))

    def reset_user_attempts(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """Forget the failures of who has logged in; an account of one's own buys no more tries on
        those of others."""
        count, _ = self.filter_user_attempts(request, credentials)[0].delete()
        return int(count)

    def user_login_failed(
        self,
        sender: Any,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **about: Any,
    ) -> None:
        """Count it, and write one line: the account, the address, never the password."""
        name = str(credentials.get("username") or "")[:LONGEST_NAME]
        super().user_login_failed(sender, {**credentials, "username": name}, request, **about)
        locked = bool(getattr(request, "axes_locked_out", False))
        log.warning(
            "log-in failed: account %r from %s%s",
            name,
            getattr(request, "axes_ip_address", None) or "a socket",
            ", locked" if locked else "",
        )


class FailedLogIns(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who failed to log in lately, and from where; deleting a row unlocks."""

    list_display = (
        "username", "ip_address", "failures_since_start", "is_locked", "attempt_time", "path_info",
    )  # fmt: skip
    search_fields = ("username", "ip_address")
    fields = (
        "username", "ip_address", "failures_since_start", "attempt_time", "path_info", "user_agent",
    )  # fmt: skip

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    @admin.display(description="locked", boolean=True)
    def is_locked(self, row: AccessAttempt) -> bool:
        return bool(row.failures_since_start >= settings.AXES_FAILURE_LIMIT)
