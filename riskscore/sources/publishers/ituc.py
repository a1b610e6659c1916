"""ITUC Global Rights Index: one rating per country and year, from 1 to 5+.

The file may not be passed on; whoever holds it writes a table with country, year and rating.
Source of the scale: ITUC, Global Rights Index, methodology.
"""

import re
import unicodedata
from typing import BinaryIO

from riskscore.engine.catalogue import RIGHTS_LEVELS
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source, SourceRecord
from riskscore.sources.tables.cell_values import year
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.files.written_numbers import is_missing
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
#: Besides the usual words for no figure.
NO_RATING = ("nr", "not rated", "no rating")
#: A level as a spreadsheet may write it: 3.0; 5 +.
_NUMBER = re.compile(r"([1-5])(?:\.0+)?( ?\+)?")


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[SourceRecord]:
    """(line, record) of each rated country, or what is wrong with its row."""
    return parse_rows(map(_rated, read(file, name, columns(reading))), _record)


def columns(reading: Reading) -> Columns:
    """The columns of the layout, with the names that a file has for them."""
    return Columns(COLUMNS, (), reading)


def _rated(part: tuple[int, Cells] | Aside) -> tuple[int, Cells] | Aside:
    if isinstance(part, Aside):
        return part
    line, cells = part
    word = cells["rating"]
    if is_missing(word) or word.casefold() in NO_RATING:
        return LeftOut("no rating (an empty cell, NR, no data)", line, f"{cells['country']} {word}")
    return part


parse = parser(rows)


def _record(cells: Cells, line: int) -> SourceRecord:
    written = _NUMBER.fullmatch(unicodedata.normalize("NFKC", cells["rating"]))
    rating = f"{written[1]}{(written[2] or '').strip()}" if written else ""
    if rating not in RIGHTS_LEVELS:
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
        year=year(cells["year"], "year", line),
        value=float(RIGHTS_LEVELS.index(rating)),
    )
