"""Ratifications of ILO Convention 169 on Indigenous and Tribal Peoples.

The list is meant to be whole: a state that is not on it has not ratified.
"""

from collections.abc import Iterator

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import day
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="ilo",
    publisher="International Labour Organization",
    title="Ratifications of C169, Indigenous and Tribal Peoples Convention, 1989",
    url="https://normlex.ilo.org/dyn/nrmlx_en/f?p=NORMLEXPUB:11300:0::NO::P11300_INSTRUMENT_ID:312314",
    licence="facts",
    redistributable=True,
    attribution="ILO NORMLEX, ratifications of C169, transcribed.",
)
# Other notes say that the row did not come from the transcribed list.
TRANSCRIBED = "list"


def parse(content: bytes) -> Iterator[SourceRecord]:
    """One record of 1 per ratifying state, from the day of ratification."""
    for row, cells in csv_rows(content, ("iso3", "ratification_date", "source_note")):
        since = day(cells["ratification_date"], row, "ratification_date")
        if since is None:
            raise BadFile(
                "no date", row=row, column="ratification_date", remedy="Write YYYY-MM-DD."
            )
        yield SourceRecord(
            indicator="ilo.c169",
            place=cells["iso3"],
            year=since.year,
            value=1.0,
            since=since,
            verified=cells["source_note"] == TRANSCRIBED,
        )
