"""Worldwide Governance Indicators: the World Bank's own workbooks of the years 2021 to 2025.

Three forms, told by the names of their columns, whatever the row in which they stand:

* one sheet in long form, ``code, year, indicator, estimate, stddev`` (the edition of 2024);
* the revision of 2025: a sheet for each of va, pv, ge, rq, rl and cc with ``Economy (code)``,
  ``Year``, ``Governance dimension``, ``Governance estimate (approx. -2.5 to +2.5)``,
  ``Standard error (estimate)`` and the same on a scale of 0 to 100, which is not used;
* the editions before: a sheet of introduction and one for each dimension, a country a row with
  ``Country/Territory``, ``Code``, and Estimate, StdErr, NumSrc, Rank, Lower and Upper of each
  year, the years in the row above; ``#N/A`` where there is none.

The names of sheets and columns of the last two are those that public programs read these workbooks
by (process_wgi_data.R of Global-Development-and-Politics-of-Data/Chapter12_Governance for the wide
form).
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from riskscore.sources.bad_file import BadFile
from riskscore.sources.forms.form_cells import (
    figure,
    folded,
    is_missing,
    place_of,
    said,
    unused,
    year_of,
)
from riskscore.sources.forms.grids import Grid, Row
from riskscore.sources.left_out import LeftOut

DIMENSIONS = {
    "va": "voice and accountability",
    "pv": "political stability",
    "ge": "government effectiveness",
    "rq": "regulatory quality",
    "rl": "rule of law",
    "cc": "control of corruption",
}
#: So many rows may stand above the names of the columns.
MOST_ABOVE = 40
NO_ESTIMATE = "no estimate (.., #N/A or an empty cell)"
NO_CODE = "a line without a country's code"
LONG = ("code", "year", "indicator", "estimate")
REVISED = ("economy (code)", "year")
REVISED_ESTIMATE, REVISED_ERROR = "governance estimate", "standard error (estimate)"


class Estimate(NamedTuple):
    """One estimate: ``dimension`` is one of DIMENSIONS, ``error`` its standard error if stated."""

    place: str
    dimension: str
    year: int
    value: float
    error: float | None
    row: int
    column: str


def dimension_of(word: str) -> str:
    """The dimension that a sheet or a cell names, by its two letters or in words; empty if none."""
    plain = "".join(letter for letter in word.casefold() if letter.isalpha())
    for code, name in DIMENSIONS.items():
        if plain == code or plain.startswith(name.replace(" ", "")):
            return code
    return ""


def estimates(grid: Grid) -> Iterator[Estimate | LeftOut] | None:
    """The estimates of a sheet of one of the three forms; None where it is of none."""
    above: list[Row] = []
    for row in islice(grid.rows, MOST_ABOVE):
        names = [folded(cell) for cell in row[1]]
        if all(name in names for name in LONG):
            return _long(grid, row)
        if all(name in names for name in REVISED):
            return _revised(grid, row)
        if "code" in names and "estimate" in names:
            return _wide(grid, row, above[-1] if above else (0, ()))
        above.append(row)
    return None


def _long(grid: Grid, header: Row) -> Iterator[Estimate | LeftOut]:
    code, year, word, value = (_at(header, name) for name in LONG)
    error = place_of(header[1], "stddev")
    yield from _unused(grid, header, {code, year, word, value, error})
    for row, cells in grid.rows:
        dimension = _dimension(said(_cell(cells, word)), row, "indicator")
        yield _estimate(cells, (code, year, value, error), dimension, row, "estimate")


def _revised(grid: Grid, header: Row) -> Iterator[Estimate | LeftOut]:
    code, year = (_at(header, name) for name in REVISED)
    found = [at for at, cell in enumerate(header[1]) if folded(cell).startswith(REVISED_ESTIMATE)]
    if len(found) != 1:
        raise BadFile(
            f"{len(found)} columns of estimates", row=header[0],
            column=f"{grid.title}: Governance estimate",
            value=", ".join(said(cell) for cell in header[1]),
            remedy="Check that this is the publisher's workbook; scores to 100 are not used.",
        )  # fmt: skip
    error, word = place_of(header[1], REVISED_ERROR), place_of(header[1], "governance dimension")
    yield from _unused(grid, header, {code, year, found[0], error, word})
    column = f"{grid.title}: {said(header[1][found[0]])}"
    for row, cells in grid.rows:
        stated = grid.title if word is None else said(_cell(cells, word))
        dimension = _dimension(stated, row, f"{grid.title}: Governance dimension")
        if dimension_of(grid.title) not in ("", dimension):
            raise BadFile(
                f"a row of {dimension} in the sheet of {grid.title}", row=row, column=column,
                value=stated, remedy="Correct the dimension or the name of the sheet.",
            )  # fmt: skip
        yield _estimate(cells, (code, year, found[0], error), dimension, row, column)


def _wide(grid: Grid, header: Row, above: Row) -> Iterator[Estimate | LeftOut]:
    dimension = _dimension(grid.title, header[0], "the name of the sheet")
    code = _at(header, "code")
    blocks = list(_blocks(grid, header, above))
    used = {code, *(at for _year, value, error in blocks for at in (value, error))}
    yield from _unused(grid, header, used)
    for row, cells in grid.rows:
        if not said(_cell(cells, code)):
            yield LeftOut(NO_CODE, row, f"{grid.title}: {_first(cells)}")
            continue
        for year, value, error in blocks:
            yield _made(cells, code, year, (value, error), dimension, row, f"{grid.title}: {year}")


def _blocks(grid: Grid, header: Row, above: Row) -> Iterator[tuple[int, int, int | None]]:
    """(year, column of the estimate, column of its standard error) of each year of a wide sheet."""
    year, seen = None, set()
    for at, cell in enumerate(header[1]):
        if not is_missing(stated := _cell(above[1], at)):
            year = year_of(stated, above[0], f"{grid.title}: the years")
        if folded(cell) != "estimate":
            continue
        if year is None or year in seen:
            raise BadFile(
                "of which year this column is, is not said" if year is None
                else f"two columns of estimates for {year}",
                row=header[0], column=f"{grid.title}: column {at + 1}",
                remedy="Check the row of years above the names of the columns.",
            )  # fmt: skip
        seen.add(year)
        error = at + 1 if folded(_cell(header[1], at + 1)) in ("stderr", "std err") else None
        yield year, at, error


def _estimate(
    cells: Sequence[object],
    places: tuple[int, int, int, int | None],
    dimension: str,
    row: int,
    column: str,
) -> Estimate | LeftOut:
    code, year, value, error = places
    if not said(_cell(cells, code)):
        return LeftOut(NO_CODE, row, _first(cells))
    sheet = column.rpartition(": ")[0]
    when = year_of(_cell(cells, year), row, f"{sheet}: Year" if sheet else "year")
    return _made(cells, code, when, (value, error), dimension, row, column)


def _made(
    cells: Sequence[object],
    code: int,
    year: int,
    places: tuple[int, int | None],
    dimension: str,
    row: int,
    column: str,
) -> Estimate | LeftOut:
    place, (value, error) = said(_cell(cells, code)), places
    stated = figure(_cell(cells, value), row, column)
    if stated is None:
        return LeftOut(NO_ESTIMATE, row, f"{place} {dimension} {year}")
    spread = None if error is None else figure(_cell(cells, error), row, f"{column}, StdErr")
    return Estimate(place, dimension, year, stated, spread, row, column)


def _dimension(word: str, row: int, column: str) -> str:
    if found := dimension_of(word):
        return found
    raise BadFile(
        "an unknown dimension", row=row, column=column, value=word,
        remedy=f"Use one of {', '.join(DIMENSIONS)}.",
    )  # fmt: skip


def _at(header: Row, name: str) -> int:
    at = place_of(header[1], name)
    if at is None:
        raise BadFile("this column is missing", row=header[0], column=name, remedy="Add it.")
    return at


def _unused(grid: Grid, header: Row, used: set[int | None]) -> Iterator[LeftOut]:
    yield from unused((cell for at, cell in enumerate(header[1]) if at not in used), grid.title)


def _cell(cells: Sequence[object], at: int) -> object:
    return cells[at] if at < len(cells) else None


def _first(cells: Sequence[object]) -> str:
    return next((said(cell) for cell in cells if said(cell)), "")
