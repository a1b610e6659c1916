"""How the incidents of a project went, from what is known now."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from riskscore.engine.inputs.event_course import Course, course, values_on
from riskscore.engine.inputs.evidence_kinds import EVENTS
from riskscore.engine.inputs.evidence_values import EVENT_KEYS, Statements, weights
from riskscore.models import Evidence
from riskscore.scoring.project_inputs import statements


def of_project(project_id: int, day: date) -> dict[str, Course]:
    """By reading of harm: now, its peak of the last five years, and its trend."""
    known = statements.of_projects([project_id], {project_id: 0})
    return {key: course(known, key, day) for key in EVENT_KEYS}


def curves(project_id: int, days: Sequence[date]) -> dict[str, list[float | None]]:
    """By reading of harm that ever counted on one of the days: its value 0..100 on each."""
    known = statements.of_projects([project_id], {project_id: 0})
    each = {key: values_on(known, key, days) for key in EVENT_KEYS}
    return {key: values for key, values in each.items() if any(v is not None for v in values)}


def counted(rows: Sequence[Evidence], day: date) -> list[tuple[float, float] | None]:
    """What each incident counted on the day it happened and counts on another day, 0..1 each, were
    it the only one; None for what is no incident."""
    given = Statements(
        unit=np.zeros(len(rows), np.int64),
        kind=np.array([row.kind for row in rows], object),
        level=np.array([row.level for row in rows], object),
        happened_on=np.array([row.happened_on for row in rows], "datetime64[D]"),
        expires_on=np.array([row.expires_on for row in rows], "datetime64[D]"),
        severity=np.array([row.severity for row in rows], np.float64),
        credibility=np.array([row.credibility for row in rows], np.float64),
        status=np.array([row.status for row in rows], object),
        self_disclosed=np.array([row.self_disclosed for row in rows], bool),
        reach=np.array([row.reach for row in rows], object),
    )
    now = weights(given, np.datetime64(day, "D"))
    return [
        (float(weights(given, given.happened_on[at])[at]), float(now[at]) * _stands(row, day))
        if row.kind in EVENTS
        else None
        for at, row in enumerate(rows)
    ]


def _stands(row: Evidence, day: date) -> bool:
    """Whether the statement is in effect on the day."""
    is_over = row.expires_on is not None and row.expires_on < day
    return not is_over and row.status != Evidence.Status.RETRACTED
