"""How a project's incidents went: what they count now, at their peak, and a year ago. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.inputs.evidence_values import Statements, incidents, of_events

#: How far back the peak is looked for.
YEARS_OF_PEAK = 5


@dataclass(frozen=True, slots=True)
class Course:
    """One reading of harm, 0..100. None is unknown: nothing was on file.

    ``trend`` is now less a year ago, where what is not on file counts nothing: above 0 it is
    getting worse. ``peak`` is the highest of the last five years, on the day ``peak_on``.
    """

    now: float | None
    peak: float | None
    peak_on: date | None
    trend: float | None


def course(statements: Statements, indicator: str, day: date) -> Course:
    """The course of one of ``EVENT_KEYS`` for one project, as of a day.

    Incidents fade between their dates, so that the peak is on one of them or at the beginning.
    """
    begin, year_ago = _years_before(day, YEARS_OF_PEAK), _years_before(day, 1)
    dates = of_events(statements, indicator).happened_on
    days = sorted({begin, day, *(one for one in dates.tolist() if begin <= one <= day)})
    values = np.array([_value(statements, indicator, one) for one in days])
    if np.isnan(values).all():
        return Course(None, None, None, None)
    top = int(np.nanargmax(values))
    now, before = float(values[-1]), float(_value(statements, indicator, year_ago))
    return Course(
        now=None if np.isnan(now) else now,
        peak=float(values[top]),
        peak_on=days[top],
        trend=float(np.nan_to_num(now) - np.nan_to_num(before)),
    )


def values_on(statements: Statements, indicator: str, days: Sequence[date]) -> list[float | None]:
    """One of ``EVENT_KEYS`` of one project on each of some days, 0..100; None: nothing counted."""
    values = [float(_value(statements, indicator, day)) for day in days]
    return [None if np.isnan(value) else value for value in values]


def _value(statements: Statements, indicator: str, day: date) -> Floats:
    on = np.datetime64(day, "D")
    return np.asarray(incidents(statements.standing(on), 1, on, indicator)[0])


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
