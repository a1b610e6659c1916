"""World Mining Data: production per mineral, place and year. Units differ by mineral (t, kg,
ct, Mio m3), so each record's label carries its unit.

Our table (mineral, iso3, year, production, unit, quality), or the publisher's own workbook
(6.4, Production of Mineral Raw Materials of individual Countries by Minerals): a sheet for each
mineral, a title, then ``Country, unit``, a column for each year, ``data source``; a total ends it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut
from riskscore.sources.readers.all_sheets import Sheet, all_sheets
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import integer, number
from riskscore.sources.readers.zip_guard import ZIP_MAGIC
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="wmd",
    publisher="Austrian Federal Ministry of Finance",
    title="World Mining Data",
    url="https://www.world-mining-data.info",
    licence="free with attribution",
    redistributable=True,
    attribution="World Mining Data, Austrian Federal Ministry of Finance.",
)
COLUMNS = ("mineral", "iso3", "year", "production", "unit", "quality")
UNITS = ("t", "kg", "ct", "Mio m3")
QUALITIES = {"r": "reported", "e": "estimated", "p": "provisional"}
# S19 is Taiwan by its trade-statistics code; that R20 is Kosovo is inferred (lead, zinc, nickel
# and lignite only), so its rows are not verified.
INFERRED = {"R20"}
#: The units of the workbook.
WORKBOOK_UNITS = {
    "metr. t": "t", "metr.t": "t", "metric tons": "t", "metric t": "t", "t": "t", "kg": "kg",
    "ct": "ct", "carats": "ct", "mio m3": "Mio m3", "mio. m3": "Mio m3", "mio m\u00b3": "Mio m3",
}  # fmt: skip
EDITION = re.compile(r"(?:wmd|world[\s_-]*mining[\s_-]*data)[\s_-]*(20\d{2})", re.IGNORECASE)
MISSING = frozenset({"", "-", "–", "n/a", "na", ".."})


def parse(content: bytes) -> Iterator[Any]:
    """Every figure; zero production is a record, an absent place is not.

    Between the records of a workbook stands what of it is left out.
    """
    yield from _of_workbook(content) if content.startswith(ZIP_MAGIC) else _of_table(content)


def stated_edition(name: str, _content: bytes = b"") -> str:
    """``World Mining Data 2026``, where the file's name says so; "" otherwise."""
    found = EDITION.search(PurePosixPath(name).name)
    return f"World Mining Data {found[1]}" if found else ""


def _of_table(content: bytes) -> Iterator[SourceRecord]:
    for row, cells in csv_rows(content, COLUMNS):
        for column, known in (("unit", UNITS), ("quality", QUALITIES)):
            if cells[column] not in known:
                raise BadFile(
                    f"an unknown {column}",
                    row=row,
                    column=column,
                    value=cells[column],
                    remedy=f"Use one of {', '.join(known)}.",
                )
        yield SourceRecord(
            indicator="wmd.production",
            place=cells["iso3"],
            mineral=cells["mineral"],
            year=integer(cells["year"], row, "year"),
            value=number(cells["production"], row, "production"),
            quality=QUALITIES[cells["quality"]],
            label=cells["unit"],
            verified=cells["iso3"] not in INFERRED,
        )


def _of_workbook(content: bytes) -> Iterator[SourceRecord | LeftOut]:
    any_found = False
    for sheet in all_sheets(content):
        if sheet.hidden:
            yield LeftOut("a hidden sheet", example=sheet.title)
            continue
        header = _header(sheet)
        if header is None:
            yield LeftOut("a sheet without production by country and year", example=sheet.title)
            continue
        any_found = True
        yield from _of_sheet(sheet, header)
    if not any_found:
        raise BadFile(
            "no sheet has the columns Country, unit and years",
            remedy="Use the publisher's workbook 6.4, production by minerals, or our table "
            f"({', '.join(COLUMNS)}).",
        )


def _header(sheet: Sheet) -> list[str] | None:
    """The names of the columns, plain; the rows of the sheet then go on after them."""
    for _, cells in sheet.rows:
        plain = [_plain(cell) for cell in cells]
        if {"country", "unit"} <= set(plain) and any(_year(name) for name in plain):
            return plain
    return None


def _of_sheet(sheet: Sheet, header: list[str]) -> Iterator[SourceRecord | LeftOut]:
    place_at, unit_at = header.index("country"), header.index("unit")
    source_at = next((at for at, name in enumerate(header) if "source" in name), None)
    years = {at: year for at, name in enumerate(header) if (year := _year(name))}
    used = {place_at, unit_at, source_at, *years}
    for at, name in enumerate(header):
        if name and at not in used:
            yield LeftOut("a column that is not used", example=f"{sheet.title}: {name}")
    for row, found in sheet.rows:
        cells = found + [None] * (len(header) - len(found))
        place, where = str(cells[place_at] or "").strip(), f"{sheet.title}: row {row}"
        if not place or all(_plain(cells[at]) in MISSING for at in years):
            yield LeftOut("a row without figures", row, f"{where}, {place}")
            continue
        if place.casefold().startswith("total"):
            yield LeftOut("the total of a sheet", row, where)
            continue
        unit = WORKBOOK_UNITS.get(_plain(cells[unit_at]))
        if unit is None:
            raise BadFile(
                "an unknown unit", file=sheet.title, row=row, column="unit", value=cells[unit_at],
                remedy=f"Use one of {', '.join(UNITS)}.",
            )  # fmt: skip
        flag = _plain(cells[source_at])[:1] if source_at is not None else ""
        for at, year in years.items():
            if _plain(cells[at]) not in MISSING:
                yield SourceRecord(
                    indicator="wmd.production", place=place, mineral=sheet.title.strip(),
                    year=year, value=number(cells[at], row, f"{sheet.title} {year}"),
                    quality=QUALITIES.get(flag, ""), label=unit,
                )  # fmt: skip


def _plain(cell: object) -> str:
    return " ".join(str("" if cell is None else cell).split()).casefold()


def _year(name: str) -> int:
    """A year of four digits from the name of a column; 0 for another."""
    found = re.fullmatch(r"((?:19|20)\d{2})(?:\.0)?", name)
    return int(found[1]) if found else 0


def settled(records: Iterable[Any]) -> Iterator[Any]:
    """One record per place, mineral and year, in order; what is left out goes first.

    The file states gold of Guyana twice a year, the smaller figure being of the size of French
    Guiana's output. Nobody can tell from the file, so the greater is kept and not verified.
    """
    result: dict[tuple[str | None, str | None, int], SourceRecord] = {}
    for record in records:
        if isinstance(record, Aside):
            yield record
            continue
        key = (record.place, record.mineral, record.year)
        if key in result:
            greater = max(result[key], record, key=lambda either: either.value)
            result[key] = replace(greater, verified=False)
        else:
            result[key] = record
    yield from result.values()
