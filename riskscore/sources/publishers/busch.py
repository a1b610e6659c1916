"""Lithium deposits compiled by Busch et al. 2025; its cost columns are model fills, left out."""

from collections.abc import Iterator

from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import degrees
from riskscore.sources.source_records import ProjectRecord, Source

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
