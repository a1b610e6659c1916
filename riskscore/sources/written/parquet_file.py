"""Parquet: typed columns, a row group at a time, so that memory stays the same for any length."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from riskscore.sources.row_writing import dumps
from riskscore.sources.written.typed_columns import Column, Kind

#: Rows of a row group: some megabytes of scores.
GROUP = 20_000
_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.NUMBER: pa.float64(),
    Kind.WHOLE: pa.int64(),
    Kind.FLAG: pa.bool_(),
    Kind.DAY: pa.date32(),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.JSON: pa.string(),
}


class _Sink(io.RawIOBase):
    """Takes what is written, to be drained."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, given: Any) -> int:
        self._waiting.append(bytes(given))
        self._written += len(self._waiting[-1])
        return len(self._waiting[-1])

    def drained(self) -> bytes:
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


def parquet(
    columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], facts: Mapping[str, Any]
) -> Iterator[bytes]:
    """The bytes of a file, a piece per row group; ``facts`` stand in its footer.

    A file that was cut off has no footer, and no reader takes it for whole.
    """
    schema = pa.schema(
        [pa.field(one.name, _TYPES[one.kind], metadata=_about(one)) for one in columns],
        metadata={name: str(value) for name, value in facts.items()},
    )
    sink = _Sink()
    with ParquetWriter(sink, schema, compression="zstd") as writer:
        for part in _parts(rows):
            arrays = [
                pa.array([_value(one.kind, row[one.name]) for row in part], _TYPES[one.kind])
                for one in columns
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield sink.drained()
    yield sink.drained()


def _parts(rows: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    part: list[Mapping[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == GROUP:
            yield part
            part = []
    if part:
        yield part


def _about(column: Column) -> dict[str, str] | None:
    return {"description": column.about} if column.about else None


def _value(kind: Kind, value: Any) -> Any:
    """A value as pyarrow takes it; unknown is null, never NaN."""
    if value is None or value != value:
        return None
    if kind is Kind.JSON:
        return dumps(value).decode()
    if kind is Kind.TEXT:
        return str(value)
    return value
