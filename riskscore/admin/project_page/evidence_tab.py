"""Evidence and events: a timeline with peaks and decay, and every statement by year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from riskscore.admin.project_page import timeline_drawing
from riskscore.admin.ui import wording
from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.inputs.event_course import Course
from riskscore.models import Challenge, Evidence, Project
from riskscore.scoring import timeline

#: Statements that the page lists.
MOST = 300
#: Years that the curves show at most, and days between two of their points.
YEARS, STEP = 12, 30


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its source as a link, and what it counts, in words."""

    row: Evidence
    source: SafeString
    counts: str


def shown(_request: HttpRequest, project: Project) -> dict[str, Any]:
    """For the template ``admin/project_page/evidence.html``."""
    today = timezone.now().date()
    current = Evidence.objects.filter(project=project, superseded_by__isnull=True)
    rows = list(current.select_related("entered_by").order_by("-happened_on", "-id")[: MOST + 1])
    counted = timeline.counted(rows, today)
    statements = [
        Statement(row, wording.link(row.url), _counts(one))
        for row, one in zip(rows, counted, strict=True)
    ][:MOST]
    older = Evidence.objects.filter(project=project, superseded_by__isnull=False).count()
    challenges = Challenge.objects.filter(project=project, state=Challenge.State.OPEN).count()
    return {
        "courses": _courses(project, today),
        "drawing": _drawing(project, [one.row for one in statements], today),
        "years": [
            (year, list(each))
            for year, each in groupby(statements, key=lambda one: one.row.happened_on.year)
        ],
        "more": len(rows) > MOST,
        "older_evidence": older,
        "open_challenges": challenges,
    }


def _counts(one: tuple[float, float] | None) -> str:
    if one is None:
        return ""
    first, now = one
    return f"counted {first:.2f} on its day, counts {now:.2f} now"


def _courses(project: Project, today: date) -> list[tuple[str, Course]]:
    """How the project's incidents went, by reading, where any is on file."""
    courses = timeline.of_project(project.pk, today)
    return [(INDICATORS[key].label, one) for key, one in courses.items() if one.peak is not None]


def _drawing(project: Project, rows: Sequence[Evidence], today: date) -> SafeString | str:
    if not rows:
        return ""
    oldest = max(min(row.happened_on for row in rows), date(today.year - YEARS, 1, 1))
    begin = date(min(oldest.year, today.year - 1), 1, 1)
    span = range(begin.toordinal(), today.toordinal() + 1, STEP)
    days = sorted({
        *(date.fromordinal(day) for day in span),
        *(row.happened_on for row in rows if begin <= row.happened_on <= today),
        today,
    })  # fmt: skip
    curves = [
        timeline_drawing.Curve(INDICATORS[key].label, key.split(".")[0], values)
        for key, values in timeline.curves(project.pk, days).items()
    ]
    marks = [
        timeline_drawing.Mark(row.happened_on, row.severity, row.get_kind_display())
        for row in rows
        if row.happened_on >= begin
    ]
    return timeline_drawing.drawing(days, curves, marks)
