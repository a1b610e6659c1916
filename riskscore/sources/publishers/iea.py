"""IEA Critical Minerals Data Explorer: mining and refining by place in kt, for one past year.

Only the top places are named. "Rest of world" is a remainder that must never be read as one
place, and ``total`` need not equal the sum of the named (nickel: 3 % less). The file's later
years are projections of announced projects, not observations, and are left out.
"""

import json
from collections.abc import Iterator
from typing import Any

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.text import decoded
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="iea",
    publisher="International Energy Agency",
    title="Critical Minerals Data Explorer",
    url="https://www.iea.org/data-and-statistics/data-tools/critical-minerals-data-explorer",
    licence="CC BY 4.0",
    redistributable=True,
    attribution="IEA Critical Minerals Data Explorer, through a public converter.",
)
STAGES = {"mining": "iea.mining", "refining": "iea.refining"}
YEAR = "2024"
TOTAL = "World"


def parse(content: bytes) -> Iterator[SourceRecord]:
    """Mining and refining of each mineral: the named places, the rest and the file's total."""
    try:
        supply: dict[str, dict[str, dict[str, Any]]] = json.loads(decoded(content))["supply"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise BadFile(
            f"not the explorer's JSON ({error})", remedy="Fetch the file again."
        ) from error
    for mineral, stages in supply.items():
        for stage, indicator in STAGES.items():
            yield from _stage(indicator, mineral, stages.get(stage, {}))


def _stage(indicator: str, mineral: str, stage: dict[str, Any]) -> Iterator[SourceRecord]:
    figures = dict(stage.get("countries", {}))
    if "total" in stage:
        figures[TOTAL] = stage["total"]
    for place, years in figures.items():
        # Foot notes of the original sheet stand among the places; they hold no figures.
        value = years.get(YEAR) if isinstance(years, dict) else None
        if value is not None:
            yield SourceRecord(
                indicator, place, int(YEAR), float(value), mineral=mineral, label="kt"
            )
