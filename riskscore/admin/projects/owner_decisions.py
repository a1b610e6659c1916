"""Deciding about statements on owners: one by one by a button, many by an action, never by edit."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from riskscore.admin.ui import wording
from riskscore.admin.ui.confirmed_actions import Consequence
from riskscore.admin.ui.filters import VersionFilter
from riskscore.admin.ui.pages import Rescoring
from riskscore.admin.ui.superseding import Superseding
from riskscore.curation import owner_edits
from riskscore.jobs import requests, scope
from riskscore.models import Domicile, Ownership

Said = TypeVar("Said", Ownership, Domicile)
#: Statements that one action may decide.
MOST = 5000
REFUSALS = (owner_edits.Superseded, requests.CannotStart, scope.BadScope)
CONFIRM = (
    "Confirm the selected: a person has checked them, they count in full, projects are rescored"
)
REJECT = "Reject the selected: they count nothing from now on, projects are rescored"
#: The state that an action gives.
DECISIONS = {
    "confirm_selected": Ownership.State.CONFIRMED,
    "reject_selected": Ownership.State.REJECTED,
}


class Decided(Superseding[Said], Rescoring[Said]):
    """A list of statements with their states; a change is a new version, and both stay."""

    refusals: Any = (*Rescoring.refusals, owner_edits.Superseded)
    change_form_template = "admin/owner_statement.html"
    add_form_template = "admin/owner_statement.html"
    actions = ("confirm_selected", "reject_selected")
    list_filter = (VersionFilter, "state", "release")

    def begun_from(self, old: Any) -> dict[str, Any]:
        """What is judged anew begins empty: how far it is believed, and why it was corrected."""
        return {**self.stated(old), "credibility": None, "note": ""}

    def has_change_permission(self, request: HttpRequest, obj: Said | None = None) -> bool:
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether this person may confirm, correct and reject."""
        return self.has_add_permission(request)

    def get_urls(self) -> list[URLPattern]:
        name = self.opts.model_name
        view = self.admin_site.admin_view
        ours: list[URLPattern] = [
            path("<path:object_id>/confirm/", view(require_POST(self.confirm_one)),
                 name=f"riskscore_{name}_confirm"),
            path("<path:object_id>/reject/", view(require_POST(self.reject_one)),
                 name=f"riskscore_{name}_reject"),
        ]  # fmt: skip
        return [*ours, *super().get_urls()]

    def confirm_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Confirm the statement beside whose button this stands."""
        return self._decide_one(request, object_id, Ownership.State.CONFIRMED)

    def reject_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Reject the statement beside whose button this stands."""
        return self._decide_one(request, object_id, Ownership.State.REJECTED)

    def _decide_one(self, request: HttpRequest, object_id: str, state: str) -> HttpResponse:
        said = self.row(request, object_id)
        if not self.has_decide_permission(request):
            raise PermissionDenied
        self._decide(request, [said], state)
        back = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            back = reverse(f"admin:riskscore_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(back)

    @admin.action(description=CONFIRM, permissions=["decide"])
    def confirm_selected(self, request: HttpRequest, chosen: QuerySet[Said]) -> None:
        self._decide_many(request, chosen, Ownership.State.CONFIRMED)

    @admin.action(description=REJECT, permissions=["decide"])
    def reject_selected(self, request: HttpRequest, chosen: QuerySet[Said]) -> None:
        self._decide_many(request, chosen, Ownership.State.REJECTED)

    def consequences(
        self, request: HttpRequest, action: str, chosen: QuerySet[Said]
    ) -> Sequence[Consequence]:
        state = DECISIONS[action]
        newest = chosen.filter(superseded_by__isnull=True)
        turned = list(newest.exclude(state=state))
        return (
            (f"will be {state}, as a new version each", len(turned)),
            ("projects will be rescored", len(owner_edits.touched(turned))),
            (f"are {state} already", newest.count() - len(turned)),
            ("have a newer version and stay as they are", chosen.count() - newest.count()),
        )

    def _decide_many(self, request: HttpRequest, chosen: QuerySet[Said], state: str) -> None:
        newest = chosen.filter(superseded_by__isnull=True).order_by("pk")
        statements = list(newest[: MOST + 1])
        if len(statements) > MOST:
            self.message_user(request, f"More than {MOST:,}: choose fewer.", messages.ERROR)
            return
        self._decide(request, statements, state)

    def _decide(self, request: HttpRequest, statements: list[Said], state: str) -> None:
        try:
            made = owner_edits.decide(statements, state, by=request.user)
        except REFUSALS as error:
            self.message_user(request, f"Nothing was decided. {error}", messages.ERROR)
            return
        for old, new in zip([one for one in statements if one.state != state], made, strict=True):
            self.log_change(request, new, f"{old.state.capitalize()} → {state}.")
        self.message_user(
            request, f"{len(made):,} {state}; the projects that they are about are rescored."
        )

    def around(self, request: HttpRequest, row: Said) -> dict[str, Any]:
        newer = type(row).objects.filter(supersedes=row).first()
        return {
            "newer": newer,
            "may_decide": newer is None and self.has_decide_permission(request),
            "model_name": self.opts.model_name,
        }

    @admin.display(description="source")
    def where(self, row: Said) -> SafeString | str:
        """Where it can be read, else its release."""
        return wording.link(row.url) if row.url else row.source

    @admin.display(description="current", boolean=True)
    def is_current(self, row: Said) -> bool:
        return not hasattr(row, "superseded_by")
