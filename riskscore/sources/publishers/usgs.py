"""USGS Mineral Commodity Summaries, world data: production, capacity and reserves by country.

One file per commodity (``mcs2023-cobal_world.csv``: Source, Country, Type, Prod_t_2021,
Prod_t_est_2022, Prod_notes, Reserves_t, Reserves_notes), or one file of all with a column
Commodity. The unit stands in the column's name (t, kt, or mct, million carats) or in a column of
its own. ``W`` (withheld), ``NA`` and dashes are no records: unknown, never zero. ``>`` and ``<``
make a bound, ``e`` an estimate, and the record says so. Countries carry footnote numbers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import check_delimiter, delimited_rows, wrong_width
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source, SourceRecord
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
PRODUCTION = re.compile(r"prod_(?:(t|kt|kg|mct)_)?(est_)?_?\s?(\d{4})")
CAPACITY = re.compile(r"cap_(?:(t|kt|kg|mct)_)?(est_)?_?\s?(\d{4})")
#: Where the unit is not in the column's name it is that of the production, which reserves of some
#: minerals do not share: such a column is not read.
RESERVES = re.compile(r"reserves_(t|kt|kg|mct)")
PRODUCTION_OF, CAPACITY_OF, RESERVES_OF = "usgs.production", "usgs.capacity", "usgs.reserves"
MARKS = {">": "at_least", "<": "at_most", "e": "estimated"}
NAMED = re.compile(r"mcs(\d{4})-([a-z]{3,6})[_-]world")
EDITION = re.compile(r"mcs\s*(\d{4})")
FOOTNOTES = re.compile(r"(?<=[^\W\d_)])[\d, ]+$|(?<=\))\d+$")
#: A file is about one commodity: it adds to what the others state.
PARTIAL = True
NO_VALUE = frozenset({"", "na", "n/a", "w", "xx", "--", "—", "–", "-", "large", "(1)", "(2)"})
WORLD, OTHERS = "WLD", "ROW"
#: The publisher's short names of its commodity files, where they are no beginning of ours.
COMMODITIES = {
    "alumi": "aluminum", "antim": "antimony", "arsen": "arsenic", "barit": "barite",
    "bauxi": "bauxite", "beryl": "beryllium", "bismu": "bismuth", "boron": "boron",
    "chrom": "chromium", "cobal": "cobalt", "coppe": "copper", "feldspar": "feldspar",
    "fluor": "fluorspar", "galli": "gallium", "germa": "germanium", "gold": "gold",
    "graph": "graphite", "heliu": "helium", "indiu": "indium", "feore": "iron ore",
    "lead": "lead", "lithi": "lithium", "manga": "manganese", "mercu": "mercury",
    "molyb": "molybdenum", "nicke": "nickel", "niobi": "niobium", "phosp": "phosphate rock",
    "plati": "platinum", "potas": "potash", "raree": "rare earths", "rheni": "rhenium",
    "selen": "selenium", "silve": "silver", "stron": "strontium", "tanta": "tantalum",
    "tellu": "tellurium", "tin": "tin", "timin": "titanium", "tungs": "tungsten",
    "vanad": "vanadium", "zinc": "zinc", "zirco": "zirconium",
}  # fmt: skip


def rows(file: BinaryIO, name: str, _reading: Reading) -> ParsedRows[SourceRecord]:
    """(line, record) of each figure; the commodity comes from a column or the file's name."""
    if kind_of(file, name) != "csv":
        raise BadFile("not a CSV file", value=name, remedy="Use the publisher's world CSV.")
    lines = delimited_rows(file)
    _, header = next(lines, (1, []))
    check_delimiter(header)
    plain = [cell.strip().casefold() for cell in header]
    _check(plain, header)
    named = NAMED.search(name.casefold())
    commodity = COMMODITIES.get(named[2], "") if named else ""
    for line, cells in lines:
        if len(cells) != len(plain):
            yield wrong_width(line, len(cells), len(plain))
            continue
        if any(cell.strip() for cell in cells):
            yield from _records(plain, cells, line, commodity)


parse = parser(rows)


def _check(plain: Sequence[str], header: Sequence[str]) -> None:
    for needed in ("source", "country", "type"):
        if needed not in plain:
            raise BadFile(
                "this column is missing",
                row=1,
                column=needed.title(),
                value=", ".join(header)[:200],
                remedy="Use the publisher's world CSV: Source, Country, Type, Prod_t_est_2022 ….",
            )
    if not any(PRODUCTION.fullmatch(name) for name in plain):
        raise BadFile(
            "no column of production", row=1, column="Prod_…", value=", ".join(header)[:200],
            remedy="Use the publisher's world CSV: Source, Country, Type, Prod_t_est_2022 ….",
        )  # fmt: skip


def _records(
    plain: Sequence[str], cells: Sequence[str], line: int, commodity: str
) -> Iterator[tuple[int, SourceRecord] | BadFile]:
    by_name = dict(zip(plain, (cell.strip() for cell in cells), strict=True))
    mineral = by_name.get("commodity") or commodity or _from_type(by_name["type"])
    if not mineral:
        yield BadFile(
            "which commodity is not said", row=line, column="Type", value=by_name["type"],
            remedy="Keep the publisher's file name (mcs2023-cobal_world.csv).",
        )  # fmt: skip
        return
    for name, text in by_name.items():
        result = _figure(name, by_name)
        if result and text.casefold() not in NO_VALUE:
            try:
                yield line, _record(result, by_name, mineral, *amount(text, name, line))
            except BadFile as error:
                yield error


def _figure(name: str, by_name: Mapping[str, str]) -> tuple[str, str, int, str] | None:
    """(indicator, unit, year, quality) of a column, None for one that holds no figures."""
    unit = by_name.get("unit_meas", "")
    for pattern, indicator in ((PRODUCTION, PRODUCTION_OF), (CAPACITY, CAPACITY_OF)):
        if stated := pattern.fullmatch(name):
            quality = "estimated" if stated[2] else "reported"
            return indicator, stated[1] or unit, int(stated[3]), quality
    if reserves := RESERVES.fullmatch(name):
        edition = EDITION.search(by_name["source"].casefold())
        # Reserves are stated as of the edition, whose newest production is of the year before.
        return RESERVES_OF, reserves[1], int(edition[1]) - 1 if edition else 0, "reported"
    return None


def _record(
    figure: tuple[str, str, int, str],
    by_name: Mapping[str, str],
    mineral: str,
    value: float,
    mark: str,
) -> SourceRecord:
    indicator, unit, year, quality = figure
    return SourceRecord(
        indicator=indicator,
        place=place_of(by_name["country"]),
        mineral=mineral,
        year=year,
        value=value,
        quality=mark or quality,
        label=f"{unit}; {by_name['type']}"[:200],
    )


def place_of(country: str) -> str:
    """The publisher's word without its footnotes; totals and remainders by codes."""
    plain = FOOTNOTES.sub("", country.strip())
    if plain.casefold().startswith("world total"):
        return WORLD
    return OTHERS if plain.casefold().startswith("other countr") else plain


def _from_type(words: str) -> str:
    """The commodity that a type names last: "Mine production, contained cobalt"."""
    known = set(COMMODITIES.values())
    result = [word for word in re.findall(r"[a-z]+", words.casefold()) if word in known]
    return result[-1] if result else ""


def amount(text: str, column: str, line: int) -> tuple[float, str]:
    """A number, and whether its mark makes it a bound or an estimate ("" without a mark)."""
    mark = MARKS.get(text[:1], "")
    plain = text.replace(",", "").removeprefix(text[:1] if mark else "").strip()
    try:
        return float(plain), mark
    except ValueError as error:
        raise BadFile(
            "not a number", row=line, column=column, value=text, remedy="Write a number, or NA."
        ) from error
