"""World Mining Data: production per mineral, place and year. Units differ by mineral (t, kg,
ct, Mio m3), so each record's label carries its unit."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import integer, number
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="wmd",
    publisher="Austrian Federal Ministry of Finance",
    title="World Mining Data",
    url="https://www.world-mining-data.info",
    licence="free with attribution",
    redistributable=True,
    attribution="World Mining Data, Austrian Federal Ministry of Finance.",
)
COLUMNS = ("mineral", "iso3", "year", "production", "unit", "quality")
UNITS = ("t", "kg", "ct", "Mio m3")
QUALITIES = {"r": "reported", "e": "estimated", "p": "provisional"}
# S19 is Taiwan by its trade-statistics code; that R20 is Kosovo is inferred (lead, zinc, nickel
# and lignite only), so its rows are not verified.
INFERRED = {"R20"}


def parse(content: bytes) -> Iterator[SourceRecord]:
    """Every figure; zero production is a record, an absent place is not."""
    for row, cells in csv_rows(content, COLUMNS):
        for column, known in (("unit", UNITS), ("quality", QUALITIES)):
            if cells[column] not in known:
                raise BadFile(
                    f"an unknown {column}",
                    row=row,
                    column=column,
                    value=cells[column],
                    remedy=f"Use one of {', '.join(known)}.",
                )
        yield SourceRecord(
            indicator="wmd.production",
            place=cells["iso3"],
            mineral=cells["mineral"],
            year=integer(cells["year"], row, "year"),
            value=number(cells["production"], row, "production"),
            quality=QUALITIES[cells["quality"]],
            label=cells["unit"],
            verified=cells["iso3"] not in INFERRED,
        )


def settled(records: Iterable[SourceRecord]) -> Iterator[SourceRecord]:
    """One record per place, mineral and year, in order.

    The file states gold of Guyana twice a year, the smaller figure being of the size of French
    Guiana's output. Nobody can tell from the file, so the greater is kept and not verified.
    """
    result: dict[tuple[str | None, str | None, int], SourceRecord] = {}
    for record in records:
        key = (record.place, record.mineral, record.year)
        if key in result:
            greater = max(result[key], record, key=lambda either: either.value)
            result[key] = replace(greater, verified=False)
        else:
            result[key] = record
    yield from result.values()
