"""How rows are written for others: JSON, and the cells and lines of CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from riskscore.sources.readers.formula_guard import disarmed

BLOCK = 64 * 1024  # bytes
#: By these bytes a spreadsheet knows that a CSV is UTF-8; without them it breaks accents.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def dumps(value: Any) -> bytes:
    """JSON with sorted-as-written keys, UTC times with Z, microseconds dropped."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)


def csv_lines(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """RFC 4180 lines, the header first."""
    names = list(columns)
    yield line(names)
    for row in rows:
        yield line([cell(row[name]) for name in names])


def blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces: a piece per line would cost a system call each."""
    waiting: list[bytes] = []
    size = 0
    for one in lines:
        waiting.append(one)
        size += len(one)
        if size >= BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def cell(value: Any) -> str:
    """The text of a cell: empty for unknown, lists joined by ``;``, formulas disarmed by ``'``."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return disarmed(value)
    if isinstance(value, list | tuple) and not any(isinstance(v, list | dict) for v in value):
        return cell(";".join(map(str, value)))
    return disarmed(dumps(value).decode().strip('"'))


def line(cells: list[str]) -> bytes:
    """One line of CSV (RFC 4180), with its end."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()
