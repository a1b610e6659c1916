"""The few rows of a very long CSV file that anybody wants: the rest is counted, not parsed.

A line without quotes is split at its commas; if the cell by which rows are chosen is not wanted,
its text is counted and the line forgotten. Every other line is read as strictly as ever.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import LARGEST, LONGEST_LINE, delimited_rows
from riskscore.sources.readers.encodings import UTF16, recognised
from riskscore.sources.readers.unpacking import DAMAGED, damaged, unpacked


def chosen_rows(
    file: BinaryIO, at: int, width: int, wanted: Callable[[str], bool], passed: Counter[str]
) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row under the header whose cell ``at`` is wanted, or that is not
    ``width`` cells wide; ``passed`` counts the others by that cell."""
    codec = recognised(file).codec
    if codec == UTF16:
        yield from _parsed(file, at, width, wanted, passed)
        return
    known: dict[bytes, bool] = {}
    unwanted: Counter[bytes] = Counter()
    number = 0
    try:
        for number, raw in _lines(file):
            parts = raw.split(b",")
            if len(parts) == width and b'"' not in raw:
                cell = parts[at]
                if cell not in known:
                    known[cell] = wanted(_text(cell, codec, number))
                if not known[cell]:
                    unwanted[cell] += 1
                    continue
            yield number, _cells(raw, codec, number)
    except DAMAGED as error:
        raise damaged(error, number) from error
    for cell, count in unwanted.items():
        passed[_text(cell, codec, number)] += count


def _parsed(
    file: BinaryIO, at: int, width: int, wanted: Callable[[str], bool], passed: Counter[str]
) -> Iterator[tuple[int, list[str]]]:
    lines = delimited_rows(file)
    next(lines, None)
    for line, cells in lines:
        if len(cells) != width or wanted(cells[at]):
            yield line, cells
        else:
            passed[cells[at]] += 1


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number, bytes) of each line under the header that is not empty."""
    stream, number, total, header = unpacked(file), 0, 0, True
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        total += len(raw)
        if len(raw) > LONGEST_LINE or total > LARGEST:
            raise BadFile(
                f"a line of more than {LONGEST_LINE:,} bytes, or a file of more than {LARGEST:,}",
                row=number, remedy="Check that this is a table with line ends, or split it.",
            )  # fmt: skip
        if raw in (b"\n", b"\r\n"):
            continue
        if header:
            header = False
            continue
        yield number, raw


def _cells(raw: bytes, codec: str, number: int) -> list[str]:
    if b"\0" in raw:
        raise BadFile(
            "a NUL byte: this is no text", row=number, remedy="Export the file again as CSV."
        )
    try:
        return next(csv.reader([_text(raw, codec, number)], strict=True), [])
    except csv.Error as error:
        raise BadFile(
            f"the quotes of this row are not closed ({error})", row=number,
            remedy=f"Check the quotes in line {number}; a quote inside a cell is written twice.",
        ) from error  # fmt: skip


def _text(raw: bytes, codec: str, number: int) -> str:
    try:
        return raw.decode(codec).strip("\r\n")
    except UnicodeDecodeError as error:
        raise BadFile(
            "this line is in another encoding than the file", row=number,
            remedy="Save the file as UTF-8 (in Excel: CSV UTF-8).",
        ) from error  # fmt: skip
