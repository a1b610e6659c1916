"""Every sheet of a publisher's workbook, of formulas what its Excel calculated."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.workbook import UNREADABLE
from riskscore.sources.readers.zip_guard import SAVE_AGAIN, check_container


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, whether it is hidden, and (row, cells) of each row that is not empty."""

    title: str
    hidden: bool
    rows: Iterator[tuple[int, list[Any]]]


def all_sheets(content: bytes) -> Iterator[Sheet]:
    """The sheets in the order of their tabs; BadFile when the workbook cannot be read."""
    file = io.BytesIO(content)
    check_container(file)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its size is not to be believed
            yield Sheet(sheet.title, sheet.sheet_state != "visible", _rows(sheet))
    except UNREADABLE as error:
        raise BadFile(
            f"is not a readable Excel workbook ({type(error).__name__}: {str(error)[:120]})",
            remedy=SAVE_AGAIN,
        ) from error


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    try:
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if any(cell is not None for cell in cells):
                yield number, list(cells)
    except UNREADABLE as error:
        raise BadFile(
            f"the sheet {sheet.title} cannot be read ({type(error).__name__})", remedy=SAVE_AGAIN
        ) from error
