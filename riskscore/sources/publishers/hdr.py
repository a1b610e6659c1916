"""UNDP Human Development Report, complete time series: population, HDI and IHDI."""

import re
from collections.abc import Iterator

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import number
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="hdr",
    publisher="UNDP Human Development Report Office",
    title="Human Development Report, composite indices",
    url="https://hdr.undp.org/data-center/documentation-and-downloads",
    licence="CC BY 3.0 IGO",
    redistributable=True,
    attribution="UNDP, Human Development Report {edition}.",
)
SERIES = {"pop_total": "hdr.population", "hdi": "hdr.hdi", "ihdi": "hdr.ihdi"}
SERIES_YEAR = re.compile(rf"({'|'.join(SERIES)})_(\d{{4}})")
# Rows such as ZZA.VHHD are groups of countries.
GROUP_MARK = "ZZ"


def parse(content: bytes) -> Iterator[SourceRecord]:
    """Every stated value of a country; population in millions, the indices from 0 to 1."""
    columns: list[tuple[str, str, int]] | None = None
    for row, cells in csv_rows(content, ("iso3",), encoding="latin-1"):
        columns = columns if columns is not None else _columns(cells)
        if cells["iso3"].startswith(GROUP_MARK):
            continue
        for column, indicator, year in columns:
            if cells[column]:
                value = number(cells[column], row, column)
                yield SourceRecord(indicator, cells["iso3"], year, value)


def _columns(cells: dict[str, str]) -> list[tuple[str, str, int]]:
    result = [
        (column, SERIES[match[1]], int(match[2]))
        for column in cells
        if (match := SERIES_YEAR.fullmatch(column))
    ]
    if {indicator for _, indicator, _ in result} != set(SERIES.values()):
        raise BadFile(
            f"a series is missing among {', '.join(SERIES)}",
            row=1,
            remedy="Check that this is the complete time series.",
        )
    return result
