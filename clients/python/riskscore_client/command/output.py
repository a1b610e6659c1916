"""What the command prints on standard output: a table for people, JSON or CSV for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
#: A formula may not begin with these where a spreadsheet opens the file.
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_json(value: Any) -> None:
    """Print one JSON value."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def as_csv(rows: Iterable[Row], fields: Sequence[str]) -> None:
    """Print these fields of rows; ``a.b`` is the field ``b`` of ``a``, blanks join lists."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(fields)
    for row in rows:
        writer.writerow([_cell(field(row, name)) for name in fields])


def as_table(rows: Iterable[Row], columns: Mapping[str, str]) -> None:
    """Print rows in columns: the heading of each by the field that it shows."""
    shown = [[_words(field(row, name)) for name in columns] for row in rows]
    lines = [list(columns.values()), *shown]
    numbers = [
        bool(shown) and all(_is_number(line[at]) for line in shown) for at in range(len(columns))
    ]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    for line in lines:
        cells = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numbers, strict=True)
        )
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def field(row: Row, name: str) -> Any:
    """Return a field of a row, or of what lies in it: ``human_cost.low``."""
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = " ".join(map(str, value))
    if isinstance(value, Mapping):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(RUN_BY_SPREADSHEETS):
        return f"'{value}"
    return value


def _words(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.1f}"
    words = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    # A name may hold anything: what moves a terminal's cursor is not printed.
    return "".join(letter if letter.isprintable() else "�" for letter in words)


def _is_number(words: str) -> bool:
    return words == "–" or words.replace(",", "").replace(".", "").lstrip("-").isdigit()
