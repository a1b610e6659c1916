"""A table of ours from text: commas, semicolons, tabs or bars between its columns."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, Remark
from riskscore.sources.readers.delimited import (
    check_delimiter,
    delimited_rows,
    delimiter_of,
    wrong_width,
)
from riskscore.sources.readers.delimiters import DELIMITERS
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.files import header
from riskscore.sources.tables.files.table_rows import Cells, filled_in
from riskscore.sources.tables.files.written_numbers import DOCUMENTED, Marks, marks_of

#: Rows whose figures show the decimal mark of a file.
SHOWING = 1_000


def rows(file: BinaryIO, columns: Columns) -> Iterator[tuple[int, Cells] | Aside]:
    """(line, cells by our column) of each row that is not empty, or the fault of a row."""
    mark = delimiter_of(file)
    found = header.find(delimited_rows(file, delimiter=mark), columns)
    check_delimiter(found.names)
    yield from found.where()
    if mark != ",":
        yield Remark(f"the columns are apart by {DELIMITERS[mark]}")
    yield from found.unread()
    if mark == ",":
        yield from _read(found, columns, DOCUMENTED)
        return
    first = list(islice(found.below, SHOWING))
    if not first:
        raise BadFile(
            f"the columns are apart by {DELIMITERS[mark]}, and there is no row below their names",
            row=found.row, remedy="Check that the file is whole.",
        )  # fmt: skip
    marks = marks_of(_figures(first, found, columns))
    yield from _read(replace(found, below=chain(first, found.below)), columns, marks)


def _read(
    found: header.Header, columns: Columns, marks: Marks
) -> Iterator[tuple[int, Cells] | Aside]:
    requested, width = list(found.places.items()), len(found.names)
    for part in found.below:
        if isinstance(part, Aside):
            yield part
            continue
        line, cells = part
        if not any(cells):
            continue
        if len(cells) != width and (len(cells) < width or any(cells[width:])):
            yield wrong_width(line, len(cells), width)
            continue
        try:
            ours = {name: cells[at].strip() for name, at in requested}
            yield line, filled_in(ours, columns, marks, line)
        except BadFile as error:
            yield error


def _figures(
    lines: list[header.Line | Aside], found: header.Header, columns: Columns
) -> Iterator[str]:
    places = [found.places[name] for name in columns.numbers if name in found.places]
    for part in lines:
        if not isinstance(part, Aside):
            yield from (part[1][at].strip() for at in places if at < len(part[1]))
