"""Which years of a table are complete: one rule for every table, and the only one.

A year counts only when it states about as much as the last complete year before it; until then it
is shown, not scored. What a year is measured by depends on what its figures are:

* amounts of a mineral (production, refining): each mineral by itself, by its places and its total;
* imports: each importer by itself, by the goods and flows that it buys and by their total;
* lists that state every place each year (conflict deaths, restrictions): by their places.

A place counts as stated with a row, also with one that says 0: whoever has stopped is stated so.
The first year on record has nothing before it: it is complete unless one of the three years after
it states twice as much. Shares and their reasons: docs/data.md.

Of a table of which each place's newest value counts (governance, population) no year is left out;
how old a value is, is counted from the year that three quarters of the places have reached.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.catalogue import INDICATORS, Level
from riskscore.engine.inputs.axes import Axes, Observations
from riskscore.engine.inputs.plausible import adds_up

Ints = npt.NDArray[np.integer]

PLACES = 0.75
"""Least share of the last complete year's places (for imports: goods) that a year states again."""
LEADING, NEXT_YEARS = 0.5, 3
"""A first year that states less than this share of one of so many years after it is incomplete."""


class Shares(NamedTuple):
    """What a complete year has at least of the last complete year before it, each 0..1.

    ``places``: of its places (goods of an importer). ``made``: of its total, what the places stated
    again made then. ``total``: of its total, the year's own. ``flows``: of its number of rows.
    """

    places: float = PLACES
    made: float = 0.0
    total: float = 0.0
    flows: float = 0.0


AMOUNTS = Shares(made=0.9, total=0.5)
LISTS = Shares()
IMPORTS = {"value": Shares(total=1 / 3, flows=2 / 3), "quantity": Shares(total=1 / 8, flows=2 / 3)}
BUYERS = Shares(made=0.9)
"""Of a group of importers: those whose own year is complete."""
STATED_EVERY_YEAR = ("ucdp.", "oecd.restriction")
REMAINDER = "ROW"


class Judged(NamedTuple):
    """The years of a table, for each of its series (a mineral, an importer, or all as one).

    ``years`` (Y,) in order; ``complete`` (Y, S); ``stated`` (Y, S) how many places (or goods) a
    year has and ``total`` (Y, S) their sum; ``against`` (Y, S) the index of the year that it was
    measured by, -1 where there is none. ``of_row`` (n, 2): the indices of year and series of each
    row; -1 where a row belongs to no series and is not judged.
    """

    years: Ints
    complete: Bools
    stated: Ints
    total: Floats
    against: Ints
    of_row: Ints


def complete_rows(key: str, rows: Observations, axes: Axes) -> Observations:
    """The rows of an indicator without those of incomplete years."""
    judged = judge(key, rows, axes)
    if judged is None:
        return rows
    year, series = judged.of_row.T
    keep = (series < 0) | judged.complete[year, series]
    return rows if keep.all() else rows.take(keep)


def judge(key: str, rows: Observations, axes: Axes) -> Judged | None:
    """Which years of an indicator's rows are complete; None where no year of it is judged."""
    if not len(rows):
        return None
    row = INDICATORS[key]
    if row.level is Level.IMPORTER_PLACE_MINERAL:
        return _imports(key, rows, axes)
    if key.startswith(STATED_EVERY_YEAR):
        return _judged(rows, np.where(rows.place < 0, -1, 0), rows.place, 1, axes, LISTS)
    return _amounts(rows, axes) if adds_up(row) else None


def _amounts(rows: Observations, axes: Axes) -> Judged:
    """Each mineral by its countries and the rest of the world; a total is none of its parts."""
    part = axes.is_country() | (np.array(axes.places) == REMAINDER)
    counts = (rows.place >= 0) & part[rows.place] & ~np.isnan(rows.value)
    series = np.where(counts, rows.mineral, -1)
    judged = _judged(rows, series, rows.place, len(axes.minerals), axes, AMOUNTS)
    # A row of the world, too, goes with the year of its mineral.
    return judged._replace(of_row=np.stack([judged.of_row[:, 0], rows.mineral], axis=1))


def _imports(key: str, rows: Observations, axes: Axes) -> Judged:
    """Each importer by the goods that it buys from others, whoever sells them."""
    country = axes.is_country()
    counts = (rows.place >= 0) & (rows.importer >= 0) & (rows.mineral >= 0)
    counts &= country[rows.place] & (rows.place != rows.importer) & ~np.isnan(rows.value)
    shares = IMPORTS["value" if key.endswith("value") else "quantity"]
    series = np.where(counts, rows.importer, -1)
    judged = _judged(rows, series, rows.mineral, len(axes.places), axes, shares)
    return judged._replace(of_row=np.stack([judged.of_row[:, 0], rows.importer], axis=1))


def _judged(
    rows: Observations, series: Ints, part: Ints, size: int, axes: Axes, shares: Shares
) -> Judged:
    """Judge the years of ``size`` series, of which each row (n,) tells one part, or -1: none."""
    years, at = np.unique(rows.year, return_inverse=True)
    known = (series >= 0) & (part >= 0)
    where = at[known], series[known], part[known]
    parts = max(len(axes.places), len(axes.minerals))
    amounts = np.zeros((len(years), size, parts))
    np.add.at(amounts, where, np.maximum(np.nan_to_num(rows.value[known]), 0.0))
    flows = np.zeros((len(years), size, parts), np.int64)
    np.add.at(flows, where, 1)
    complete, against = measure(flows, amounts, shares)
    return Judged(
        years, complete, (flows > 0).sum(axis=2), amounts.sum(axis=2), against,
        np.stack([at, series], axis=1),
    )  # fmt: skip


def measure(flows: Ints, amounts: Floats, shares: Shares) -> tuple[Bools, Ints]:
    """Whether each year of each series is complete, and by which year it was measured.

    ``flows`` and ``amounts`` (Y, S, P): rows and their sum of each part in each year, in order.
    Returns (Y, S) and (Y, S), -1 where there was nothing to measure by.
    """
    stated = flows > 0
    number = stated.sum(axis=2)
    complete = np.zeros(number.shape, bool)
    against = np.full(number.shape, -1)
    last = np.full(number.shape[1], -1)
    every = np.arange(number.shape[1])
    for year in range(len(number)):
        after = number[year + 1 : year + 1 + NEXT_YEARS].max(axis=0, initial=0)
        first = (number[year] > 0) & (number[year] >= LEADING * after)
        alike = _alike(
            (flows[year], amounts[year]), (flows[last, every], amounts[last, every]), shares
        )
        complete[year] = np.where(last < 0, first, (number[year] > 0) & alike)
        against[year] = last
        last = np.where(complete[year], year, last)
    return complete, against


def _alike(now: tuple[Ints, Floats], then: tuple[Ints, Floats], shares: Shares) -> Bools:
    """(S,) whether a year of (S, P) flows and amounts has the shares of another."""
    again = (now[0] > 0) & (then[0] > 0)
    total = then[1].sum(axis=1)
    made = np.where(again, then[1], 0.0).sum(axis=1)
    return np.asarray(
        (again.sum(axis=1) >= shares.places * (then[0] > 0).sum(axis=1))
        & (now[0].sum(axis=1) >= shares.flows * then[0].sum(axis=1))
        & (made >= shares.made * total)
        & (now[1].sum(axis=1) >= shares.total * total)
    )


def reached_year(years: Ints) -> int:
    """The year that three quarters (rounded down, at least one) of some newest years have reached.

    0 stands for none and is not counted. One that is ahead of the others does not move it.
    """
    known = np.sort(years[years > 0])[::-1]
    return int(known[max(int(PLACES * len(known)), 1) - 1]) if len(known) else 0


def newest_of(series: Ints, years: Ints, size: int) -> npt.NDArray[np.int16]:
    """(size,) the newest year of the rows of each series; 0 without any. -1 is no series."""
    newest = np.zeros(size, np.int16)
    np.maximum.at(newest, series[series >= 0], years[series >= 0].astype(np.int16))
    return newest


def windows(newest: Ints, count: int) -> npt.NDArray[np.int16]:
    """(S,) the first year of each series' last ``count`` years; 0: it has ended before the others.

    ``newest`` (S,) its newest complete year. A series whose newest year lies before the window
    that three quarters of the series have reached is not continued, and has none.
    """
    ended = newest < reached_year(newest) - count + 1
    return np.where((newest == 0) | ended, 0, newest - count + 1).astype(np.int16)


def last_years(rows: Observations, series: Ints, count: int) -> Observations:
    """The rows of the last ``count`` years of each series (n,), -1 for none. A series that ends
    before the window that most series have reached has none."""
    if not len(rows):
        return rows
    begins = windows(newest_of(series, rows.year, int(series.max()) + 1), count)
    return rows.take((series >= 0) & (begins[series] > 0) & (rows.year >= begins[series]))


def number_of_years(rows: Observations, series: Ints, size: int) -> Ints:
    """(size,) in how many years each series (n,) has a row."""
    pairs = np.unique(np.stack([series, rows.year]), axis=1)
    return np.bincount(pairs[0], minlength=size)


def buyer_years(key: str, rows: Observations, axes: Axes) -> list[int]:
    """The years that are complete for importers who together are a buyer, oldest first."""
    rows = complete_rows(key, rows, axes)
    real = (rows.importer >= 0) & axes.is_country()[rows.importer]
    rows = rows.take(real)
    if not len(rows):
        return []
    series = np.zeros(len(rows), np.int64)
    judged = _judged(rows, series, rows.importer, 1, axes, BUYERS)
    return [int(year) for year in judged.years[judged.complete[:, 0]]]
