"""What a person watches, with the scores of today."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from riskscore.admin.ui import wording
from riskscore.admin.ui.readers import for_readers
from riskscore.admin.watching.watch_button import page_of
from riskscore.curation import watches
from riskscore.curation.watches import Watched
from riskscore.models import Score, Watch

TITLE = "Watchlist"
PER_PAGE = 50


@for_readers
def page(request: HttpRequest) -> HttpResponse:
    """The things; or, sent, by mail or not for all of them."""
    if request.method == "POST":
        by_mail = request.POST.get("by_mail") == "yes"
        Watch.objects.filter(user=request.user.pk).update(by_mail=by_mail)
        return HttpResponseRedirect(reverse("admin:watchlist"))
    found = Paginator(watches.watches(request.user), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(found)
    scores = _scores(rows)
    shown = {
        "title": TITLE,
        "rows": [_row(row, scores) for row in rows],
        "page": found,
        "mail_is_on": settings.ALERT_MAIL,
        "address": getattr(request.user, "email", ""),
        "by_mail": any(row.by_mail for row in rows),
    }
    frame = {**admin.site.each_context(request), **shown}
    return TemplateResponse(request, "admin/watching/watchlist.html", frame)


def _scores(rows: list[Watch]) -> dict[tuple[int, int], tuple[float | None, int]]:
    """Composite and band of the watched projects of a page, by project and lens."""
    projects = [row.project_id for row in rows if row.project_id]
    found = Score.objects.filter(project__in=projects, lens__in={row.lens_id for row in rows})
    return {
        (project, lens): (composite, band)
        for project, lens, composite, band in found.values_list(
            "project_id", "lens_id", "composite", "band"
        )
    }


def _row(row: Watch, scores: dict[tuple[int, int], tuple[float | None, int]]) -> dict[str, Any]:
    thing: Watched | None = row.project or row.project_list or row.portfolio
    assert thing is not None  # noqa: S101 - a constraint holds it
    score = scores.get((row.project_id or 0, row.lens_id))
    return {
        "row": row,
        "thing": thing,
        "link": page_of(thing),
        "kind": watches.kind_of(thing),
        "what": {"project": "project", "project_list": "list", "portfolio": "portfolio"}[
            watches.kind_of(thing)
        ],
        "where": row.project.place.name if row.project else "",
        "composite": wording.points(score[0]) if score else wording.NOTHING,
        "band": wording.band(score[1]) if score else "",
    }
