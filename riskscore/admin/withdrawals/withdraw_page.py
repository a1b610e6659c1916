"""The page on which a release or a layer is withdrawn: what follows, which scores move, and why."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from riskscore.admin.ui import wording
from riskscore.admin.ui.pages import Page
from riskscore.admin.ui.versioned import Row
from riskscore.curation.withdrawals import withdraw as withdrawing
from riskscore.curation.withdrawals.moves import Move
from riskscore.curation.withdrawals.outcome import CannotWithdraw, Target, called
from riskscore.models import LandLayer, Release

PERMISSION = "riskscore.add_withdrawal"


class Withdrawable(Page[Row]):
    """Adds ``…/withdraw/`` to the pages of a table of releases or layers."""

    def get_urls(self) -> list[URLPattern]:
        name = f"riskscore_{self.opts.model_name}_withdraw"
        view = self.admin_site.admin_view(self.withdraw_one)
        return [path("<path:object_id>/withdraw/", view, name=name), *super().get_urls()]

    def withdraw_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what would follow; withdraw it when the reason comes."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        target: Any = self.row(request, object_id)
        reason = request.POST.get("reason", "")
        try:
            if request.method == "POST" and reason.strip():
                withdrawing.withdraw(target, reason, by=request.user)
                self.log_change(request, target, f"Withdrawn: {reason}"[:200])
                self.message_user(request, f"{called(target)} is withdrawn; scores are made again.")
                return HttpResponseRedirect(_page(target))
            seen = withdrawing.preview(target)
        except CannotWithdraw as error:
            self.message_user(request, f"Nothing was withdrawn: {error}", messages.ERROR)
            return HttpResponseRedirect(_page(target))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Withdraw {called(target)}",
            "opts": self.opts,
            "original": target,
            "page": _page(target),
            "outcome": seen.outcome,
            "views": [(one, [_shown(move) for move in one.largest]) for one in seen.moves],
            "missing": request.method == "POST",
            "longest": withdrawing.LONGEST,
        }
        return TemplateResponse(request, "admin/withdraw.html", context)


def way(request: HttpRequest, target: Target | None) -> str:
    """The address of the page that withdraws it; empty if it cannot be, or not by this person."""
    if target is None or not request.user.has_perm(PERMISSION):
        return ""
    if hasattr(target, "withdrawal") or (isinstance(target, LandLayer) and not target.sha256):
        return ""
    return reverse(f"admin:riskscore_{target._meta.model_name}_withdraw", args=[target.pk])


def _page(target: Release | LandLayer) -> str:
    return reverse(f"admin:riskscore_{target._meta.model_name}_change", args=[target.pk])


def _shown(move: Move) -> tuple[Move, list[tuple[str, str, str]]]:
    """A move with (node, before, after) of what differs."""
    nodes = [name for name, value in move.before.items() if value != move.after[name]]
    return move, [
        (name, wording.points(move.before[name]), wording.points(move.after[name]))
        for name in nodes
    ]
