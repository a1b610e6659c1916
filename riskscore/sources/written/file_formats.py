"""A table in one of five formats, as bytes or as a file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from riskscore.sources.row_writing import csv_lines, dumps
from riskscore.sources.written.feature_lines import features
from riskscore.sources.written.parquet_file import parquet
from riskscore.sources.written.typed_columns import Column

Rows = Iterable[Mapping[str, Any]]
Facts = Mapping[str, Any]
Stream = Callable[[Sequence[Column], Rows, Facts], Iterator[bytes]]


def csv(columns: Sequence[Column], rows: Rows, _facts: Facts) -> Iterator[bytes]:
    """RFC 4180, a header first; formulas disarmed. It has no place for facts about the whole."""
    return csv_lines([one.name for one in columns], rows)


def ndjson(columns: Sequence[Column], rows: Rows, facts: Facts) -> Iterator[bytes]:
    """An object a line, then ``{"_end": true, "rows": n, …}``: without it the file was cut off."""
    names, written = [one.name for one in columns], 0
    for row in rows:
        written += 1
        yield dumps({name: row[name] for name in names}) + b"\n"
    yield dumps({"_end": True, "rows": written, **facts}) + b"\n"


#: By name of the format, what can be written as it goes; a workbook cannot (``workbook_file``).
STREAMS: Mapping[str, Stream] = {
    "csv": csv, "ndjson": ndjson, "geojson": features, "parquet": parquet,
}  # fmt: skip
