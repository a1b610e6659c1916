"""The one file of 2026: a row for each figure (``MCS chapter, Section, Commodity, Country, …``).

Read are the world sections; the salient statistics of the United States and the sources of their
imports are counted and left out. Production, reserves and capacity of the table of products have
its labels; other production of a mineral of ours has the publisher's words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut
from riskscore.sources.readers.delimited import wrong_width
from riskscore.sources.readers.text import integer
from riskscore.sources.source_records import SourceRecord
from riskscore.sources.summaries import figure_cells as read
from riskscore.sources.summaries.commodities import mineral_of, plain
from riskscore.sources.summaries.products import (
    NEWER_PRODUCTS,
    PRODUCTION_OF,
    PRODUCTS,
    UNITS,
    Product,
)

NEEDED = ("section", "commodity", "country", "statistics_detail", "unit", "year", "value")
USED = frozenset({*NEEDED, "notes", "mcs chapter", "statistics"})
ROUNDED = re.compile(r"[:,] rounded$")
#: Production whose places are stated in different terms.
DIFFERENT = frozenset({"boron", "feldspar", "talc", "titanium"})
SECTIONS = {"salient": "salient statistics of the United States", "import": "sources of imports"}


def is_long(header: Sequence[str]) -> bool:
    """Whether the columns (plain) are those of the long file."""
    return all(name in header for name in NEEDED)


def records(
    lines: Iterator[tuple[int, list[str]]], header: Sequence[str]
) -> Iterator[tuple[int, SourceRecord] | Aside]:
    """(line, figure) of each row of a world section; the rest by reason."""
    for name in header:
        if name not in USED:
            yield LeftOut("a column that is not used", 1, name)
    for line, cells in lines:
        if len(cells) != len(header):
            yield wrong_width(line, len(cells), len(header))
            continue
        row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        if not any(row.values()):
            continue
        try:
            yield _row(row, line)
        except BadFile as error:
            yield error


def _row(row: Mapping[str, str], line: int) -> tuple[int, SourceRecord] | LeftOut:
    section = row["section"].casefold()
    if not section.startswith("world"):
        words = next((text for word, text in SECTIONS.items() if word in section), "not the world")
        return LeftOut(f"another section: {words}", line, row["section"])
    about = f"{row['commodity']}: {row['statistics_detail']}"
    if reason := read.unstated(row["value"]) or ("" if row["value"] else "nothing is stated"):
        return LeftOut(reason, line, f"{about}, {row['country']}: {row['value']}")
    found = _about(row, line)
    if isinstance(found, LeftOut):
        return found
    indicator, mineral, label = found
    value, mark = read.amount(row["value"], "Value", line)
    estimated = row.get("notes", "").casefold().startswith("estimated")
    return line, SourceRecord(
        indicator=indicator,
        place=read.counted_place(row["country"]).name,
        mineral=mineral,
        year=integer(row["year"], line, "Year"),
        value=value,
        quality=mark or ("estimated" if estimated else "reported"),
        label=label[:200],
    )


def _about(row: Mapping[str, str], line: int) -> tuple[str, str, str] | LeftOut:
    """(indicator, mineral, label), or why the row is not used."""
    detail = ROUNDED.sub("", row["statistics_detail"].casefold())
    name = plain(row["commodity"])
    if product := NEWER_PRODUCTS.get((name, detail)):
        _check_unit(product, " ".join(row["unit"].split()), line)
        return product.indicator, product.mineral, product.label
    if (name, detail) in PRODUCTS:
        mineral, stage = PRODUCTS[name, detail]
        return PRODUCTION_OF, mineral, f"{read.unit_of(row['unit'], line, 'Unit')}; {stage}"
    about = f"{row['commodity']}: {row['statistics_detail']}"
    mineral = mineral_of(name, detail)
    if not mineral:
        return LeftOut("a commodity that is no mineral of ours", line, about)
    if row.get("statistics", "Production").casefold() != "production" or "reserves" in detail:
        return LeftOut("reserves or capacity that are not read", line, about)
    if mineral in DIFFERENT:
        return LeftOut("production that is stated in different terms by place", line, about)
    return PRODUCTION_OF, mineral, f"{read.unit_of(row['unit'], line, 'Unit')}; {detail}"


def _check_unit(product: Product, unit: str, line: int) -> None:
    if unit not in (product.unit, UNITS.get(product.mineral)):
        raise BadFile(
            f"another unit than the publisher's table prints ({product.unit})", row=line,
            column="Unit", value=unit, remedy="Check the unit; the figure is read in no other.",
        )  # fmt: skip
