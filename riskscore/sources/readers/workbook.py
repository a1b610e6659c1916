"""Reading a sheet of an Excel workbook as a stream, after looking at its container.

Two views of one reader. :func:`sheet_lines` is for tables that people fill in: cells as the text
that a person would type, and a formula is a fault, because what it gave when it was last
calculated cannot be checked. :func:`sheet_rows` is for publishers' own workbooks: cells as Excel
holds them, by column name, and of a formula what the publisher's Excel calculated.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import check_header
from riskscore.sources.readers.zip_guard import SAVE_AGAIN, ZIP_MAGIC, check_container

OLE_MAGIC = b"\xd0\xcf\x11\xe0"
FORMULA = "f"
UNREADABLE = (
    zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, ParseError, DefusedXmlException,
    AttributeError, TypeError, IndexError, NotImplementedError,
)  # fmt: skip
Cells = dict[str, object]


def sheet_lines(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """(row number, its cells as text) of each row of the first sheet that is not empty."""
    with broken_as_bad_file():
        for number, row in enumerate(_sheet(file, None, calculated=False).iter_rows(), start=1):
            cells = [_text(cell) for cell in row]
            if any(cells):
                yield number, cells


def sheet_rows(
    content: bytes, required: Sequence[str], title: str | None = None
) -> Iterator[tuple[int, Cells]]:
    """(row number, cells by column name) of a sheet; names are taken without outer blanks.

    ``title`` names the sheet (None: the first); a cell that is not there is None. Raises BadFile
    when the workbook cannot be read, the sheet is not there, or a column is missing.
    """
    with broken_as_bad_file():
        sheet = _sheet(io.BytesIO(content), title, calculated=True)
        lines = sheet.iter_rows(values_only=True)
        header = ["" if cell is None else str(cell).strip() for cell in next(lines, ())]
        check_header(header, required)
        places = {name: header.index(name) for name in required}
        for row, cells in enumerate(lines, start=2):
            yield row, {name: cells[at] if at < len(cells) else None for name, at in places.items()}


def opened_workbook(file: BinaryIO, *, calculated: bool) -> Any:
    """The workbook, its container checked. Raises BadFile.

    ``calculated``: of a formula, what it gave when the workbook was last calculated.
    """
    if file.read(len(ZIP_MAGIC)) != ZIP_MAGIC:
        raise BadFile("is not an Excel workbook (.xlsx)", remedy="Fetch the .xlsx file again.")
    file.seek(0)
    check_container(file)
    return openpyxl.load_workbook(file, read_only=True, data_only=calculated, keep_links=False)


def _sheet(file: BinaryIO, title: str | None, *, calculated: bool) -> Any:
    """A sheet of the workbook. Raises BadFile."""
    book = opened_workbook(file, calculated=calculated)
    if title is not None and title not in book.sheetnames:
        raise BadFile(
            f"there is no sheet {title!r}",
            value=", ".join(book.sheetnames),
            remedy="Check that this is the publisher's workbook.",
        )
    sheet: Any = book.worksheets[0] if title is None else book[title]
    sheet.reset_dimensions()  # what the file says of its size is not to be believed
    return sheet


@contextmanager
def broken_as_bad_file() -> Iterator[None]:
    """Whatever broken XML makes openpyxl stumble over, as BadFile."""
    try:
        yield
    except UNREADABLE as error:
        raise BadFile(
            f"is not a readable Excel workbook ({type(error).__name__}: {str(error)[:120]})",
            remedy=SAVE_AGAIN,
        ) from error


def _text(cell: Any) -> str:
    """The text that a person would type; whole numbers without a fraction, dates as ISO."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == FORMULA:
        raise BadFile(
            "a formula",
            row=cell.row,
            column=cell.column_letter,
            value=value,
            remedy="Paste values in place of formulas.",
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
