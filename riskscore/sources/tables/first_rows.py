"""The first rows of a table as they would be read, and which columns the file has: for a look."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from types import ModuleType
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut, Remark
from riskscore.sources.readers.sheets import Sheet, Workbook
from riskscore.sources.reading import Reading
from riskscore.sources.tables.columns import folded
from riskscore.sources.tables.table import Cells, kind_of, read, table_lines

#: Rows that are shown, and rows among which the column names are looked for.
SHOWN, LOOKED_AT = 10, 31
#: Rows and notes that are read at most to show them.
MOST_READ = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file by our columns; ``fault`` says what is wrong with it, "" if nothing.

    ``left_out`` says why it is not used.
    """

    line: int
    cells: Cells
    fault: str = ""
    left_out: str = ""


@dataclass(slots=True)
class FirstRows:
    """What a file has, and how its first rows would be read.

    ``names`` are the file's column names as they stand in ``header_row``; ``fault`` is what is
    wrong with the file as a whole.
    """

    sheets: list[Sheet] = field(default_factory=list)
    sheet: str = ""
    header_row: int = 1
    names: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fault: str = ""


def of(file: BinaryIO, name: str, layout: ModuleType, reading: Reading) -> FirstRows:
    """The first rows of the file in a layout; a file that cannot be read has its fault instead."""
    result = FirstRows()
    try:
        kind = kind_of(file, name)
        if kind == "xlsx":
            result.sheets = Workbook.opened(file).sheets
        if kind != "geojson":
            _describe(file, kind, layout, reading, result)
        file.seek(0)
        _read(file, name, layout, reading, result)
    except BadFile as error:
        result.fault = str(error)
    return result


def _describe(
    file: BinaryIO, kind: str, layout: ModuleType, reading: Reading, result: FirstRows
) -> None:
    """Find the sheet and the row of the names, also where our columns are not known yet."""
    file.seek(0)
    try:
        for part in islice(read(file, f"file.{kind}", layout.columns(reading)), MOST_READ):
            result.header_row = getattr(part, "header_row", result.header_row)
            result.sheet = getattr(part, "sheet", "") or result.sheet
            if not isinstance(part, Aside):
                break
        is_found = True
    except BadFile:
        is_found = False
    file.seek(0)
    lines = list(islice(table_lines(file, kind, result.sheet or reading.sheet), LOOKED_AT))
    if not lines:
        return
    row = reading.header_row or (result.header_row if is_found else _widest(lines))
    line, cells = next((each for each in lines if each[0] >= row), lines[0])
    result.header_row, result.names = line, [str(cell).strip() for cell in cells]


def _widest(lines: list[tuple[int, list[str]]]) -> int:
    """The first of the rows with the most cells that say something: it may name the columns."""
    return max(lines, key=lambda each: sum(map(bool, each[1])))[0]


def _read(
    file: BinaryIO, name: str, layout: ModuleType, reading: Reading, result: FirstRows
) -> None:
    cells = dict(_first(read(file, name, layout.columns(reading)), result))
    file.seek(0)
    last = max(cells, default=0)
    faults: dict[int, str] = {}
    unused: dict[int, str] = {}
    for part in islice(layout.rows(file, name, reading), MOST_READ):
        if isinstance(part, BadFile):
            faults.setdefault(part.row or 0, _words(part))
        elif isinstance(part, LeftOut) and part.is_row:
            unused.setdefault(part.row or 0, part.reason)
        elif isinstance(part, tuple) and part[0] >= last:
            break
    lines = sorted({*cells, *(line for line in faults if line)})[:SHOWN]
    result.rows = [
        Row(line, cells.get(line, {}), faults.get(line, ""), unused.get(line, "")) for line in lines
    ]


def _first(
    parts: Iterator[tuple[int, Cells] | Aside], result: FirstRows
) -> Iterator[tuple[int, Cells]]:
    found = 0
    for part in islice(parts, MOST_READ):
        if isinstance(part, LeftOut) and not part.is_row:
            note = f"{part.reason}: {part.example}"
        elif isinstance(part, LeftOut | Remark):
            note = getattr(part, "text", "") or getattr(part, "reason", "")
        else:
            note = ""
        if note and note not in result.notes:
            result.notes.append(note)
        if isinstance(part, tuple):
            found += 1
            yield part
        if found >= SHOWN:
            return


def _words(fault: BadFile) -> str:
    where = f"{fault.column}: " if fault.column else ""
    return f"{where}{fault.reason}. {fault.remedy}"


def column_named(names: list[str], ours: str, others: tuple[str, ...] = ()) -> str:
    """The file's column that has our name or another usual one of it; "" if none has."""
    for name in (ours, *others):
        for theirs in names:
            if theirs and folded(theirs) == folded(name):
                return theirs
    return ""
