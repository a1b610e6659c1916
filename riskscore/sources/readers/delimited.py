"""Reading comma-separated text as a stream, strictly, with bounded memory whatever the file.

Every fault is a BadFile that names the line. The file may be gzipped; one line may not be longer
than ``LONGEST_LINE`` and the whole not longer than ``LARGEST`` bytes once unpacked.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from riskscore.sources import BadFile
from riskscore.sources.readers.text import GZIP_MAGIC, UTF16_MARKS

LONGEST_LINE = 1024**2
LARGEST = 4 * 1024**3
BOM = b"\xef\xbb\xbf"
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def delimited_rows(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row begins, its cells) of each row that is not empty, header first."""
    lines = csv.reader(_lines(_unpacked(file)), strict=True)
    start = 1
    try:
        for cells in lines:
            if cells:
                yield start, cells
            start = lines.line_num + 1
    except csv.Error as error:
        raise BadFile(_csv_reason(str(error)), row=start, remedy=_csv_remedy(start)) from error
    except (EOFError, OSError, zlib.error) as error:
        raise BadFile(
            f"the gzip file is damaged ({error})", row=start, remedy="Fetch the file again."
        ) from error


def check_delimiter(header: list[str]) -> None:
    """A header of one cell that holds another delimiter is a file of another delimiter."""
    for mark, name in OTHER_DELIMITERS.items():
        if len(header) == 1 and mark in header[0]:
            raise BadFile(
                f"the columns are apart by {name}",
                row=1,
                value=header[0],
                remedy="Save the file with commas between the columns.",
            )


def _csv_reason(error: str) -> str:
    if "limit" in error:
        return f"a cell of more than {csv.field_size_limit():,} characters: a quote never closed?"
    return "a quote that opens in this row is never closed" if "end of data" in error else error


def _csv_remedy(line: int) -> str:
    return f"Check the quotes from line {line} on; a quote inside a cell is written twice."


def _unpacked(file: BinaryIO) -> BinaryIO:
    packed = file.read(2) == GZIP_MAGIC
    file.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file


def _lines(file: BinaryIO) -> Iterator[str]:
    """The text of each line; never more than one line is held."""
    number, total = 0, 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        total += len(raw)
        if number == 1:
            _refuse_utf16(raw)
            raw = raw.removeprefix(BOM)
        if len(raw) > LONGEST_LINE or total > LARGEST or b"\0" in raw:
            raise _unusable(raw, number)
        try:
            yield raw.decode()
        except UnicodeDecodeError as error:
            raise BadFile(
                "this line is not UTF-8",
                row=number,
                value=raw[max(error.start - 10, 0) : error.start + 10].decode("latin-1"),
                remedy="Save the file as UTF-8 (in Excel: CSV UTF-8).",
            ) from error


def _refuse_utf16(first: bytes) -> None:
    if first.startswith(UTF16_MARKS) or first[1:2] == b"\0" or first[:1] == b"\0":
        raise BadFile("the file is UTF-16", row=1, remedy="Save it as UTF-8 CSV.")


def _unusable(raw: bytes, number: int) -> BadFile:
    if b"\0" in raw:
        return BadFile(
            "a NUL byte: this is no text", row=number, remedy="Export the file again as CSV."
        )
    if len(raw) > LONGEST_LINE:
        return BadFile(
            f"a line of more than {LONGEST_LINE:,} bytes",
            row=number,
            remedy="Check that this is a table with line ends.",
        )
    return BadFile(
        f"the file unpacks to more than {LARGEST:,} bytes",
        row=number,
        remedy="Split it into smaller files.",
    )
