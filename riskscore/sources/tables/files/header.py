"""Where the names of a table's columns stand in a file, and what of the file that leaves unread."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut, Remark, TableFound
from riskscore.sources.tables.columns import Columns, folded, located

#: Rows below the first in which the names are looked for.
LOOKED_AT = 30
Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Header:
    """The row of the column names, where ours are in it, and the rows above and below."""

    row: int
    names: list[str]
    places: dict[str, int]
    above: list[Line]
    below: Iterator[Line | Aside]
    asides: list[Aside] = field(default_factory=list)

    def unread(self) -> Iterator[LeftOut]:
        """Columns of the file that are none of ours, and the rows above."""
        used = set(self.places.values())
        names = [name for at, name in enumerate(self.names) if name and at not in used]
        if names:
            yield LeftOut(
                "columns that are not read", None, ", ".join(names), len(names), is_row=False
            )
        for row, cells in self.above:
            shown = ", ".join(cell for cell in cells if cell)
            yield LeftOut("rows above the column names", row, shown, is_row=False)

    def where(self, sheet: str = "") -> Iterator[Remark]:
        """Where the table stands, unless that is where every table does."""
        if self.above or sheet:
            words = f"the column names are taken from row {self.row}" if self.above else ""
            yield TableFound(words, sheet=sheet, header_row=self.row)


def find(lines: Iterator[Line | Aside], columns: Columns) -> Header:
    """The header of the table: the stated row, or the first that has what is needed.

    Raises BadFile if there is none; then in the words of what the first row lacks.
    """
    stated = columns.reading.header_row
    asides: list[Aside] = []
    looked: list[Line] = []
    for part in lines:
        if isinstance(part, Aside):
            asides.append(part)
            continue
        looked.append(part)
        row = part[0]
        if stated and row < stated:
            continue
        if stated or fits(part[1], columns):
            break
        if len(looked) > LOOKED_AT:
            break
    if stated:
        return _stated(stated, looked, lines, asides, columns)
    return _first_fitting(looked, lines, asides, columns)


def _stated(
    stated: int, looked: list[Line], lines: Iterator[Line | Aside], asides: list[Aside],
    columns: Columns,
) -> Header:  # fmt: skip
    if not looked or looked[-1][0] != stated:
        raise BadFile(
            "there is nothing in the row that is said to hold the column names",
            row=stated, remedy="Say the row of the column names: --header-row ROW.",
        )  # fmt: skip
    row, names = looked.pop()
    return Header(row, names, located(names, columns, row), looked, lines, asides)


def _first_fitting(
    looked: list[Line], lines: Iterator[Line | Aside], asides: list[Aside], columns: Columns
) -> Header:
    found = next((at for at, (_, cells) in enumerate(looked) if fits(cells, columns)), 0)
    row, names = looked[found] if looked else (1, [])
    places = located(names, columns, row)
    below: Iterator[Line | Aside] = chain(looked[found + 1 :], lines)
    return Header(row, names, places, looked[:found], below, asides)


def fits(cells: list[str], columns: Columns) -> bool:
    """Whether a row names the columns that are needed (of a table without such, two of ours)."""
    plain = {folded(cell) for cell in cells}
    if columns.required and not plain.intersection(_names(columns)):
        return False  # the usual row, told quickly
    try:
        places = located(cells, columns)
    except BadFile:
        return False
    return bool(columns.required) or len(places) > 1


def _names(columns: Columns) -> set[str]:
    others = (name for names in columns.otherwise.values() for name in names)
    return {folded(name) for name in (*columns.known, *others, *columns.reading.mapping.values())}
