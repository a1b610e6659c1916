"""Worldwide Governance Indicators as the World Bank's DataBank and its interface give them out.

Two forms, told by the names of their columns:

* a series a row: ``Country Code``, ``Series Code`` (or ``Indicator Code``) and a column for each
  year, ``2023 [YR2023]`` or ``2023``;
* a series a column: ``Country Code``, ``Time`` and columns whose names end in the series' code in
  square brackets.

Codes of series are ``PV.EST`` and ``PV.STD.ERR``, since the revision of 2025 ``GOV_WGI_PV.EST``
(also written ``GOV_WGI_PV_EST``). Every other series, such as ranks and scores from 0 to 100
(``GOV_WGI_PV_SC``), is left out by its code.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from riskscore.sources.forms.form_cells import (
    figure,
    folded,
    is_missing,
    place_of,
    said,
    unused,
    year_of,
)
from riskscore.sources.forms.governance_sheets import (
    MOST_ABOVE,
    NO_CODE,
    NO_ESTIMATE,
    Estimate,
)
from riskscore.sources.forms.grids import Grid, Row
from riskscore.sources.left_out import LeftOut

SERIES = re.compile(r"(?:GOV_WGI_)?(VA|PV|GE|RQ|RL|CC)[._](EST|STD[._]ERR)", re.IGNORECASE)
BRACKETED = re.compile(r".*\[([^\]]+)\]\s*")
YEAR = re.compile(r"(\d{4})(?:\s*\[YR\1\])?")


class _Found(NamedTuple):
    """A number of a series: an estimate or, if ``is_error``, its standard error."""

    place: str
    dimension: str
    year: int
    value: float
    is_error: bool
    row: int
    column: str


def estimates(grid: Grid, above: list[Row]) -> Iterator[Estimate | LeftOut] | None:
    """The estimates of a table of one of the two forms; None where it is of neither.

    ``above`` are rows that were taken off the table already.
    """
    rows = iter([*above, *islice(grid.rows, max(MOST_ABOVE - len(above), 0))])
    for row in rows:
        names = [folded(cell) for cell in row[1]]
        if "country code" not in names:
            continue
        if "series code" in names or "indicator code" in names:
            return _joined(_by_row(row, [*rows], grid))
        if "time" in names:
            return _joined(_by_column(row, [*rows], grid))
    return None


def _by_row(header: Row, first: list[Row], grid: Grid) -> Iterator[_Found | LeftOut]:
    code = place_of(header[1], "country code")
    series = place_of(header[1], "series code")
    series = place_of(header[1], "indicator code") if series is None else series
    years = {
        at: int(match[1])
        for at, cell in enumerate(header[1])
        if (match := YEAR.fullmatch(said(cell)))
    }
    for row, cells in (*first, *grid.rows):
        place, word = _text(cells, code), _text(cells, series)
        found = SERIES.fullmatch(word)
        if not place or not word:
            yield LeftOut(NO_CODE, row, _text(cells, 0))
        elif found is None:
            yield LeftOut("a series that is no estimate and no standard error", row, word)
        else:
            for at, year in years.items():
                column = said(header[1][at])
                yield _one(cells, at, found, place, year, row, column)


def _by_column(header: Row, first: list[Row], grid: Grid) -> Iterator[_Found | LeftOut]:
    code, time = place_of(header[1], "country code"), place_of(header[1], "time")
    series = {
        at: found
        for at, cell in enumerate(header[1])
        if (match := BRACKETED.fullmatch(said(cell))) and (found := SERIES.fullmatch(match[1]))
    }
    used = {code, time, *series}
    yield from unused(cell for at, cell in enumerate(header[1]) if at not in used)
    for row, cells in (*first, *grid.rows):
        place, when = _text(cells, code), _text(cells, time)
        if not place or not when:
            yield LeftOut(NO_CODE, row, _text(cells, 0))
            continue
        year = year_of(when, row, "Time")
        for at, found in series.items():
            yield _one(cells, at, found, place, year, row, said(header[1][at]))


def _one(
    cells: Sequence[object],
    at: int,
    series: re.Match[str],
    place: str,
    year: int,
    row: int,
    column: str,
) -> _Found | LeftOut:
    cell = cells[at] if at < len(cells) else None
    is_error = series[2].upper() != "EST"
    dimension = series[1].lower()
    if is_missing(cell) or (value := figure(cell, row, column)) is None:
        what = "no standard error" if is_error else NO_ESTIMATE
        return LeftOut(what, row, f"{place} {dimension} {year}")
    return _Found(place, dimension, year, value, is_error, row, column)


def _joined(found: Iterator[_Found | LeftOut]) -> Iterator[Estimate | LeftOut]:
    """Each estimate with its standard error, which stands in another row or column."""
    values: list[_Found] = []
    errors: dict[tuple[str, str, int], float] = {}
    for part in found:
        if isinstance(part, LeftOut):
            yield part
        elif part.is_error:
            errors[part[:3]] = part.value
        else:
            values.append(part)
    for part in values:
        yield Estimate(*part[:4], errors.get(part[:3]), part.row, part.column)


def _text(cells: Sequence[object], at: int | None) -> str:
    return said(cells[at]) if at is not None and at < len(cells) else ""
