"""A publisher's table, whether in a workbook of several sheets or in a text: rows of bare cells."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from riskscore.sources.bad_file import BadFile
from riskscore.sources.forms.cells import folded
from riskscore.sources.left_out import LeftOut
from riskscore.sources.readers.delimited import delimited_rows, wrong_width
from riskscore.sources.readers.workbook import OLE_MAGIC, broken_as_bad_file, opened_workbook
from riskscore.sources.readers.zip_guard import ZIP_MAGIC

Row = tuple[int, Sequence[object]]
OTHER_SHEET = "another sheet: not read"


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet, or a text (whose title is empty): (row number from 1, cells) of each row that is
    not empty, once and in order."""

    title: str
    rows: Iterator[Row]


def grids(content: bytes) -> Iterator[Grid | LeftOut]:
    """The sheets of a workbook that are not hidden, each to be read before the next; or the text.

    A hidden sheet is named and not read. Raises BadFile for what cannot be read.
    """
    if not content.startswith((ZIP_MAGIC, OLE_MAGIC)):
        yield Grid("", ((line, cells) for line, cells in delimited_rows(io.BytesIO(content))))
        return
    with broken_as_bad_file():
        book = opened_workbook(io.BytesIO(content), calculated=True)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                yield LeftOut("a hidden sheet: not read", None, sheet.title)
                continue
            sheet.reset_dimensions()  # what the file says of its size is not to be believed
            yield Grid(sheet.title, _filled(sheet.iter_rows(values_only=True)))


def _filled(rows: Iterator[Sequence[object]]) -> Iterator[Row]:
    with broken_as_bad_file():
        for number, cells in enumerate(rows, start=1):
            if any(cell is not None and cell != "" for cell in cells):
                yield number, cells


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet (or a text) by the names of its columns, which stand in the row ``header``."""

    title: str
    header: Row
    rows: Iterator[Row]


def table_with(
    content: bytes, is_known: Callable[[Sequence[str]], bool]
) -> tuple[Table, list[LeftOut]]:
    """The first sheet whose (folded) names of columns are known, and what of the file is not read.

    The names stand in the first row that is not empty. Where no sheet is known it is the first one,
    for its reader to say what is missing. Every row of a text has as many cells as the header, or
    BadFile is raised when it comes up.
    """
    chosen: Table | None = None
    known, aside = False, []
    for part in grids(content):
        if isinstance(part, LeftOut):
            aside.append(part)
            continue
        header: Row = next(part.rows, (1, ()))
        here = is_known([folded(cell) for cell in header[1]])
        if chosen is not None:
            aside.append(LeftOut(OTHER_SHEET, None, chosen.title if here else part.title))
        if chosen is None or (here and not known):
            rows = part.rows if part.title else _as_wide(part.rows, len(header[1]))
            chosen, known = Table(part.title, header, rows), here
    if chosen is None:
        raise BadFile("every sheet is hidden", remedy="Show the sheet that is to be read.")
    return chosen, aside


def _as_wide(rows: Iterator[Row], width: int) -> Iterator[Row]:
    for line, cells in rows:
        if len(cells) != width:
            raise wrong_width(line, len(cells), width)
        yield line, cells
