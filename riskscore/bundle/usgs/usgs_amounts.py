"""USGS reserves and capacity by place: of the edition of 2026, and what that of 2025 adds.

A bound (``>``, ``<``) or an estimate is kept as such in the quality. What is withheld (W), not
available (NA), a dash, or a word in place of a number ("Large") is no figure and never zero: it is
counted. Totals of the world are kept as such (``WLD``): nearly all bounds stand there.

Both editions state capacities of 2024; the newer one holds.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.source_records import SourceRecord
from riskscore.sources.summaries import figure_cells
from riskscore.sources.summaries.products import (
    CAPACITY_OF,
    EARLIER_PRODUCTS,
    NEWER_PRODUCTS,
    RESERVES_OF,
    UNITS,
    Product,
)

NEWER = ("Section", "Commodity", "Country", "Statistics_detail", "Unit", "Year", "Value", "Notes")
EARLIER = (
    "COMMODITY", "COUNTRY", "TYPE", "CAP_2023", "CAP_EST_ 2024", "CAP_NOTES", "RESERVES_2024",
    "RESERVE_NOTES",
)  # fmt: skip
ROUNDED = re.compile(r"[:,] rounded$")
#: The total of several products is none of theirs.
SEVERAL = "ilmenite and rutile"
#: What stands in place of a number, in words.
MARKS = {
    "w": "withheld", "na": "not available", "xx": "not applicable", "s": "counted elsewhere",
    "—": "a dash", "": "nothing stated",
}  # fmt: skip
SIZES = ("large", "moderate", "small", "very small")
NA = ("NA", "na", "XX", "xx")
#: Column, year, quality and note of the amounts of the edition of 2025.
COLUMNS = {
    RESERVES_OF: (("RESERVES_2024", 2024, "reported", "RESERVE_NOTES"),),
    CAPACITY_OF: (
        ("CAP_2023", 2023, "reported", "CAP_NOTES"),
        ("CAP_EST_ 2024", 2024, "estimated", "CAP_NOTES"),
    ),
}
Found = SourceRecord | tuple[str, str]


class Stated(NamedTuple):
    """A cell with what it is about."""

    product: Product
    place: str
    year: int
    text: str
    quality: str


def newer(content: bytes) -> Iterator[SourceRecord]:
    """Reserves and capacity of the edition of 2026; BadFile at the first fault."""
    return _figures(_newer(content))


def earlier(content: bytes) -> Iterator[SourceRecord]:
    """Reserves and capacity of the edition of 2025; BadFile at the first fault."""
    return _figures(_earlier(content))


def unstated(newest: bytes, before: bytes) -> Counter[tuple[str, str]]:
    """How often (indicator, mark) stands in place of a number in both files."""
    every = (*_newer(newest), *_earlier(before))
    return Counter(found for found in every if not isinstance(found, SourceRecord))


def newest_first(records: Iterable[SourceRecord]) -> Iterator[SourceRecord]:
    """The first of the records that state the same of the same year: the newer file comes first."""
    seen = set()
    for record in records:
        about = record.indicator, record.place, record.mineral, record.label, record.year
        if about not in seen:
            seen.add(about)
            yield record


def _figures(found: Iterable[Found]) -> Iterator[SourceRecord]:
    return (record for record in found if isinstance(record, SourceRecord))


def _newer(content: bytes) -> Iterator[Found]:
    for line, row in csv_rows(content, NEWER, "cp1252"):
        detail = ROUNDED.sub("", row["Statistics_detail"].strip().casefold())
        product = NEWER_PRODUCTS.get((row["Commodity"].strip().casefold(), detail))
        if product is None or not row["Section"].startswith("World"):
            continue
        unit = row["Unit"].strip()
        if unit not in (product.unit, UNITS.get(product.mineral)):
            raise BadFile(
                f"another unit than the publisher's table prints ({product.unit})", row=line,
                column="Unit", value=unit, remedy="Correct sources/summaries/products.py.",
            )  # fmt: skip
        quality = "estimated" if row["Notes"].startswith("Estimated") else "reported"
        place, year = figure_cells.place_of(row["Country"]), int(row["Year"])
        stated = Stated(product, place, year, row["Value"].strip(), quality)
        yield _found(stated, line, "Value")


def _earlier(content: bytes) -> Iterator[Found]:
    for line, row in csv_rows(content, EARLIER):
        if SEVERAL in row["COUNTRY"].casefold():
            continue
        place = figure_cells.place_of(row["COUNTRY"])
        for product in _products(row):
            for column, year, quality, note in COLUMNS[product.indicator]:
                text = row[column].strip()
                stated = Stated(product, place, year, text or _plain_mark(row[note]), quality)
                yield _found(stated, line, column)


def _products(row: Mapping[str, str]) -> Iterator[Product]:
    commodity, kind = row["COMMODITY"].strip().casefold(), row["TYPE"].casefold()
    return (
        product
        for name, needle, product in EARLIER_PRODUCTS
        if name == commodity and needle in kind
    )


def _plain_mark(note: str) -> str:
    """The mark that a note is, without remarks: those hold figures that are none of the row's."""
    text = note.strip()
    return text if text.casefold().startswith(SIZES) else text[:2].strip() if text[:2] in NA else ""


def _found(stated: Stated, line: int, column: str) -> Found:
    product, place, year, text, quality = stated
    if not any(letter.isdigit() for letter in text):
        size = text.casefold().startswith(SIZES)
        mark = "a word for the size" if size else MARKS.get(text.casefold(), "a word")
        return product.indicator, mark
    value, marked = figure_cells.amount(text, column, line)
    return SourceRecord(
        indicator=product.indicator,
        place=place,
        mineral=product.mineral,
        year=year,
        value=value,
        quality=marked or quality,
        label=product.label,
    )
