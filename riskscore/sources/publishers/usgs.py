"""USGS Mineral Commodity Summaries, world data: production, capacity and reserves by country.

Each form since 2022 is read: a file per commodity (``mcs2023-cobal_world.csv``), the one file of
2025 (:mod:`riskscore.sources.summaries.wide`), the long file of 2026
(:mod:`riskscore.sources.summaries.long`), or a zip of such files. ``W`` (withheld), ``NA`` and
dashes are no records: unknown, never zero, and counted. ``>`` and ``<`` make a bound, ``e`` an
estimate, and the record says so. Countries carry footnote numbers.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut
from riskscore.sources.readers.delimited import check_delimiter, delimited_rows
from riskscore.sources.readers.zip_guard import ZIP_MAGIC
from riskscore.sources.readers.zipped_tables import Table, refuse_other, tables
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source, SourceRecord
from riskscore.sources.summaries import long, wide
from riskscore.sources.tables.table import ParsedRows, kind_of, parser

SOURCE = Source(
    code="usgs",
    publisher="US Geological Survey",
    title="Mineral Commodity Summaries, world data",
    url="https://www.usgs.gov/centers/national-minerals-information-center",
    licence="public domain",
    redistributable=True,
    attribution="US Geological Survey, Mineral Commodity Summaries.",
)
NAMED = re.compile(r"mcs(\d{4})-([a-z]{3,6})[_-]world")
#: A file is about one commodity: it adds to what the others state.
PARTIAL = True
#: Each edition states the reserves of its own year alone, so that no other is newer.
STATED_ONCE = ("usgs.reserves",)
#: Its own files name places that are left out, and goods that are none of ours.
PUBLISHED = True
#: The publisher's short names of its commodity files, where they are no beginning of ours.
COMMODITIES = {
    "alumi": "aluminum", "antim": "antimony", "arsen": "arsenic", "barit": "barite",
    "bauxi": "bauxite and alumina", "beryl": "beryllium", "bismu": "bismuth", "boron": "boron",
    "chrom": "chromium", "cobal": "cobalt", "coppe": "copper", "diamo": "diamond (industrial)",
    "feldspar": "feldspar",
    "fluor": "fluorspar", "galli": "gallium", "germa": "germanium", "gold": "gold",
    "graph": "graphite", "heliu": "helium", "indiu": "indium", "feore": "iron ore",
    "lead": "lead", "lithi": "lithium", "manga": "manganese", "mercu": "mercury",
    "molyb": "molybdenum", "nicke": "nickel", "niobi": "niobium", "phosp": "phosphate rock",
    "plati": "platinum-group metals", "potas": "potash", "raree": "rare earths",
    "rheni": "rhenium",
    "selen": "selenium", "silve": "silver", "stron": "strontium", "tanta": "tantalum",
    "tellu": "tellurium", "tin": "tin", "tungs": "tungsten",
    "vanad": "vanadium", "zinc": "zinc", "zirco": "zirconium and hafnium",
    "titan": "titanium and titanium dioxide", "timin": "titanium mineral concentrates",
    "iron": "iron ore", "magne": "magnesium compounds",
}  # fmt: skip


EDITION = re.compile(r"(?<![a-z])mcs[\s_-]*(20\d{2})", re.IGNORECASE)
SALIENT = "the salient statistics of the United States, not the world"
USE = (
    "Use the publisher's world CSV (Source, Country, Type, Prod_t_est_2022 …) or its file of 2026."
)


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[SourceRecord]:
    """(line, record) of each figure; the commodity comes from a column or the file's name."""
    refuse_other(reading)
    start = file.read(len(ZIP_MAGIC))
    file.seek(0)
    zipped = start == ZIP_MAGIC
    if not zipped and kind_of(file, name) != "csv":
        raise BadFile("not a CSV file", value=name, remedy="Use the publisher's world CSV.")
    for part in tables(file, name):
        yield from [part] if isinstance(part, LeftOut) else _table(part, zipped=zipped)


parse = parser(rows)


def stated_edition(name: str, content: bytes = b"") -> str:
    """``Mineral Commodity Summaries 2025``, by the file's name or its first rows; "" without."""
    first = content[:4096].decode("cp1252", errors="replace")
    found = EDITION.search(PurePosixPath(name).name) or EDITION.search(first)
    return f"Mineral Commodity Summaries {found[1]}" if found else ""


def _table(table: Table, *, zipped: bool) -> Iterator[tuple[int, SourceRecord] | Aside]:
    lines = delimited_rows(table.open())
    _, header = next(lines, (1, []))
    check_delimiter(header)
    plain = [cell.strip().casefold() for cell in header]
    if long.is_long(plain):
        yield from long.records(lines, plain)
    elif wide.is_wide(plain):
        yield from wide.records(lines, plain, _commodity(table.name, plain))
    elif zipped:
        yield LeftOut(f"a file of the zip: {_other(plain)}", example=table.name)
    else:
        raise BadFile(_other(plain), row=1, value=", ".join(header)[:200], remedy=USE)


def _other(plain: list[str]) -> str:
    """What a file is that is no world table."""
    if "datasource" in plain or any(name.startswith("usprod") for name in plain):
        return SALIENT
    missing = next(name for name in wide.NEEDED if name not in plain)
    return f"the column {missing.title()} is missing"


def _commodity(name: str, plain: list[str]) -> str:
    """What the publisher's file name says the file is about; "" where a column says it."""
    named = NAMED.search(name.casefold())
    return COMMODITIES.get(named[2], "") if named and "commodity" not in plain else ""
