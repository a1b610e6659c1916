"""Export restrictions compiled from dated press reports: not exhaustive.

A place and mineral without a row is *not known to be restricted*. ``until`` is the last day.
"""

from collections.abc import Iterator

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import day
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="restrictions",
    publisher="compiled from dated press reports of 2023–2025",
    title="Export restrictions on minerals",
    url="",
    licence="facts",
    redistributable=True,
    attribution="Export restrictions compiled from dated press reports.",
)
LEVELS = ("licence", "ore_ban", "quota", "ban")
WORLD = "WLD"
COLUMNS = ("place", "mineral", "stage", "kind", "target", "since", "until", "source", "checked")
# A row can be checked as such while its day is not; then the source says so.
MEMORY = "from memory"


def parse(content: bytes) -> Iterator[SourceRecord]:
    """One record per measure; the label is the stage. No importer: it holds for everybody."""
    for row, cells in csv_rows(content, COLUMNS):
        kind = "ore_ban" if (cells["kind"], cells["stage"]) == ("ban", "ore") else cells["kind"]
        since = day(cells["since"], row, "since")
        if kind not in LEVELS or since is None:
            raise BadFile(
                "an unknown kind or no first day",
                row=row,
                column="kind, since",
                value=f"{cells['kind']}, {cells['since']}",
                remedy="Use licence, quota or ban, and YYYY-MM-DD.",
            )
        until = day(cells["until"], row, "until")
        if until is not None and until < since:
            raise BadFile(
                "before the day in since", row=row, column="until", value=cells["until"],
                remedy="Swap the two days, or correct one.",
            )  # fmt: skip
        yield SourceRecord(
            indicator="trade.restriction",
            place=cells["place"],
            mineral=cells["mineral"],
            importer=None if cells["target"] == WORLD else cells["target"],
            year=since.year,
            value=float(LEVELS.index(kind)),
            label=cells["stage"],
            since=since,
            until=until,
            verified=cells["checked"] == "yes" and MEMORY not in cells["source"],
        )
