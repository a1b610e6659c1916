"""How rows become tables: the array steps that the derivation rules share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, over
from riskscore.engine.catalogue import Level
from riskscore.engine.derive.complete_years import complete_rows, newest_of, reached_year
from riskscore.engine.inputs.axes import Axes, Observations, Table

Rule = Callable[[Mapping[str, Observations], Axes], Table | None]

STALE_YEARS = 5
"""A place whose newest value is this much older than the year that most places have reached is
unknown; see ``complete_years.reached_year``."""


def rows_of(observations: Mapping[str, Observations], key: str, axes: Axes) -> Observations | None:
    """The rows of a key in complete years up to that of the facts, or None when there are none.

    What an incomplete year is, ``complete_years`` says; of a table of which each place's newest
    value counts, no year is left out.
    """
    rows = observations.get(key)
    if rows is None:
        return None
    rows = complete_rows(key, rows.until_year(axes.as_of.year), axes)
    return rows if len(rows) else None


def reached(rows: Observations, size: int) -> int:
    """The year that most places of a table have reached; 0 where no row names a place."""
    known = ~np.isnan(rows.value)
    return reached_year(newest_of(np.where(known, rows.place, -1), rows.year, size))


def latest(rows: Observations, size: int) -> tuple[Floats, Floats, npt.NDArray[np.int16]]:
    """Newest value, its standard error and its year per place, (P,) each; stale ones are NaN.

    Two rows of one place and year: the later row in the arrays wins.
    """
    values, errors = np.full(size, np.nan), np.full(size, np.nan)
    years = np.zeros(size, dtype=np.int16)
    keep = rows.take((rows.place >= 0) & ~np.isnan(rows.value))
    order = np.argsort(keep.year, kind="stable")
    place = keep.place[order]
    values[place] = keep.value[order]
    errors[place] = keep.standard_error[order]
    years[place] = keep.year[order]
    old = years < reached_year(years) - STALE_YEARS
    values[old] = errors[old] = np.nan
    years[old] = 0
    return values, errors, years


def latest_of(key: str, *, together: bool = False) -> Rule:
    """The rule "newest value of this observation key per place".

    ``together``: for what is made of all places together, where one place's newer value would move
    the others; then no value is newer than the year that most places have reached.
    """

    def rule(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
        rows = rows_of(observations, key, axes)
        if rows is None:
            return None
        if together:
            rows = rows.until_year(reached(rows, len(axes.places)))
        return Table(Level.PLACE, *latest(rows, len(axes.places)))

    return rule


def newest_years(rows: Observations, count: int) -> list[int]:
    """The last ``count`` years of some rows, of which some may be missing, oldest first."""
    newest = int(rows.year.max())
    return [year for year in range(newest - count + 1, newest + 1) if (rows.year == year).any()]


def by_year(rows: Observations, years: list[int], size: int) -> Floats:
    """(years, P) sums per place; NaN where no row stands, 0 only where a row says 0."""
    out = np.full((len(years), size), np.nan)
    for i, year in enumerate(years):
        here = rows.take((rows.year == year) & (rows.place >= 0) & ~np.isnan(rows.value))
        seen = np.bincount(here.place, minlength=size) > 0
        out[i, seen] = np.bincount(here.place, weights=here.value, minlength=size)[seen]
    return out


def mean_of_not_nan(values: Floats) -> Floats:
    """Mean over the first axis of what is known; NaN where nothing is."""
    not_nan = ~np.isnan(values)
    count = not_nan.sum(axis=0)
    total = np.where(not_nan, values, 0.0).sum(axis=0)
    return over(total, count)
