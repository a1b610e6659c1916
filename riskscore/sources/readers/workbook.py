"""Reading the first sheet of an Excel workbook as a stream, after looking at its container.

An .xlsx file is a zip of XML that strangers send. Before anything is unpacked, the sizes that the
container declares are bounded; Python never unpacks more than is declared. Macros, encryption,
containers within containers and names that leave the folder are refused.
"""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException

from riskscore.sources import BadFile

LARGEST = 100 * 1024**2
HIGHEST_RATIO = 100
MOST_ENTRIES = 1000
ENCRYPTED = 0x1
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
ZIP_MAGIC = b"PK\x03\x04"
PACKED = (".zip", ".xlsx", ".xlsm", ".gz", ".7z", ".rar")
FORMULA = "f"
DOCUMENT_TYPE = b"<!DOCTYPE"
BLOCK = 1024**2
SAVE_AGAIN = "Save the table as a plain .xlsx workbook or as CSV."
UNREADABLE = (
    zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, ParseError, DefusedXmlException,
    AttributeError, TypeError, IndexError, NotImplementedError,
)  # fmt: skip


def sheet_lines(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """(row number, its cells as text) of each row of the first sheet that is not empty.

    A formula is a fault: what it gave when it was last calculated cannot be checked.
    """
    check_container(file)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size is not to be believed
        for number, row in enumerate(sheet.iter_rows(), start=1):
            cells = [_text(cell) for cell in row]
            if any(cells):
                yield number, cells
    except UNREADABLE as error:
        raise BadFile(
            f"not a readable Excel workbook ({type(error).__name__}: {str(error)[:120]})",
            remedy=SAVE_AGAIN,
        ) from error


def check_container(file: BinaryIO) -> None:
    """Refuse a workbook whose container is not harmless; leaves the file at its beginning."""
    try:
        with zipfile.ZipFile(file) as container:
            _check_entries(container.infolist())
            for entry in container.infolist():
                with container.open(entry) as part:
                    _check_text(part, entry.filename)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, zlib.error) as error:
        raise BadFile(f"not a readable zip container ({error})", remedy=SAVE_AGAIN) from error
    file.seek(0)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise BadFile(f"it holds more than {MOST_ENTRIES} parts", remedy=SAVE_AGAIN)
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise BadFile(f"it unpacks to more than {LARGEST:,} bytes", remedy=SAVE_AGAIN)
    for entry in entries:
        reason = _harm(entry)
        if reason:
            raise BadFile(reason, value=entry.filename, remedy=SAVE_AGAIN)


def _check_text(part: IO[bytes], name: str) -> None:
    """Refuse XML that declares a document type: entities come from there, and no workbook has one.

    Every part is unpacked once here, so a damaged one or one longer than it says is found too.
    """
    tail = b""
    while block := part.read(BLOCK):
        # Without NULs, so that text of two bytes per character is no way around.
        text = tail + block.replace(b"\0", b"")
        if DOCUMENT_TYPE in text.upper():
            raise BadFile("its XML declares a document type", value=name, remedy=SAVE_AGAIN)
        tail = text[-len(DOCUMENT_TYPE) :]


def _harm(entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if entry.flag_bits & ENCRYPTED:
        return "a part of it is encrypted"
    if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
        return "a part of it has a name that leaves the folder"
    if path.name.casefold() == "vbaproject.bin":
        return "it holds macros"
    if path.suffix.casefold() in PACKED and "embeddings" not in path.parts:
        return "it holds another container"
    if entry.file_size > 1024**2 and entry.file_size > HIGHEST_RATIO * entry.compress_size:
        return f"a part of it is packed more than {HIGHEST_RATIO} times"
    return ""


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
