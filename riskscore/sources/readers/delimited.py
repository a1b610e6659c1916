"""Read comma-separated text as a stream, strictly, with bounded memory whatever the file.

Every fault is a BadFile that names the line on which the row begins. The file may be gzipped; one
line may not be longer than ``LONGEST_LINE`` and the whole not longer than ``LARGEST`` bytes once
unpacked. Empty lines are passed over. The encoding is recognised before the first row
(:mod:`riskscore.sources.readers.encodings`), unless it is given.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimiters import DELIMITERS, SAMPLE, most_regular
from riskscore.sources.readers.encodings import AS_UTF8, UTF16, recognised
from riskscore.sources.readers.text import whole
from riskscore.sources.readers.unpacking import DAMAGED, damaged, unpacked

LONGEST_LINE = 1024**2
LARGEST = 4 * 1024**3
BOM = b"\xef\xbb\xbf"


Record = dict[str, str]


def delimiter_of(file: BinaryIO, encoding: str = "") -> str:
    """The mark between the columns of a file, which is at its beginning again afterwards."""
    try:
        codec = encoding or recognised(file).codec
        lines = list(islice(_lines(unpacked(file), codec), SAMPLE))
    except DAMAGED as error:
        raise damaged(error) from error
    finally:
        file.seek(0)
    return most_regular(lines)


def delimited_rows(
    file: BinaryIO, encoding: str = "", delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row begins, its cells) of each row that is not empty, header first."""
    codec = encoding or recognised(file).codec
    lines = csv.reader(_lines(unpacked(file), codec), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in lines:
            if cells:
                yield start, cells
            start = lines.line_num + 1
    except csv.Error as error:
        raise BadFile(_csv_reason(str(error)), row=start, remedy=_csv_remedy(start)) from error
    except DAMAGED as error:
        raise damaged(error, start) from error


def csv_rows(
    content: bytes, required: Sequence[str], encoding: str = ""
) -> Iterator[tuple[int, Record]]:
    """(line, cells by column name) of each row of a publisher's file; the header is line 1.

    Raises BadFile for a missing column, a duplicate column, a row of another length, and, before
    the first row, for a damaged gzip.
    """
    lines = delimited_rows(io.BytesIO(whole(io.BytesIO(content))), encoding)
    _, header = next(lines, (1, []))
    check_header(header, required)
    for line, cells in lines:
        if len(cells) != len(header):
            raise wrong_width(line, len(cells), len(header))
        yield line, dict(zip(header, cells, strict=True))


def check_header(header: Sequence[str], required: Sequence[str]) -> None:
    """Every required column is there, and no required column twice."""
    for name in required:
        if name not in header:
            raise BadFile(
                "this column is missing",
                row=1,
                column=name,
                value=", ".join(str(cell) for cell in header),
                remedy="Check that this is the publisher's file, comma-separated.",
            )
        if list(header).count(name) > 1:
            raise BadFile(
                "this column stands twice", row=1, column=name, remedy="Remove one of the two."
            )


def wrong_width(line: int, cells: int, width: int) -> BadFile:
    """The fault of a row that has fewer or more cells than the header."""
    return BadFile(
        f"{cells} cells where the header has {width}",
        row=line,
        remedy="Check the commas and the quotes of this row.",
    )


def check_delimiter(header: list[str]) -> None:
    """A header of one cell that holds another delimiter is a file of another delimiter."""
    for mark, name in DELIMITERS.items():
        if len(header) == 1 and mark in header[0] and mark != ",":
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


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """The text of each line; never more than one line is held."""
    if encoding == UTF16:
        yield from _wide_lines(file)
        return
    number, total = 0, 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        total += len(raw)
        if number == 1:
            raw = raw.removeprefix(BOM)
        if len(raw) > LONGEST_LINE or total > LARGEST or b"\0" in raw:
            raise _unusable(raw, number)
        try:
            yield raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise _undecodable(raw, number, error) from error


def _wide_lines(file: BinaryIO) -> Iterator[str]:
    """The text of each line of a file in UTF-16 that begins with its mark."""
    text, number, total = io.TextIOWrapper(file, UTF16, newline="\n"), 0, 0
    try:
        while line := text.readline(LONGEST_LINE + 1):
            number += 1
            total += 2 * len(line)
            if len(line) > LONGEST_LINE or total > LARGEST or "\0" in line:
                raise _unusable(line.encode(errors="replace"), number)
            yield line
    except UnicodeError as error:
        raise BadFile(
            f"not UTF-16 as its mark says ({error})", row=number + 1, remedy=AS_UTF8
        ) from error
    finally:
        text.detach()


def _undecodable(raw: bytes, number: int, error: UnicodeDecodeError) -> BadFile:
    return BadFile(
        f"this line is not {error.encoding}",
        row=number,
        value=raw[max(error.start - 10, 0) : error.start + 10].decode("latin-1"),
        remedy=AS_UTF8,
    )


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
