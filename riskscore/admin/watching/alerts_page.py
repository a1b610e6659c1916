"""A person's alerts: read and unread, each leading to what it is about."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from riskscore.admin.ui import wording
from riskscore.admin.ui.readers import for_readers
from riskscore.curation import watches
from riskscore.models import Alert
from riskscore.scoring.alerts.words import in_words

TITLE = "Alerts"
PER_PAGE = 50
#: Unread ones that the first page shows.
LATEST = 6


@for_readers
def page(request: HttpRequest) -> HttpResponse:
    """All of a person's alerts, or one kind, or the unread ones."""
    kind, only = request.GET.get("kind", ""), request.GET.get("only", "")
    rows = watches.alerts(request.user)
    if kind in Alert.Kind.values:
        rows = rows.filter(kind=kind)
    if only == "unread":
        rows = rows.filter(read_at=None)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "title": TITLE,
        "alerts": [_shown(row) for row in found],
        "page": found,
        "kinds": Alert.Kind.choices,
        "kind": kind,
        "only": only,
        "kept": urlencode({"kind": kind, "only": only}),
        "unread": watches.alerts(request.user).filter(read_at=None).exists(),
        "by_mail": settings.ALERT_MAIL,
        "address": getattr(request.user, "email", ""),
    }
    frame = {**admin.site.each_context(request), **shown}
    return TemplateResponse(request, "admin/watching/alerts.html", frame)


def unread(request: HttpRequest) -> list[dict[str, Any]]:
    """The latest that were not read yet."""
    rows = watches.alerts(request.user).filter(read_at=None)[:LATEST]
    return [_shown(row) for row in rows]


@for_readers
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    watches.mark_read(request.user)
    return HttpResponseRedirect(reverse("admin:alerts"))


@for_readers
def follow(request: HttpRequest, number: int) -> HttpResponse:
    """Mark one as read, and go to what it is about."""
    row = Alert.objects.filter(user=request.user.pk, pk=number).first()
    if row is None:
        raise Http404(f"you have no alert {number}")
    watches.mark_read(request.user, row.pk)
    return HttpResponseRedirect(_about(request, row))


def _shown(row: Alert) -> dict[str, Any]:
    return {
        "row": row,
        "words": in_words(row),
        "link": reverse("admin:alert", args=[row.pk]),
        "kind": row.get_kind_display(),
        "band": None if row.band_after is None else wording.band(row.band_after),
        "mail": _mail(row),
    }


def _mail(row: Alert) -> str:
    """What became of the mail."""
    if row.mailed_at:
        return f"mailed {row.mailed_at:%-d %b %H:%M} UTC"
    if row.mail_error:
        return f"not mailed: {row.mail_error}"
    return "to be mailed" if row.mail_after and settings.ALERT_MAIL else ""


def _about(request: HttpRequest, row: Alert) -> str:
    """The first of the pages about it that this person may see; else that of all alerts."""
    pages = (
        ("evidence", row.evidence_id), ("limitcrossing", row.crossing_id),
        ("project", row.project_id), ("webhook", row.webhook_id),
    )  # fmt: skip
    for model, number in pages:
        if number is not None and request.user.has_perm(f"riskscore.view_{model}"):
            return reverse(f"admin:riskscore_{model}_change", args=[number])
    return reverse("admin:alerts")
