"""Excel workbooks: one sheet, written row by row, each cell of the type of its column.

Texts are written as texts, whatever they look like: a program that opens the workbook runs none of
them, turns none into a number, a day or a link. They are disarmed besides, as in CSV, for whoever
copies them on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from riskscore.errors import ValidationError
from riskscore.sources.row_writing import cell
from riskscore.sources.written.typed_columns import Column, Kind

#: Rows of a sheet, the header too; characters of a cell. Limits of the format.
MOST_ROWS, MOST_CHARACTERS = 1_048_576, 32_767
#: Larger whole numbers are not kept exactly by a workbook.
EXACT = 2**53
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": False,
    "nan_inf_to_errors": False,
}
_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


class TooManyRows(ValidationError):
    """There are more rows than a sheet of a workbook may have."""

    code = "too_many_rows"
    remedy = "Choose fewer rows, or ask for Parquet or CSV, which have no such limit."


def workbook(
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    facts: Mapping[str, Any],
    path: Path,
    most_rows: int = MOST_ROWS - 1,
) -> int:
    """Write a workbook to ``path``; ``facts`` stand on a second sheet. Returns its rows.

    A workbook is a zip of parts, so that no byte of it is ready before the last row is. Raises
    TooManyRows, with what was written left behind.
    """
    written = 0
    with xlsxwriter.Workbook(path, {**_OPTIONS, "tmpdir": str(path.parent)}) as book:
        sheet = book.add_worksheet("rows")
        sheet.freeze_panes(1, 1)
        formats = {
            Kind.DAY: book.add_format({"num_format": _DAY}),
            Kind.MOMENT: book.add_format({"num_format": _MOMENT}),
        }
        bold = book.add_format({"bold": True})
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.name, bold)
        for row in rows:
            if written == most_rows:
                raise TooManyRows(f"an Excel workbook has room for {most_rows:,} rows here")
            written += 1
            for at, column in enumerate(columns):
                _write(sheet, written, at, column.kind, row[column.name], formats)
        about = book.add_worksheet("about")
        for at, (name, value) in enumerate({**facts, "rows": written}.items()):
            about.write_string(at, 0, name)
            about.write_string(at, 1, cell(value))
    return written


def _write(sheet: Any, row: int, at: int, kind: Kind, value: Any, formats: Any) -> None:
    if value is None or value != value:
        return
    if kind is Kind.DAY and isinstance(value, date):
        sheet.write_datetime(row, at, datetime(value.year, value.month, value.day), formats[kind])  # noqa: DTZ001
    elif kind is Kind.MOMENT and isinstance(value, datetime):
        utc = value.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        sheet.write_datetime(row, at, utc, formats[kind])
    elif kind is Kind.FLAG:
        sheet.write_boolean(row, at, bool(value))
    elif kind in (Kind.NUMBER, Kind.WHOLE) and abs(value) <= EXACT:
        sheet.write_number(row, at, value)
    else:
        sheet.write_string(row, at, cell(value)[:MOST_CHARACTERS])
