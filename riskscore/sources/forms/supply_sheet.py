"""The sheet of supply in the workbook of the IEA's Critical Minerals Dataset, any edition.

``2 Total supply for key minerals`` has two tables beside each other, mining and refining, each of
blocks: a heading (``Copper - Mining (kt)``), the places, ``Rest of world``, ``Total`` and ``Top 3
share``; and one row of years above, of which the first is the edition's observed one (2024 in that
of May 2025, 2025 in that of July 2026) and the others are projections. So public programs read it
(convert-iea-data.py, whose output is the explorer's JSON, and build_cube_iea.py); the workbook
itself was not at hand. What refines a mineral is called Refining, Chemicals or Battery grade.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from riskscore.sources.bad_file import BadFile
from riskscore.sources.forms.form_cells import figure, said
from riskscore.sources.forms.grids import Grid, Row, grids
from riskscore.sources.left_out import LeftOut

SHEET = "total supply for key minerals"
YEARS = (2000, 2100)
STAGES = {"mining": "mining", "refining": "refining", "chemicals": "refining",
          "battery grade": "refining"}  # fmt: skip
#: The workbook's names of minerals where the explorer's JSON has shorter ones.
MINERALS = {"magnet rare earth elements": "Rare Earth Elements"}
#: The total of cobalt's refining is named like one of demand in the edition of 2025.
TOTALS = ("total", "total clean technologies")
KT = "kt"
#: Foot notes are longer.
LONGEST_HEADING = 60


class Supply(NamedTuple):
    """Kilotonnes of a mineral at a stage (mining, refining) in a place; WORLD is the total."""

    mineral: str
    stage: str
    place: str
    year: int
    value: float
    row: int
    column: str


class _Block(NamedTuple):
    mineral: str
    stage: str


WORLD = "World"


def supply(content: bytes) -> Iterator[Supply | LeftOut]:
    """What the sheet of supply says of its observed year, and what is not used.

    Raises BadFile where there is no such sheet, or no row of years in it.
    """
    found = False
    for part in grids(content):
        if isinstance(part, LeftOut):
            yield part
        elif SHEET not in part.title.casefold():
            yield LeftOut("a sheet that is not about supply", None, part.title, is_row=False)
        else:
            found = True
            yield from _sheet(part)
    if not found:
        raise BadFile(
            f"there is no sheet of {SHEET}",
            remedy="Use the workbook of the IEA's Critical Minerals Dataset.",
        )


def _sheet(grid: Grid) -> Iterator[Supply | LeftOut]:
    rows = list(grid.rows)
    years_row, years = _years(rows)
    observed = min(years.values())
    if late := sorted(set(years.values()) - {observed}):
        words = f"{', '.join(map(str, late))}; observed: {observed}"
        yield LeftOut("columns of projected years", years_row, words, len(late), is_row=False)
    # Each table has its observed column; its names stand in the one before.
    for at in (at for at, year in years.items() if year == observed):
        yield from _table([row for row in rows if row[0] > years_row], at, observed)


def _years(rows: Sequence[Row]) -> tuple[int, dict[int, int]]:
    """The row of years, and the year of each column; raises BadFile where no row has two."""
    for number, cells in rows:
        years = {
            at: int(cell)
            for at, cell in enumerate(cells)
            if isinstance(cell, int | float) and YEARS[0] < cell < YEARS[1] and cell == int(cell)
        }
        if len(years) > 1:
            return number, years
    raise BadFile("no row of years", column=SHEET, remedy="Use the publisher's workbook.")


def _table(rows: Sequence[Row], at: int, year: int) -> Iterator[Supply | LeftOut]:
    block: _Block | None = None
    for number, cells in rows:
        name = said(cells[at - 1]) if 0 < at <= len(cells) else ""
        if not name:
            continue
        if heading := _heading(name, cells, at):
            block = heading
        elif block is not None:
            yield _line(block, name, cells, at, number, year)


def _heading(name: str, cells: Sequence[object], at: int) -> _Block | None:
    """The block that a cell opens; None where it is the name of a place."""
    mineral, dash, rest = name.partition(" - ")
    stage, _, unit = rest.partition("(")
    if not dash or said(stage).casefold() not in STAGES:
        if dash and len(name) < LONGEST_HEADING and (at >= len(cells) or cells[at] is None):
            raise BadFile(
                "a heading of an unknown stage", column=SHEET, value=name,
                remedy=f"Known: {', '.join(STAGES)}.",
            )  # fmt: skip
        return None
    if unit and not unit.casefold().startswith(KT):
        raise BadFile(
            "another unit than kt", column=SHEET, value=name, remedy="Use the publisher's workbook."
        )
    plain = said(mineral)
    return _Block(MINERALS.get(plain.casefold(), plain), STAGES[said(stage).casefold()])


def _line(
    block: _Block, name: str, cells: Sequence[object], at: int, row: int, year: int
) -> Supply | LeftOut:
    column = f"{block.mineral}, {block.stage}, {year}"
    if name.casefold().startswith("top 3"):
        return LeftOut("a derived figure", row, f"{column}: {name}")
    value = figure(cells[at] if at < len(cells) else None, row, column)
    if value is None:
        return LeftOut("no figure: a note or an empty cell", row, f"{column}: {name[:60]}")
    place = WORLD if name.casefold() in TOTALS else name
    return Supply(block.mineral, block.stage, place, year, value, row, column)
