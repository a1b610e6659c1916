"""What happened to a project, from all tables that remember: the newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from riskscore.admin.projects import owner_panel
from riskscore.models import Challenge, Evidence, Footprint, Project


@dataclass(frozen=True, slots=True)
class Event:
    """One line: when, by whom, what, and where it can be read in full."""

    moment: datetime
    by: Any
    what: str
    text: str
    link: str


def of(project: Project) -> list[Event]:
    """Statements with all their versions, challenges with their answers, outlines, owners."""
    events = [
        *_evidence(project), *_challenges(project), *_outlines(project), *_owners(project),
    ]  # fmt: skip
    return sorted(events, key=lambda event: event.moment, reverse=True)


def _evidence(project: Project) -> Iterator[Event]:
    for row in Evidence.objects.filter(project=project).select_related("entered_by"):
        what = "New version of evidence" if row.supersedes_id else "Evidence"
        about = f"{row.get_kind_display()} {row.level}".strip()
        text = f"{about}, {row.happened_on}, {row.status}. {row.note}"
        yield Event(row.entered_at, row.entered_by, what, text, _link("evidence", row.pk))


def _challenges(project: Project) -> Iterator[Event]:
    rows = Challenge.objects.filter(project=project).select_related("filed_by", "decided_by")
    for row in rows:
        link = _link("challenge", row.pk)
        yield Event(row.filed_at, row.filed_by, "Challenge filed", row.statement, link)
        if row.decided_at is not None:
            what = f"Challenge {row.state}"
            yield Event(row.decided_at, row.decided_by, what, row.reason, link)


def _outlines(project: Project) -> Iterator[Event]:
    rows = Footprint.objects.filter(project=project).select_related("entered_by")
    for row in rows.defer("outline"):
        yield Event(
            row.entered_at, row.entered_by, "Outline", row.source, _link("footprint", row.pk)
        )


def _owners(project: Project) -> Iterator[Event]:
    for row, words in owner_panel.changes(project):
        what = "Owner" if row.supersedes_id is None else f"Owner {row.state}"
        yield Event(row.entered_at, row.entered_by, what, words, _link("ownership", row.pk))


def _link(model: str, pk: int) -> str:
    return reverse(f"admin:riskscore_{model}_change", args=[pk])
