"""Training from an empty list: a kind is chosen, a worker trains, the page follows it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from riskscore.admin.ui import wording
from riskscore.models import TrainingRequest
from riskscore.training import requests

#: Every kind of model that can be trained, in words (a test compares them with those there are).
KINDS = {
    "disruption": "Supply disruption: will a producer's exports of a mineral fall sharply?",
    "labour": "Forced or child labour: is a mineral of a country on the DOL list?",
    "displacement": "Displacement: from curated evidence; refuses until there is enough of it",
}


class TrainForm(forms.Form):
    """Which kind, and why now."""

    kind = forms.ChoiceField(choices=list(KINDS.items()), widget=forms.RadioSelect)
    reason = forms.CharField(
        max_length=200, required=False, help_text="Why now; it may stay empty."
    )


def train_page(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    """The form, or the way to the request that was written."""
    form = TrainForm(request.POST or None, initial={"kind": "disruption"})
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"] or "asked for in admin"
        row = requests.request(form.cleaned_data["kind"], by=request.user, reason=reason)
        messages.success(request, f"A candidate of {row.kind} is asked for: {row.state}.")
        place = reverse("admin:riskscore_trainingrequest_change", args=[row.pk])
        return HttpResponseRedirect(place)
    return {"form": form, "title": "Train a model"}


def followed(row: TrainingRequest) -> dict[str, Any]:
    """What the page of a request shows above its columns, and whether it follows."""
    running = row.state == TrainingRequest.State.RUNNING
    return {
        "is_open": row.state in TrainingRequest.OPEN,
        "about": KINDS.get(row.kind, row.kind),
        "steps": _steps(row) if running else [],
        "running": _length(row.started_at, timezone.now()) if running else "",
        "took": _length(row.started_at, row.finished_at),
        "last_took": _last_took(row),
    }


def _steps(row: TrainingRequest) -> list[tuple[str, str]]:
    """Each step of a training in words, and whether it is done, now or later."""
    at = requests.STEPS.index(row.step) if row.step in requests.STEPS else -1
    return [
        (words, "done" if number < at else "now" if number == at else "later")
        for number, words in enumerate(requests.STEPS)
    ]


def _last_took(row: TrainingRequest) -> str:
    """How long the last training of the kind took that made a model; empty if none is known."""
    before = TrainingRequest.objects.filter(
        kind=row.kind, state=TrainingRequest.State.SUCCEEDED, started_at__isnull=False
    ).exclude(pk=row.pk)
    last = before.first()
    return _length(last.started_at, last.finished_at) if last else ""


def _length(began: datetime | None, ended: datetime | None) -> str:
    return wording.length(max(ended - began, timedelta())) if began and ended else ""
