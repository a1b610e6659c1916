"""Trade and mineral agreements between a buyer and a partner; no row: none is known."""

from collections.abc import Iterator
from datetime import date

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import integer
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="agreements",
    publisher="compiled from the lists of USTR, MOFA Japan, the European Commission and others",
    title="Agreements between buyers and partners",
    url="",
    licence="facts",
    redistributable=True,
    attribution="Agreements compiled from the lists of the parties; see verified.",
)
# From the closest tie to the loosest: free trade, an agreement on critical minerals, a partnership
# on raw materials, the Minerals Security Partnership and its forum.
LEVELS = ("fta", "critical_minerals_agreement", "strategic_partnership", "msp", "msp_forum")
#: Years in which an agreement can begin.
YEARS = (1900, 2100)


def parse(content: bytes) -> Iterator[SourceRecord]:
    """One record per buyer, partner and agreement; the file knows the year, not the day."""
    for row, cells in csv_rows(
        content, ("buyer", "partner", "agreement", "kind", "since", "checked")
    ):
        if cells["kind"] not in LEVELS:
            raise BadFile(
                "an unknown kind of agreement",
                row=row,
                column="kind",
                value=cells["kind"],
                remedy=f"Use one of {', '.join(LEVELS)}.",
            )
        year = integer(cells["since"], row, "since")
        if not YEARS[0] <= year <= YEARS[1]:
            raise BadFile(
                "not a year", row=row, column="since", value=cells["since"],
                remedy=f"Write a year from {YEARS[0]} to {YEARS[1]}.",
            )  # fmt: skip
        yield SourceRecord(
            indicator="trade.agreement",
            place=cells["partner"],
            importer=cells["buyer"],
            year=year,
            value=float(LEVELS.index(cells["kind"])),
            label=cells["agreement"],
            since=date(year, 1, 1),
            verified=cells["checked"] == "yes",
        )
