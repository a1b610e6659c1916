"""The world tables of 2022 to 2025: a row for each place and product, a column for each figure.

One file per commodity (``mcs2024-cobal_world.csv``) or one of all (2025). A column says by its name
what it holds (``Prod_t_est_2023``, ``CAP_2023``, ``RESERVES_2024``, ``Reserves_kt``); the unit
stands there or in a column ``UNIT_MEAS``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut
from riskscore.sources.readers.delimited import wrong_width
from riskscore.sources.source_records import SourceRecord
from riskscore.sources.summaries import figure_cells as read
from riskscore.sources.summaries.commodities import mineral_of, named_in, plain
from riskscore.sources.summaries.products import (
    CAPACITY_OF,
    EARLIER_PRODUCTS,
    PRODUCTION_OF,
    RESERVES_OF,
    Product,
)

NEEDED = ("source", "country", "type")
KINDS = {
    "prod": PRODUCTION_OF, "production": PRODUCTION_OF, "cap": CAPACITY_OF,
    "capacity": CAPACITY_OF, "reserves": RESERVES_OF, "reserve": RESERVES_OF,
}  # fmt: skip
COLUMN_UNITS = frozenset({"t", "kt", "mt", "kg", "mct", "kct"})
#: Units of columns that are no words elsewhere.
SPELLED = {"mct": "million carats", "kct": "thousand carats"}
NOTES = frozenset({"notes", "note"})
EDITION = re.compile(r"mcs\s*(\d{4})")
#: Chapters by another name in one edition than in the table of products.
SAME_CHAPTER = {
    "graphite (natural)": "graphite", "niobium (columbium)": "niobium",
    "bauxite and alumina": "bauxite",
}  # fmt: skip
#: The units in which the file of 2025 gives the row of a product whose reserves are in another.
OTHER_UNIT = {
    "iron": "thousand metric tons", "molybdenum": "metric tons", "vanadium": "metric tons",
    "titanium": "metric tons",
}  # fmt: skip
#: Reserves that are no figure of one mineral of ours, and why.
NO_RESERVES = {
    "boron": "in different terms by place", "feldspar": "in different terms by place",
    "talc": "in different terms by place", "indium": "capacities in the column of reserves",
    "palladium": "of the whole group", "platinum": "of the whole group",
}  # fmt: skip
#: The total of several products is none of theirs.
SEVERAL = "ilmenite and rutile"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of figures holds. ``year`` 0: that of the edition's newest production."""

    name: str
    indicator: str
    unit: str
    year: int
    quality: str
    words: str
    notes: str


def is_wide(header: Sequence[str]) -> bool:
    """Whether the columns (plain) are those of a world table."""
    return all(name in header for name in NEEDED)


def records(
    lines: Iterator[tuple[int, list[str]]], header: Sequence[str], commodity: str
) -> Iterator[tuple[int, SourceRecord] | Aside]:
    """(line, figure) of each cell; ``commodity``: of the whole file, where no column says it."""
    columns = list(_columns(header))
    if not any(column.indicator == PRODUCTION_OF for column in columns):
        raise BadFile(
            "no column of production in a known unit", row=1, column="Prod_…",
            value=", ".join(header)[:200],
            remedy="Use the publisher's world CSV: Source, Country, Type, Prod_t_est_2022 ….",
        )  # fmt: skip
    used = {column.name for column in columns} | {*NEEDED, "commodity", "unit_meas"}
    for name in header:
        if name not in used:
            notes = NOTES.intersection(_tokens(name))
            reason = "a column of notes" if notes else "a column that is not used"
            yield LeftOut(reason, 1, name)
    for line, cells in lines:
        if len(cells) != len(header):
            yield wrong_width(line, len(cells), len(header))
            continue
        if any(cell.strip() for cell in cells):
            row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            yield from _row(row, columns, line, commodity)


def _tokens(name: str) -> list[str]:
    return [part for part in re.split(r"[_\s]+", name.casefold()) if part]


def _columns(header: Sequence[str]) -> Iterator[Column]:
    for name in header:
        parts = _tokens(name)
        kind = next((KINDS[part] for part in parts if part in KINDS), None)
        if kind is None or NOTES.intersection(parts):
            continue
        year = next((int(part) for part in parts if re.fullmatch(r"\d{4}", part)), 0)
        unit = next((part for part in parts if part in COLUMN_UNITS), "")
        rest = [p for p in parts if p not in KINDS and p not in {unit, "est", str(year)}]
        if year or kind == RESERVES_OF:
            notes = f"{parts[0].removesuffix('s')}_notes"
            near = (n for n in header if n in (notes, f"{parts[0]}_notes"))
            yield Column(
                name, kind, SPELLED.get(unit, unit), year,
                "estimated" if "est" in parts else "reported",
                " ".join(rest), next(near, ""),
            )  # fmt: skip


def _row(
    row: Mapping[str, str], columns: Sequence[Column], line: int, commodity: str
) -> Iterator[tuple[int, SourceRecord] | Aside]:
    chapter = row.get("commodity") or commodity or named_in(row["type"])
    if not chapter:
        yield BadFile(
            "which commodity is not said", row=line, column="Type", value=row["type"],
            remedy="Keep the publisher's file name (mcs2023-cobal_world.csv).",
        )  # fmt: skip
        return
    mineral = mineral_of(chapter, row["type"])
    if not mineral:
        about = f"{chapter}: {row['type']}"
        yield LeftOut("a commodity that is no mineral of ours", line, about)
        # Of some chapters that are none of ours a capacity is one of ours (titanium pigment).
        capacity = next(_products(chapter, row["type"], CAPACITY_OF), None)
        if capacity is None:
            return
        mineral = capacity.mineral
        columns = [column for column in columns if column.indicator == CAPACITY_OF]
    if SEVERAL in row["country"].casefold():
        yield LeftOut("the total of several products", line, row["country"])
        return
    for column in columns:
        try:
            yield from _figure(row, column, line, mineral, chapter)
        except BadFile as error:
            yield error


def _figure(
    row: Mapping[str, str], column: Column, line: int, mineral: str, chapter: str
) -> Iterator[tuple[int, SourceRecord] | Aside]:
    note = row.get(column.notes, "")
    text = row[column.name] or read.mark_of(note)
    if not text:
        return
    if reason := read.unstated(text):
        yield LeftOut(reason, line, f"{chapter} {row['country']} {column.name}: {text}")
        return
    value, mark = read.amount(text, column.name, line)
    if column.indicator == RESERVES_OF and mineral in NO_RESERVES:
        yield LeftOut(f"reserves {NO_RESERVES[mineral]}", line, f"{chapter} {row['country']}")
        return
    unit = column.unit or read.unit_of(row.get("unit_meas", ""), line, "UNIT_MEAS")
    unit = unit or next((p.unit for p in _products(chapter, row["type"], column.indicator)), "")
    if not unit:
        yield LeftOut("no unit is stated", line, f"{chapter} {row['country']} {column.name}")
        return
    place = read.counted_place(row["country"])
    year = column.year or _edition(row["source"], line) - 1
    said = column.indicator != RESERVES_OF and "estimated" in note.casefold()
    estimated = said and ("20" not in note or str(year) in note)
    yield (
        line,
        SourceRecord(
            indicator=column.indicator,
            place=place.name,
            mineral=mineral,
            year=year,
            value=value,
            quality=mark or ("estimated" if estimated else column.quality),
            label=_label(row["type"], column, unit, mineral, chapter, place.counted)[:200],
        ),
    )


def _edition(source: str, line: int) -> int:
    """Reserves are stated as of the edition, whose newest production is of the year before."""
    if stated := EDITION.search(source.casefold()):
        return int(stated[1])
    raise BadFile(
        "of which year the reserves are is not said", row=line, column="Source", value=source,
        remedy="Write the edition (MCS2024), or the year into the column's name (Reserves_t_2023).",
    )  # fmt: skip


def _label(kind: str, column: Column, unit: str, mineral: str, chapter: str, counted: str) -> str:
    """``unit; what is counted``; reserves and capacity in the words of the table of products."""
    if column.indicator == PRODUCTION_OF:
        words = ", ".join(word for word in (kind, column.words, counted) if word)
        return f"{unit}; {words}"
    products = _products(chapter, kind, column.indicator)
    product = next((one for one in products if one.mineral == mineral), None)
    if product is not None and not column.unit:
        known = unit in (product.unit, OTHER_UNIT.get(mineral))
        return product.label if known else f"{unit}; {product.words}"
    if column.indicator == CAPACITY_OF:
        return f"{unit}; {', '.join(word for word in (kind, column.words) if word)}"
    words = ", ".join(word for word in ("reserves", column.words, counted) if word)
    return f"{unit}; {words}"


def _products(chapter: str, kind: str, indicator: str) -> Iterator[Product]:
    """What the table of products knows of a chapter, a type and reserves or capacity."""
    name = SAME_CHAPTER.get(plain(chapter), plain(chapter))
    return (
        product
        for known, needed, product in EARLIER_PRODUCTS
        if known == name and needed in kind.casefold() and product.indicator == indicator
    )
