"""ITUC Global Rights Index: one rating per country and year, from 1 to 5+.

The file may not be passed on; whoever holds it writes a table with country, year and rating.
Source of the scale: ITUC, Global Rights Index, methodology.
"""

from typing import BinaryIO

from riskscore.engine.catalogue import RIGHTS_LEVELS
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.readers import text
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source, SourceRecord
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.table import Cells, ParsedRows, parse_rows, parser, read

SOURCE = Source(
    code="ituc",
    publisher="International Trade Union Confederation",
    title="Global Rights Index",
    url="https://www.ituc-csi.org/global-rights-index",
    licence="all rights reserved; ask the publisher",
    redistributable=False,
    attribution="ITUC Global Rights Index.",
)
COLUMNS = ("country", "year", "rating")
NO_RATING = ("", "no data", "n/a", "-")


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[SourceRecord]:
    """(line, record) of each rated country, or what is wrong with its row."""
    return parse_rows(filter(_is_rated, read(file, name, Columns(COLUMNS, (), reading))), _record)


def _is_rated(row: tuple[int, Cells] | Aside) -> bool:
    return isinstance(row, Aside) or row[1]["rating"].casefold() not in NO_RATING


parse = parser(rows)


def _record(cells: Cells, line: int) -> SourceRecord:
    if cells["rating"] not in RIGHTS_LEVELS:
        raise BadFile(
            "no rating of the index",
            row=line,
            column="rating",
            value=cells["rating"],
            remedy=f"Write one of {', '.join(RIGHTS_LEVELS)}.",
        )
    if not cells["country"]:
        raise BadFile("an empty cell", row=line, column="country", remedy="Fill it in.")
    return SourceRecord(
        indicator="ituc.rating",
        place=cells["country"],
        year=text.integer(cells["year"], line, "year"),
        value=float(RIGHTS_LEVELS.index(cells["rating"])),
    )
