"""What the first page shows, by what a person may see."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from riskscore.admin.home import jobs_shown, movers_shown, question_panel, waiting
from riskscore.admin.map import small_map, viewers
from riskscore.admin.sourcing import answering, portfolios
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.admin.watching import alerts_page
from riskscore.admin.work import start_jobs

TEMPLATE = "admin/home/home.html"


def shown(request: HttpRequest) -> dict[str, Any]:
    """The question first, then what waits, alerts, movers and jobs; each only where allowed."""
    may_read = answering.allowed(request)
    lens = shown_lens() if may_read else None
    jobs = jobs_shown.latest_jobs() if request.user.has_perm("riskscore.view_job") else []
    return {
        "question": question_panel.panel(request) if may_read else None,
        "waits": waiting.what_waits(request),
        "latest_alerts": alerts_page.unread(request) if may_read else [],
        "crossings": portfolios.alerts(request),
        "lens": lens,
        "small_map": small_map.of_everything(request) if lens else None,
        "movers": movers_shown.movers(lens) if lens and viewers.allowed(request) else None,
        "jobs": jobs,
        "is_working": any(job["is_open"] for job in jobs),
        "may_see_movers": viewers.allowed(request),
        "may_read": may_read,
        "may_rescore": start_jobs.allowed(request),
    }


@require_POST
@answering.for_readers
def ask(request: HttpRequest) -> HttpResponse:
    """Remember the question that was chosen, and show its answer."""
    for text in question_panel.remember(request):
        messages.error(request, text)
    return HttpResponseRedirect(reverse("admin:index"))
