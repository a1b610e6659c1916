"""Sources whose files may not be passed on: their figures come in the generic table.

The indicators exist and stay unknown until whoever holds a licence loads them.
"""

from typing import BinaryIO

from riskscore.engine.catalogue import INDICATORS, get
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import SourceRecord
from riskscore.sources.tables import observations
from riskscore.sources.tables.table import ParsedRows, Rows


def rows_of(source: str) -> Rows[SourceRecord]:
    """The reader of the generic table, which accepts the indicators of one source alone."""

    def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[SourceRecord]:
        for result in observations.rows(file, name, reading):
            if not isinstance(result, Aside) and source not in get(result[1].indicator).sources:
                yield _foreign(source, *result)
            else:
                yield result

    return rows


def _foreign(source: str, line: int, record: SourceRecord) -> BadFile:
    own = ", ".join(row.key for row in INDICATORS.values() if source in row.sources
                    and row.kind == "observation")  # fmt: skip
    return BadFile(
        "an indicator of another source",
        row=line,
        column="indicator",
        value=record.indicator,
        remedy=f"Use one of {own}.",
    )
