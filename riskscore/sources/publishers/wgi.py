"""Worldwide Governance Indicators: six estimates per place and year, with standard errors.

Two editions differ for the same year (mean 0.145 for political stability), so one release
feeds all six indicators; ``stddev`` is the standard error of the estimate.
"""

from collections.abc import Iterator

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import integer, number
from riskscore.sources.readers.workbook import sheet_rows
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="wgi",
    publisher="World Bank",
    title="Worldwide Governance Indicators",
    url="https://www.worldbank.org/en/publication/worldwide-governance-indicators",
    licence="CC BY 4.0",
    redistributable=True,
    attribution="World Bank, Worldwide Governance Indicators.",
)
DIMENSIONS = {
    "va": "wgi.voice",
    "pv": "wgi.stability",
    "ge": "wgi.effectiveness",
    "rq": "wgi.regulation",
    "rl": "wgi.law",
    "cc": "wgi.corruption",
}
COLUMNS = ("code", "year", "indicator", "estimate", "stddev")
MISSING = (None, "", "..")


def parse(content: bytes) -> Iterator[SourceRecord]:
    """The numeric estimates of the workbook of all six dimensions; ``..`` is no record."""
    for row, cells in sheet_rows(content, COLUMNS):
        if cells["estimate"] in MISSING:
            continue
        dimension = str(cells["indicator"])
        if dimension not in DIMENSIONS:
            raise BadFile(
                "an unknown dimension",
                row=row,
                column="indicator",
                value=dimension,
                remedy=f"Use one of {', '.join(DIMENSIONS)}.",
            )
        error = cells["stddev"]
        yield SourceRecord(
            indicator=DIMENSIONS[dimension],
            place=str(cells["code"]),
            year=integer(cells["year"], row, "year"),
            value=number(cells["estimate"], row, "estimate"),
            standard_error=None if error in MISSING else number(error, row, "stddev"),
            row=row,
            column="estimate",
        )


def parse_stability(content: bytes) -> Iterator[SourceRecord]:
    """The later edition of political stability alone, as a tidy table. Not in the default
    bundle: mixing it with the other five dimensions would mix two editions."""
    for row, cells in csv_rows(content, ("iso3", "year", "estimate", "standard_error")):
        yield SourceRecord(
            indicator="wgi.stability",
            place=cells["iso3"],
            year=integer(cells["year"], row, "year"),
            value=number(cells["estimate"], row, "estimate"),
            standard_error=number(cells["standard_error"], row, "standard_error"),
            row=row,
            column="estimate",
        )
