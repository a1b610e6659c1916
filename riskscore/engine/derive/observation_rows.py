"""How rows become tables: the array steps that the derivation rules share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, over
from riskscore.engine.catalogue import Level
from riskscore.engine.inputs.axes import Axes, Observations, Table

Rule = Callable[[Mapping[str, Observations], Axes], Table | None]

STALE_YEARS = 5
"""A place whose newest value is this much older than the publisher's newest year is unknown."""


def rows_of(observations: Mapping[str, Observations], key: str, axes: Axes) -> Observations | None:
    """The rows of a key up to the year of the facts, or None when there are none."""
    rows = observations.get(key)
    if rows is None:
        return None
    rows = rows.until_year(axes.as_of.year)
    return rows if len(rows) else None


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
    old = years < (int(years.max(initial=0)) - STALE_YEARS)
    values[old] = errors[old] = np.nan
    years[old] = 0
    return values, errors, years


def latest_of(key: str) -> Rule:
    """The rule "newest value of this observation key per place"."""

    def rule(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
        rows = rows_of(observations, key, axes)
        if rows is None:
            return None
        return Table(Level.PLACE, *latest(rows, len(axes.places)))

    return rule


def newest_years(rows: Observations, count: int) -> list[int]:
    """The last ``count`` years for which the publisher states anything, oldest first."""
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
