"""The sheets of a workbook that people fill in, as streams of rows of text.

Cells come as the text that a person would type: whole numbers without a fraction, days as ISO,
percentages with their sign. Formulas come as :class:`Formula`, whatever column they stand in:
whoever uses the column judges them. Hidden rows are not read unless asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut, Remark
from riskscore.sources.readers.typed_cells import Formula, TypedNumber
from riskscore.sources.readers.workbook import broken_as_bad_file, opened_workbook

#: A hidden column beyond this one is the empty rest of the sheet.
LAST_COLUMN = 1000
Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by its name; whoever opens the workbook does not see it if it is hidden."""

    name: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """An opened workbook."""

    book: Any

    @classmethod
    def opened(cls, file: BinaryIO) -> "Workbook":
        """The workbook in the file, its container checked. Raises BadFile."""
        with broken_as_bad_file():
            return cls(opened_workbook(file, calculated=True))

    @property
    def sheets(self) -> list[Sheet]:
        """All sheets that hold cells, in the order of their tabs."""
        return [Sheet(each.title, each.sheet_state != "visible") for each in self.book.worksheets]

    def named(self, words: str) -> Sheet:
        """The sheet of a name, whatever its case, or of a number counted from 1.

        Raises BadFile if there is none, or if the number means another sheet with the hidden ones
        than without them.
        """
        sheets = self.sheets
        for sheet in sheets:
            if sheet.name.strip().casefold() == words.strip().casefold():
                return sheet
        if words.strip().isdecimal() and (found := _numbered(sheets, int(words))):
            return found
        raise BadFile(
            f"there is no sheet {words!r}",
            value=", ".join(sheet.name for sheet in sheets),
            remedy="Name one of the sheets of this workbook, or its number from 1.",
        )

    def lines(self, sheet: Sheet, *, hidden: bool = False) -> Iterator[Line | Aside]:
        """(row number, its cells as text) of each row that is not empty, and what is hidden.

        ``hidden``: hidden rows are read too. Raises BadFile for what cannot be read.
        """
        with broken_as_bad_file():
            yield from _lines(self.book, self.book[sheet.name], hidden=hidden)


def _numbered(sheets: list[Sheet], number: int) -> Sheet | None:
    visible = [sheet for sheet in sheets if not sheet.hidden]
    found = [each[number - 1] for each in (visible, sheets) if 0 < number <= len(each)]
    if len(set(found)) > 1:
        raise BadFile(
            f"sheet {number} is {found[0].name!r}, or {found[1].name!r} with the hidden sheets",
            remedy="Name the sheet.",
        )
    return found[0] if found else None


class _Parser(WorkSheetParser):
    """openpyxl's reader of a sheet, which gives what formulas calculated; marks them as such."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        formula = element.find(FORMULA_TAG)
        if formula is not None:
            cell["formula"] = f"={formula.text or ''}"
        return cell


def _lines(book: Any, sheet: Any, *, hidden: bool) -> Iterator[Line | Aside]:
    percent = _percent_styles(book)
    with sheet._get_source() as source:
        parser = _Parser(
            source, sheet._shared_strings, data_only=True, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        is_first = True
        for number, row in parser.parse():
            looks = parser.row_dimensions.pop(str(number), {})
            if is_first:
                yield from _hidden_columns(parser.column_dimensions)
                is_first = False
            cells = _cells(row, percent)
            if not any(cells):
                continue
            if _is_on(looks.get("hidden")) and not hidden:
                yield LeftOut("hidden rows", number, ", ".join(filter(None, cells))[:80])
                continue
            yield number, cells


def _cells(row: list[dict[str, Any]], percent: frozenset[int]) -> list[str]:
    cells = [""] * (row[-1]["column"] if row else 0)
    for cell in row:
        shown = _shown(cell, percent)
        if "formula" in cell:
            cells[cell["column"] - 1] = Formula(cell["formula"], shown or None)
        elif shown:
            cells[cell["column"] - 1] = shown
    return cells


def _shown(cell: dict[str, Any], percent: frozenset[int]) -> str:
    """The text that a person would type."""
    value = cell["value"]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if cell["style_id"] in percent:
            return f"{(Decimal(repr(value)) * 100).normalize():f}%"
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    return TypedNumber(text) if text[:1].isdigit() or text[1:2].isdigit() else text


def _number(value: float) -> str:
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return str(int(value)) if is_whole else str(value)


def _percent_styles(book: Any) -> frozenset[int]:
    """The numbers of the styles in which 0.45 is shown as 45 %."""
    found = set()
    for number, style in enumerate(book._cell_styles):
        own = style.numFmtId - BUILTIN_FORMATS_MAX_SIZE
        if 0 <= own < len(book._number_formats):
            words = book._number_formats[own]
        else:
            words = BUILTIN_FORMATS.get(style.numFmtId, "")
        if "%" in words:
            found.add(number)
    return frozenset(found)


def _hidden_columns(looks: dict[str, dict[str, str]]) -> Iterator[Remark]:
    spans = [
        (int(each["min"]), int(each["max"]))
        for each in looks.values()
        if _is_on(each.get("hidden"))
    ]
    letters = [
        get_column_letter(low) + (f"–{get_column_letter(high)}" if high > low else "")
        for low, high in spans
        if high <= LAST_COLUMN
    ]
    if letters:
        yield Remark(f"hidden columns are read like the others: {', '.join(letters)}")


def _is_on(attribute: str | None) -> bool:
    return attribute in ("1", "true")
