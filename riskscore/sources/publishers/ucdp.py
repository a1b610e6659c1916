"""UCDP organised violence per country and year: best estimates of deaths, zeros included.

Countries are Gleditsch–Ward states; their historic halves (East Germany, South Yemen) have rows
of their own.
"""

from collections.abc import Iterator

from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import integer, number
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="ucdp",
    publisher="Uppsala Conflict Data Program",
    title="Organized violence, country-year",
    url="https://ucdp.uu.se/downloads/",
    licence="CC BY 4.0",
    redistributable=True,
    attribution="UCDP Country-Year Dataset on Organized Violence, version {edition}.",
)
DEATHS = {
    "sb_total_deaths_best_cy": "ucdp.state",
    "ns_total_deaths_best_cy": "ucdp.nonstate",
    "os_total_deaths_best_cy": "ucdp.onesided",
}


def parse(content: bytes) -> Iterator[SourceRecord]:
    """State-based, non-state and one-sided deaths of each listed country and year."""
    for row, cells in csv_rows(content, ("country_cy", "year_cy", *DEATHS)):
        year = integer(cells["year_cy"], row, "year_cy")
        for column, indicator in DEATHS.items():
            value = number(cells[column], row, column)
            yield SourceRecord(indicator, cells["country_cy"], year, value)
