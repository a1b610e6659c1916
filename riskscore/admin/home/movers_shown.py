"""Movers as rows for people: before and after, the band that was crossed, and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from riskscore.admin.ui import wording
from riskscore.curation import kept_figures
from riskscore.models import KeptFigures, Lens, Project
from riskscore.models.scores import Band

#: Points below which a part of a difference is not named as a reason.
LEAST = 0.05
REASONS = {"data": "data", "method": "method", "model": "learned model"}


def movers(lens: Lens) -> dict[str, Any] | None:
    """What is kept of the week, None before the workers have counted first."""
    kept = kept_figures.kept(lens, KeptFigures.What.MOVERS)
    if kept is None:
        return None
    found = kept.content
    projects = Project.objects.select_related("place").in_bulk(
        [row["project"] for row in found["rows"]]
    )
    return {
        "lens": lens,
        "counted_at": kept.counted_at,
        "moved": found["moved"],
        "up": found["up"],
        "down": found["down"],
        "since": datetime.fromisoformat(found["since"]),
        "rows": [
            _row(row, projects[row["project"]])
            for row in found["rows"]
            if row["project"] in projects
        ],
    }


def _row(row: Mapping[str, Any], project: Project) -> dict[str, Any]:
    before, after = Band(row["band_before"]), Band(row["band_after"])
    return {
        "project": project,
        "link": reverse("admin:riskscore_project_change", args=[project.pk]),
        "before": wording.points(row["before"]),
        "after": wording.points(row["after"]),
        "change": _change(row["before"], row["after"]),
        "crossed": before != after,
        "band_before": wording.band(before),
        "band_after": wording.band(after),
        "at": datetime.fromisoformat(row["at"]),
        "why": _why(row),
    }


def _change(before: float | None, after: float | None) -> str:
    return wording.NOTHING if before is None or after is None else _signed(after - before)


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")


def _why(row: Mapping[str, Any]) -> str:
    """The parts of the difference, the largest first."""
    parts = row["parts"]
    if parts is None:
        unknown = row["before"] is None or row["after"] is None
        return "assessed in one of the two only" if unknown else "the project itself was edited"
    named = sorted(parts.items(), key=lambda part: -abs(part[1]))
    told = [f"{REASONS[name]} {_signed(points)}" for name, points in named if abs(points) >= LEAST]
    return ", ".join(told) or "less than 0.1 by each"
