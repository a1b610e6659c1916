"""Opening an Excel workbook after a look at its container, and reading a publisher's sheet.

:func:`sheet_rows` is for publishers' own workbooks: cells as Excel holds them, by column name, and
of a formula what the publisher's Excel calculated. Tables that people fill in are read by
:mod:`riskscore.sources.readers.sheets`.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import check_header
from riskscore.sources.readers.zip_guard import SAVE_AGAIN, ZIP_MAGIC, check_container

OLE_MAGIC = b"\xd0\xcf\x11\xe0"
UNREADABLE = (
    zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, ParseError, DefusedXmlException,
    AttributeError, TypeError, IndexError, NotImplementedError,
)  # fmt: skip
Cells = dict[str, object]


def sheet_rows(
    content: bytes, required: Sequence[str], title: str | None = None
) -> Iterator[tuple[int, Cells]]:
    """(row number, cells by column name) of a sheet; names are taken without outer blanks.

    ``title`` names the sheet (None: the first); a cell that is not there is None. Raises BadFile
    when the workbook cannot be read, the sheet is not there, or a column is missing.
    """
    with broken_as_bad_file():
        sheet = _sheet(io.BytesIO(content), title)
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


def _sheet(file: BinaryIO, title: str | None) -> Any:
    """A sheet of the workbook. Raises BadFile."""
    book = opened_workbook(file, calculated=True)
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
