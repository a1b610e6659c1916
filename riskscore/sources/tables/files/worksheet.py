"""A table of ours from a workbook: which sheet, which row has the names, what formulas gave."""

from collections.abc import Iterator
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut, Remark
from riskscore.sources.readers.sheets import Sheet, Workbook
from riskscore.sources.readers.typed_cells import Formula, TypedNumber
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.files import header
from riskscore.sources.tables.files.table_rows import Cells, filled_in
from riskscore.sources.tables.files.written_numbers import (
    DOCUMENTED,
    Marks,
    is_missing,
    plain_number,
)


def rows(file: BinaryIO, columns: Columns) -> Iterator[tuple[int, Cells] | Aside]:
    """(row, cells by our column) of each row that is not empty, or the fault of a row."""
    workbook = Workbook.opened(file)
    sheet, found = _table(workbook, columns)
    yield from _other_sheets(workbook, sheet)
    yield from found.where(sheet.name if len(workbook.sheets) > 1 else "")
    yield from found.unread()
    yield from found.asides
    yield from _read(found, columns)


def lines(file: BinaryIO, sheet: str) -> Iterator[tuple[int, list[str]] | Aside]:
    """(row, cells) of every row of a sheet; without a name, of the first that is not hidden."""
    workbook = Workbook.opened(file)
    chosen = workbook.named(sheet) if sheet else _seen(workbook)[0]
    return workbook.lines(chosen, hidden=True)


def _seen(workbook: Workbook) -> list[Sheet]:
    seen = [sheet for sheet in workbook.sheets if not sheet.hidden]
    if not seen:
        raise BadFile("no sheet that is not hidden", remedy="Name a sheet: --sheet NAME.")
    return seen


def _table(workbook: Workbook, columns: Columns) -> tuple[Sheet, header.Header]:
    """The sheet that is asked for; else the first that is seen and has the columns.

    Where several others have them and the first has not, it is refused: any could be meant.
    """
    reading = columns.reading
    if reading.sheet:
        sheet = workbook.named(reading.sheet)
        return sheet, _header(workbook, sheet, columns)
    seen = _seen(workbook)
    try:
        return seen[0], _header(workbook, seen[0], columns)
    except BadFile as error:
        fitting = list(_fitting(workbook, seen[1:], columns))
        if not fitting:
            raise _among(error, seen) from None
    if len(fitting) > 1:
        names = ", ".join(sheet.name for sheet, _ in fitting)
        raise BadFile(
            "several sheets have the columns, and the first has not",
            value=names, remedy="Say which one is meant: --sheet NAME.",
        )  # fmt: skip
    return fitting[0]


def _header(workbook: Workbook, sheet: Sheet, columns: Columns) -> header.Header:
    return header.find(workbook.lines(sheet, hidden=columns.reading.hidden), columns)


def _fitting(
    workbook: Workbook, sheets: list[Sheet], columns: Columns
) -> Iterator[tuple[Sheet, header.Header]]:
    for sheet in sheets:
        try:
            yield sheet, _header(workbook, sheet, columns)
        except BadFile:
            continue


def _among(error: BadFile, seen: list[Sheet]) -> BadFile:
    if len(seen) > 1:
        error.remedy += f" Other sheets: {', '.join(sheet.name for sheet in seen[1:])[:120]}."
    return error


def _other_sheets(workbook: Workbook, read: Sheet) -> Iterator[Aside]:
    sheets = workbook.sheets
    if len(sheets) > 1:
        yield Remark(f"the sheet {read.name!r} is read")
    for sheet in sheets:
        if sheet != read:
            reason = "hidden sheets" if sheet.hidden else "sheets that are not read"
            yield LeftOut(reason, None, sheet.name, is_row=False)


def _read(found: header.Header, columns: Columns) -> Iterator[tuple[int, Cells] | Aside]:
    requested, width = list(found.places.items()), len(found.names)
    for part in found.below:
        if isinstance(part, Aside):
            yield part
            continue
        line, cells = part
        if len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        elif beside := [cell for cell in cells[width:] if cell]:
            yield LeftOut("cells beside the columns", line, ", ".join(beside)[:80], is_row=False)
        try:
            yield line, _cells(cells, requested, columns, line)
        except BadFile as error:
            yield error


def _cells(
    cells: list[str], requested: list[tuple[str, int]], columns: Columns, line: int
) -> Cells:
    ours = {}
    for name, at in requested:
        cell = cells[at]
        if isinstance(cell, Formula):
            cell = _calculated(cell, columns, name, line)
        elif isinstance(cell, TypedNumber) and name in columns.numbers:
            cell = "" if is_missing(cell) else plain_number(str(cell), Marks(), name, line)
        ours[name] = str(cell).strip()
    return filled_in(ours, columns, DOCUMENTED, line)


def _calculated(cell: Formula, columns: Columns, name: str, line: int) -> str:
    """What the formula gave, if that is asked for."""
    if not columns.reading.calculated:
        raise BadFile(
            "a formula", row=line, column=name, value=str(cell),
            remedy="Paste values in place of formulas, or take what they gave when the workbook was"
            " last calculated: --calculated.",
        )  # fmt: skip
    if cell.calculated is None:
        raise BadFile(
            "a formula that was never calculated", row=line, column=name, value=str(cell),
            remedy="Open the workbook in a spreadsheet program and save it, or paste values.",
        )  # fmt: skip
    return cell.calculated
