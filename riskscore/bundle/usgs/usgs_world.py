"""USGS Mineral Commodity Summaries from 2026 on: one long file of every commodity and statistic.

Read here is who produced how much of a mineral, by place, in the two years of the edition: what
can be laid beside another publisher's figures; then reserves and capacity (``usgs_amounts``). The
products of production are those of ``PRODUCTS``; a place
that is withheld (W), not available or a dash is no record. "Other countries" is a remainder that
must never be read as one place; world totals are left out.
"""

from collections.abc import Iterator, Mapping

from riskscore.bundle.usgs import usgs_amounts
from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.source_records import SourceRecord
from riskscore.sources.summaries import figure_cells
from riskscore.sources.summaries.products import PRODUCTION_OF, PRODUCTS

NEEDED = ("Section", "Commodity", "Country", "Statistics_detail", "Unit", "Year", "Value", "Notes")
ENCODING = "cp1252"
TOTAL = "world total"


def parse(content: bytes) -> Iterator[SourceRecord]:
    """Production, then reserves and capacity, of each place and of the rest of the world.

    Raises BadFile at the first fault.
    """
    for line, row in csv_rows(content, NEEDED, ENCODING):
        if not row["Section"].startswith("World") or row["Country"].casefold() == TOTAL:
            continue
        product = row["Commodity"].casefold(), row["Statistics_detail"].casefold()
        if product in PRODUCTS and row["Value"].strip().casefold() not in figure_cells.NO_VALUE:
            yield _record(row, line, *PRODUCTS[product])
    yield from usgs_amounts.newer(content)


def _record(row: Mapping[str, str], line: int, mineral: str, stage: str) -> SourceRecord:
    others = row["Country"].casefold().startswith("other countr")
    return SourceRecord(
        indicator=PRODUCTION_OF,
        place=figure_cells.OTHERS if others else row["Country"],
        mineral=mineral,
        year=int(_number(row["Year"], "Year", line)),
        value=_number(row["Value"], "Value", line),
        quality="estimated" if row["Notes"].startswith("Estimated") else "reported",
        label=f"{row['Unit'].strip()}; {stage}",
    )


def _number(text: str, column: str, line: int) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError as error:
        raise BadFile(
            "not a number", row=line, column=column, value=text, remedy="Write a number, or NA."
        ) from error
