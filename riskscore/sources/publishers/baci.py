"""CEPII BACI: imports by HS6 code, reconciled between exporters and importers.

Values are thousand USD, quantities tonnes. A mineral's HS codes are summed, because trade moves
between them (cobalt between 282200 and 810510). Codes of other stages (refined copper beside its
ore) are summed apart, under indicators of their stage, and never into those that scores read.

A file is our table (year, hs6, exporter, importer, value_kusd, quantity_t), CEPII's of a year
(t,i,j,k,v,q, ``BACI_HS17_Y2023_V202501.csv``) or CEPII's zip of several years. Codes of a later
revision of the Harmonized System are read as those of HS1992 that they stand for
(``sources.trade.hs_revisions``); what cannot be told apart in them is left out.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut, Remark
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import integer, number
from riskscore.sources.readers.zipped_tables import Table, refuse_other, tables
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source, SourceRecord
from riskscore.sources.trade import hs_revisions, trade_files
from riskscore.sources.trade.hs_meanings import Meaning, Meanings, meanings
from riskscore.sources.trade.trade_files import Trade

SOURCE = Source(
    code="baci",
    publisher="CEPII",
    title="BACI, HS92",
    url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    licence="Etalab Open Licence 2.0",
    redistributable=True,
    attribution="CEPII, BACI ({edition}), from UN Comtrade.",
)
MEASURES = {"value_kusd": "baci.import_value", "quantity_t": "baci.import_quantity"}
# The file rounds to three decimals, so a sum of its numbers is rounded there too.
DECIMALS = 3
LACKS_A_CODE = "partial"
#: Its own file names places that are left out, and goods that are none of ours.
PUBLISHED = True
VERSION = re.compile(r"(?<![a-z])V(20\d{4})(?!\d)", re.IGNORECASE)
SELF = "a place's trade with itself"
Flow = tuple[str, str | None, str, str | None, int]
Stages = Mapping[str, tuple[tuple[str, str], ...]]
"""By HS6 code: (mineral, stage) that it carries at another stage than the mineral's own codes."""


def other_stages(
    rows: Iterable[tuple[str, str, str]], own: Mapping[str, tuple[str, ...]]
) -> Stages:
    """From (HS6 code, mineral, stage). A code that the mineral has itself would count twice: it is
    left to the mineral."""
    result: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for hs6, mineral, stage in rows:
        if mineral not in own.get(hs6, ()):
            result[hs6].append((mineral, stage))
    return {hs6: tuple(sorted(found)) for hs6, found in result.items()}


def indicator_at(indicator: str, stage: str) -> str:
    """The indicator of imports at another stage: ``baci.refined_quantity``."""
    return indicator.replace("import", stage) if stage else indicator


def parse(content: bytes) -> Iterator[SourceRecord]:
    """One record per stated cell; the mineral term is the HS6 code. No quantity: no record."""
    columns = ("year", "hs6", "exporter", "importer", *MEASURES)
    for row, cells in csv_rows(content, columns):
        year = integer(cells["year"], row, "year")
        for column, indicator in MEASURES.items():
            if cells[column]:
                yield SourceRecord(
                    indicator=indicator,
                    place=cells["exporter"],
                    mineral=cells["hs6"],
                    importer=cells["importer"],
                    year=year,
                    value=number(cells[column], row, column),
                    label=cells["hs6"],
                )


def by_mineral(
    records: Iterable[SourceRecord],
    minerals: Mapping[str, tuple[str, ...]],
    stages: Stages = MappingProxyType({}),
) -> Iterator[SourceRecord]:
    """Sum the HS6 codes of each mineral, and those of its other stages apart, under indicators of
    their own; codes of no mineral of ours are left out.

    A quantity is marked ``partial`` where a code that has a value states no quantity.
    """
    sums = _Sums()
    for record in records:
        code = record.mineral or ""
        own = ((mineral, "") for mineral in minerals.get(code, ()))
        for mineral, stage in (*own, *stages.get(code, ())):
            indicator = indicator_at(record.indicator, stage)
            key = (indicator, record.place, mineral, record.importer, record.year)
            sums.flows[key][record.label] = record.value
    yield from sums.records()


def rows(
    file: BinaryIO,
    name: str,
    reading: Reading,
    minerals: Mapping[str, tuple[str, ...]],
    stages: Stages = MappingProxyType({}),
) -> Iterator[tuple[int | None, SourceRecord] | Aside]:
    """(line, sum of a mineral's codes) of each pair of places and year, file by file; what is left
    out, by reason. Raises BadFile for what is wrong with a file itself."""
    refuse_other(reading, "revision")
    parts = list(tables(file, name))
    yield from (part for part in parts if isinstance(part, LeftOut))
    found = [(part, part.header()) for part in parts if isinstance(part, Table)]
    chosen = [part for part, header in found if trade_files.is_trade(header) or len(parts) == 1]
    countries: dict[str, str] = {}
    for part, _ in found:
        if part not in chosen:
            codes = trade_files.countries(part)
            countries |= codes
            use = "only for the codes of its places" if codes else "it holds no trade"
            yield LeftOut(f"a file of the zip beside its tables: {use}", example=part.name)
    years: dict[int, str] = {}
    for table in chosen:
        revision = _revision(table, name, reading)
        yield Remark(f"{table.name}: its codes are read as those of {revision.title}")
        one = _OneTable(table, meanings(revision, minerals, stages), countries)
        yield from one.records()
        for year in one.years:
            if (other := years.setdefault(year, table.name)) != table.name:
                raise BadFile(
                    f"two files of the zip state {year}", value=f"{other}, {table.name}",
                    remedy="Load one revision; put the rows of one year into one file.",
                )  # fmt: skip


def stated_edition(name: str, _content: bytes = b"") -> str:
    """``HS17, V202501`` from the name of CEPII's file; "" where it says none."""
    version = VERSION.search(PurePosixPath(name).name)
    words = (hs_revisions.named(name), f"V{version[1]}" if version else "")
    return ", ".join(word for word in words if word) if version else ""


def _revision(table: Table, name: str, reading: Reading) -> hs_revisions.Revision:
    """As a person says it, else the file's name or that of its zip, else its codes."""
    said = reading.constants.get("revision", "")
    if said and not hs_revisions.named(said):
        raise BadFile("no revision of the Harmonized System", value=said, remedy=hs_revisions.SAY)
    if known := hs_revisions.named(said) or hs_revisions.named(PurePosixPath(table.name).name):
        return hs_revisions.revision(known)
    if known := hs_revisions.named(name):
        return hs_revisions.revision(known)
    own = "hs6" in table.header() and "year" in table.header()
    codes = trade_files.codes_of(table)
    return hs_revisions.of_codes(codes, assumed=hs_revisions.FIRST if own else "")


@dataclass
class _Sums:
    """By flow, what each code adds. ``lacking``: flows of which a code cannot be told apart."""

    flows: dict[Flow, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    lacking: set[Flow] = field(default_factory=set)
    ours: Mapping[str, Meaning] = field(default_factory=dict)

    def records(self) -> Iterator[SourceRecord]:
        """The sum of each flow, in the order in which the flows came."""
        for key, parts in self.flows.items():
            indicator, place, mineral, importer, year = key
            worth = (indicator.replace("_quantity", "_value"), place, mineral, importer, year)
            whole = parts.keys() >= self.flows.get(worth, {}).keys() and worth not in self.lacking
            yield SourceRecord(
                indicator=indicator,
                place=place,
                mineral=mineral,
                importer=importer,
                year=year,
                value=round(math.fsum(parts.values()), DECIMALS),
                quality="" if whole else LACKS_A_CODE,
                label=";".join(sorted({code for part in parts for code in self._said(part)})),
            )

    def _said(self, part: str) -> tuple[str, ...]:
        return self.ours[part].codes if part in self.ours else (part,)


@dataclass
class _OneTable:
    """The trade of one file, summed."""

    table: Table
    meanings: Meanings
    countries: Mapping[str, str]
    years: set[int] = field(default_factory=set)

    def records(self) -> Iterator[tuple[int | None, SourceRecord] | Aside]:
        sums = _Sums(ours=self.meanings.ours)
        seen: dict[tuple[int, str, str, str], tuple[int, Trade]] = {}
        first: dict[tuple[str | None, str | None], int] = {}
        for part in trade_files.trades(self.table, self.meanings.concerns, self.countries):
            if isinstance(part, Aside):
                yield part
                continue
            line, trade = part
            if aside := self._refused(line, trade) or _again(seen, line, trade):
                yield aside
                continue
            self.years.add(trade.year)
            first.setdefault((trade.exporter, trade.importer), line)
            if (aside := self._add(sums, line, trade)) is not None:
                yield aside
        for record in sums.records():
            yield first[record.place, record.importer], record

    def _refused(self, line: int, trade: Trade) -> Aside | None:
        if trade.exporter == trade.importer:
            return LeftOut(SELF, line, f"{trade.exporter} {trade.code}")
        return self.meanings.refused(trade.code, line)

    def _add(self, sums: _Sums, line: int, trade: Trade) -> LeftOut | None:
        meaning = self.meanings.ours[trade.code]
        for measure, amount in zip(MEASURES.values(), (trade.value, trade.quantity), strict=True):
            for mineral, stage in (*meaning.exact, *meaning.wider):
                indicator = indicator_at(measure, stage)
                key = (indicator, trade.exporter, mineral, trade.importer, trade.year)
                if (mineral, stage) in meaning.wider:
                    sums.lacking.add(key)
                elif amount is not None:
                    sums.flows[key][trade.code] = amount
        if not meaning.exact:
            return LeftOut(self.meanings.too_wide, line, f"{trade.code}: {meaning.note}")
        if trade.value is None and trade.quantity is None:
            return LeftOut("neither a value nor a quantity is stated", line, trade.code)
        return None


def _again(
    seen: dict[tuple[int, str, str, str], tuple[int, Trade]], line: int, trade: Trade
) -> Aside | None:
    """The same statement twice is one; with another figure, nobody could say which holds."""
    earlier, same = seen.setdefault(trade[:4], (line, trade))
    if earlier == line:
        return None
    if same == trade:
        return LeftOut("the same row once more", line, f"as in line {earlier}")
    return BadFile(
        f"{trade.code} from {trade.exporter} to {trade.importer} in {trade.year} stands in line "
        f"{earlier} with other figures",
        row=line, column="hs6", value=trade.code, remedy="Keep one of the rows.",
    )  # fmt: skip
