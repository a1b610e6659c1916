"""Workbooks and tables in the forms of publishers, made here with a few rows."""

import csv
import io
from collections.abc import Iterable, Sequence

import openpyxl

Rows = Iterable[Sequence[object]]


def book(hidden: Sequence[str] = (), /, **sheets: Rows) -> bytes:
    """A workbook with these sheets; a name's ``_`` stands for a blank."""
    return book_of({name.replace("_", " "): rows for name, rows in sheets.items()}, hidden)


def book_of(sheets: dict[str, Rows], hidden: Sequence[str] = ()) -> bytes:
    """A workbook with these sheets by their names; some of them hidden."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def text_of(rows: Rows, encoding: str = "utf-8") -> bytes:
    """The rows as comma-separated text."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue().encode(encoding)
