"""Rows as CSV and Excel: typed, formulas disarmed, in bounded memory."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES, ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from riskscore.sources.readers.formula_guard import disarmed
from riskscore.sources.row_writing import BYTE_ORDER_MARK, blocks, cell, line
from riskscore.sql.snapshot import Snapshot

#: The most characters in a cell of Excel.
LONGEST = 32_767
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Row = Sequence[Any]


def answer(title: str, kind: str, headings: Sequence[str], rows: Iterable[Row]) -> HttpResponseBase:
    """Rows as a file to keep, whose name says what it holds and the day; ``kind``: csv or xlsx."""
    snapshot = Snapshot()
    try:
        made = _made(snapshot, title, kind, headings, rows)
    except BaseException:
        snapshot.close()
        raise
    name = f"{slugify(title)}-{timezone.now():%Y-%m-%d}.{kind}"
    made.headers["Content-Type"] = CONTENT_TYPES[kind]
    made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    made.headers["Cache-Control"] = "private, no-store"
    return made


def _made(
    snapshot: Snapshot, title: str, kind: str, headings: Sequence[str], rows: Iterable[Row]
) -> HttpResponseBase:
    """The answer without its headers: a workbook is whole, a CSV comes under its snapshot."""
    if kind == "xlsx":
        file = workbook(title, headings, rows)
        snapshot.close()
        return FileResponse(file)
    pieces = csv_blocks(headings, rows)
    # Begun now, while a fault can still be answered by a page.
    return StreamingHttpResponse(snapshot.streaming(chain(list(islice(pieces, 1)), pieces)))


def csv_blocks(headings: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """A CSV (RFC 4180, UTF-8 with byte order mark) in pieces of some 64 KiB."""
    return blocks(_csv(headings, rows))


def _csv(headings: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    yield BYTE_ORDER_MARK + line([disarmed(heading) for heading in headings])
    for row in rows:
        yield line([cell(value) for value in row])


def workbook(title: str, headings: Sequence[str], rows: Iterable[Row]) -> IO[bytes]:
    """An open temporary file, at its start, with one sheet: headings, then the rows.

    Rows go to disk as they come; the file goes when it is closed.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    bold = [WriteOnlyCell(sheet, value=disarmed(heading)) for heading in headings]
    for heading in bold:
        heading.font = Font(bold=True)
    sheet.append(bold)
    for row in rows:
        sheet.append([_excel(sheet, value) for value in row])
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _excel(sheet: Any, value: Any) -> Any:
    """A value as openpyxl stores it by its type; moments in UTC, as Excel knows no zones."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if not isinstance(value, str):
        return None if value != value else value
    text = disarmed(ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    if text not in ERROR_CODES:
        return text
    as_text = WriteOnlyCell(sheet, value=text)
    as_text.data_type = "s"
    return as_text
