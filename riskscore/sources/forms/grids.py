"""A publisher's table, whether in a workbook of several sheets or in a text: rows of bare cells."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from riskscore.sources.bad_file import BadFile
from riskscore.sources.forms.form_cells import folded
from riskscore.sources.left_out import LeftOut
from riskscore.sources.readers.delimited import delimited_rows, delimiter_of, wrong_width
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
        mark = delimiter_of(io.BytesIO(content))
        rows = delimited_rows(io.BytesIO(content), delimiter=mark)
        yield Grid("", ((line, cells) for line, cells in rows))
        return
    with broken_as_bad_file():
        book = opened_workbook(io.BytesIO(content), calculated=True)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    yield LeftOut("a hidden sheet: not read", None, sheet.title, is_row=False)
                    continue
                sheet.reset_dimensions()  # what the file says of its size is not to be believed
                yield Grid(sheet.title, _filled(sheet.iter_rows(values_only=True)))
        finally:
            book.close()


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
    headers: dict[str, Row] = {}
    aside: list[LeftOut] = []
    for part in grids(content):
        if isinstance(part, LeftOut):
            aside.append(part)
        else:
            headers[part.title] = next(part.rows, (1, ()))
    if not headers:
        raise BadFile("every sheet is hidden", remedy="Show the sheet that is to be read.")
    known = (title for title, row in headers.items() if is_known([folded(c) for c in row[1]]))
    title = next(known, next(iter(headers)))
    aside += [
        LeftOut(OTHER_SHEET, None, other, is_row=False) for other in headers if other != title
    ]
    return Table(title, headers[title], _below_header(content, title)), aside


def _below_header(content: bytes, title: str) -> Iterator[Row]:
    for part in grids(content):
        if isinstance(part, Grid) and part.title == title:
            _number, header = next(part.rows, (1, ()))
            for row, cells in part.rows:
                if not title and len(cells) != len(header):
                    raise wrong_width(row, len(cells), len(header))
                yield row, cells
