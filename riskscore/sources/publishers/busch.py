"""Lithium deposits compiled by Busch et al. 2025; its cost columns are model fills, left out.

Rates are thousand tonnes of lithium a year, not of carbonate: Salar de Atacama's 39.45 for 2030 are
the 210 kt LCE that its owner plans (5.323 t LCE hold 1 t Li). A dated rate of 0 is no plan. The
column of maximum rates is no statement either but a fixed share of the resources.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import degrees
from riskscore.sources.source_records import ProjectRecord, Source
from riskscore.sources.tables.cell_values import finite_number

SOURCE = Source(
    code="busch",
    publisher="Busch et al.",
    title="Lithium deposits",
    url="https://github.com/pmbusch/Future-Lithium-Supply",
    licence="MIT",
    redistributable=True,
    attribution="Busch et al. 2025, lithium deposit data.",
)
COLUMNS = ("d", "Country", "Deposit_Name", "Latitude", "Longitude", "Status")
# "No info" is no stage: unknown.
STAGES = {"No info": "", "Evaluation": "evaluation", "Construction": "construction"}
STAGES["Producing"] = "producing"


def parse(content: bytes) -> Iterator[ProjectRecord]:
    """Every deposit; the number ``d`` is the id."""
    for row, cells in csv_rows(content, COLUMNS):
        lat, lon = degrees(cells["Latitude"], cells["Longitude"], row)
        yield ProjectRecord(
            source_id=cells["d"],
            name=cells["Deposit_Name"],
            place=cells["Country"],
            lat=lat,
            lon=lon,
            kind="deposit",
            minerals=(("lithium", "primary"),),
            stage=STAGES.get(cells["Status"], cells["Status"].casefold()),
        )


RATES = {
    "prod_rate2022": "output",
    "prod_rate2023": "output",
    "prod_rate2025": "planned",
    "prod_rate2030": "planned",
}
HIGHEST = "max_prod_rate"
TONNES = 1000.0


@dataclass(frozen=True, slots=True)
class RateRecord:
    """What a deposit can give, t Li a year: rates by (year, basis), and the most that the compilers
    allow it, which is a share (``share``) of its resources."""

    source_id: str
    stage: str
    rates: tuple[tuple[int, str, float], ...]
    highest: float
    share: float


def rates(content: bytes) -> Iterator[RateRecord]:
    """Every deposit, with its stated rates or none."""
    for row, cells in csv_rows(content, (*COLUMNS, *RATES, HIGHEST, "all_resource")):
        stated = [
            (int(column[-4:]), basis, TONNES * finite_number(cells[column], column, row))
            for column, basis in RATES.items()
        ]
        highest = finite_number(cells[HIGHEST], HIGHEST, row)
        resources = finite_number(cells["all_resource"], "all_resource", row)
        yield RateRecord(
            source_id=cells["d"],
            stage=STAGES.get(cells["Status"], ""),
            rates=tuple(rate for rate in stated if rate[2] > 0),
            highest=TONNES * highest,
            share=highest / resources if resources > 0 else 0.0,
        )
