"""CEPII BACI: imports by HS6 code, reconciled between exporters and importers.

Values are thousand USD, quantities tonnes. A mineral's HS codes are summed, because trade moves
between them (cobalt between 282200 and 810510). Codes of other stages (refined copper beside its
ore) are summed apart, under indicators of their stage, and never into those that scores read.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import integer, number
from riskscore.sources.source_records import Source, SourceRecord

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
    flows: dict[Flow, dict[str, float]] = defaultdict(dict)
    for record in records:
        code = record.mineral or ""
        own = ((mineral, "") for mineral in minerals.get(code, ()))
        for mineral, stage in (*own, *stages.get(code, ())):
            indicator = indicator_at(record.indicator, stage)
            key = (indicator, record.place, mineral, record.importer, record.year)
            flows[key][record.label] = record.value
    for key, parts in flows.items():
        indicator, place, mineral, importer, year = key
        worth = indicator.replace("_quantity", "_value")
        valued = flows.get((worth, place, mineral, importer, year), {})
        yield SourceRecord(
            indicator=indicator,
            place=place,
            mineral=mineral,
            importer=importer,
            year=year,
            value=round(math.fsum(parts.values()), DECIMALS),
            quality="" if parts.keys() >= valued.keys() else LACKS_A_CODE,
            label=";".join(sorted(parts)),
        )
