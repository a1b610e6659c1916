"""Worldwide Governance Indicators: six estimates per place and year, with standard errors.

Two editions differ for the same year (mean 0.145 for political stability), so one release
feeds all six indicators; ``stddev`` is the standard error of the estimate. Which forms of the
publisher's files are read: :mod:`riskscore.sources.forms.governance_forms`.
"""

from collections.abc import Iterator

from riskscore.sources.forms import governance_forms
from riskscore.sources.forms.governance_sheets import LONG, Estimate
from riskscore.sources.forms.parts import records_of
from riskscore.sources.left_out import Aside
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import integer, number
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
#: Of the long form.
COLUMNS = (*LONG, "stddev")


def parts(content: bytes) -> Iterator[SourceRecord | Aside]:
    """The numeric estimates of all dimensions, in whichever form the file has."""
    for part in governance_forms.estimates(content):
        if not isinstance(part, Estimate):
            yield part
            continue
        yield SourceRecord(
            indicator=DIMENSIONS[part.dimension],
            place=part.place,
            year=part.year,
            value=part.value,
            standard_error=part.error,
            row=part.row,
            column=part.column,
        )


parse = records_of(parts)


def stated_edition(_name: str, content: bytes) -> str:
    """The edition that stands above the tables ("2022 Update"); empty where none does."""
    return governance_forms.stated_update(content)


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
