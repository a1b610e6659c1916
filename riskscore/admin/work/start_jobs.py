"""Starting jobs from admin: by the same function as the API, behind one permission."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from riskscore.errors import RiskscoreError
from riskscore.jobs import requests
from riskscore.models import Job, Lens

#: Projects that one action may name by key; more are a job over everything, or over a filter.
MOST_KEYS = 10_000


def allowed(request: HttpRequest) -> bool:
    """Whether this person may start rescoring."""
    return request.user.has_perm("riskscore.add_job")


def start(request: HttpRequest, scope: Mapping[str, Any], *, queue: str, reason: str) -> list[Job]:
    """One job per lens that is kept current (the default lens if there is none yet); all or none.

    Raises CannotStart and BadScope, whose messages are for the user.
    """
    with transaction.atomic():
        lenses = Lens.objects.filter(kept_current=True)
        return [
            requests.start(scope, lens=lens, queue=queue, reason=reason, by=request.user)
            for lens in list(lenses) or [requests.default_lens()]
        ]


def attempt(request: HttpRequest, scope: Mapping[str, Any], *, queue: str, reason: str) -> None:
    """Start, and show the person what was started or why not."""
    try:
        started = start(request, scope, queue=queue, reason=reason)
    except RiskscoreError as error:
        messages.error(request, f"No job was started. {error}")
    else:
        messages.success(request, announcement(started))


def announcement(started: Sequence[Job]) -> SafeString:
    """What was started, with a link to each job."""
    links = format_html_join(", ", '<a href="{}">{}</a>', ((url(job), job.lens) for job in started))
    return format_html("Rescoring has started: {}", links)


def url(job: Job) -> str:
    """The page of a job."""
    return reverse("admin:riskscore_job_change", args=[job.pk])
