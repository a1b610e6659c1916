"""World Mining Data's own workbook: a sheet for each mineral, a column for each year."""

import io
from typing import Any

import openpyxl
import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import LeftOut
from riskscore.sources.publishers import wmd

HEADER = ["Country", "unit", 2022, 2023, "data source"]


def workbook(sheets: dict[str, list[list[Any]]], hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title == hidden else "visible"
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def sheet(*rows: list[Any]) -> list[list[Any]]:
    return [["Production by country"], HEADER, *rows]


def test_each_sheet_is_a_mineral_and_each_column_a_year() -> None:
    """Zero is a figure, an empty cell is none; the total is no place."""
    found = list(wmd.parse(workbook({
        "Cobalt": sheet(["Congo, D.R.", "metr. t", 111_000, 139_840.5, "r"],
                        ["Cuba", "metr. t", None, 0, "e"], ["Total", "metr. t", 1, 2, None]),
        "Gallium": sheet(["China", "kg", 600_000, 610_000, "p"]),
        "Natural Gas": sheet(["Qatar", "Mio m3", 5, 6, "r"]),
        "Diamonds (Gem)": sheet(["Botswana", "ct", 7, 8, "r"]),
    })))  # fmt: skip
    records = [part for part in found if not isinstance(part, LeftOut)]
    assert [(r.mineral, r.place, r.year, r.value, r.label, r.quality) for r in records] == [
        ("Cobalt", "Congo, D.R.", 2022, 111_000, "t", "reported"),
        ("Cobalt", "Congo, D.R.", 2023, 139_840.5, "t", "reported"),
        ("Cobalt", "Cuba", 2023, 0, "t", "estimated"),
        ("Gallium", "China", 2022, 600_000, "kg", "provisional"),
        ("Gallium", "China", 2023, 610_000, "kg", "provisional"),
        ("Natural Gas", "Qatar", 2022, 5, "Mio m3", "reported"),
        ("Natural Gas", "Qatar", 2023, 6, "Mio m3", "reported"),
        ("Diamonds (Gem)", "Botswana", 2022, 7, "ct", "reported"),
        ("Diamonds (Gem)", "Botswana", 2023, 8, "ct", "reported"),
    ]
    assert [part.reason for part in found if isinstance(part, LeftOut)] == ["the total of a sheet"]


def test_sheets_and_columns_that_are_not_used_are_named() -> None:
    found = list(wmd.parse(workbook(
        {"Read me": [["World Mining Data"]], "Zinc": [["Zinc"], [*HEADER, "remark"],
         ["Peru", "metr. t", 1, 2, "r", "x"]], "Old": sheet(["Peru", "metr. t", 1, 2, "r"])},
        hidden="Old",
    )))  # fmt: skip
    assert [(part.reason, part.example) for part in found if isinstance(part, LeftOut)] == [
        ("a sheet without production by country and year", "Read me"),
        ("a column that is not used", "Zinc: remark"),
        ("a hidden sheet", "Old"),
    ]


def test_an_unknown_unit_or_another_workbook_is_refused() -> None:
    with pytest.raises(BadFile, match="an unknown unit"):
        list(wmd.parse(workbook({"Zinc": sheet(["Peru", "pounds", 1, 2, "r"])})))
    with pytest.raises(BadFile, match="no sheet has the columns"):
        list(wmd.parse(workbook({"Zinc": [["Rank", "Country", "Share"], [1, "Peru", 5]]})))


def test_the_edition_is_what_the_name_says() -> None:
    assert wmd.stated_edition("WMD2025_6.4.xlsx") == "World Mining Data 2025"
    assert wmd.stated_edition("6.4. Production.xlsx") == ""
