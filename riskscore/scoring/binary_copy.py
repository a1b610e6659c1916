"""Binary COPY of rows, encoded by NumPy in a few pieces.

A row of fixed-width columns is the same bytes layout every time, so a whole chunk becomes one
structured array. That is why unknown cells travel as NaN and not as NULL.
Source of the format: PostgreSQL manual, COPY, "Binary Format".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

_HEADER = b"PGCOPY\n\xff\r\n\0" + (0).to_bytes(4, "big") + (0).to_bytes(4, "big")
_TRAILER = b"\xff\xff"
#: Of the elements of arrays, by their dtype.
_OID = {"i": 23, "f": 701}
#: Of an array: dimensions, nulls, type of the elements; then the length and first index of each.
_HEAD = ("size", "dimensions", "nulls", "oid")

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Arrays of different length: row i is ``values[starts[i]:starts[i + 1]]``."""

    values: Array
    starts: Array

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of_length(self, length: int, rows: Array) -> Array:
        """(rows, length) the arrays of those rows, which all have that length."""
        return self.values[self.starts[:-1][rows, np.newaxis] + np.arange(length)]


Columns = Mapping[str, Array | Ragged]


def copy_rows(table: str, columns: Columns) -> None:
    """Append rows to ``table``. ``columns`` maps its columns, in order, to arrays of n rows.

    int64 and float64 of shape (n,) go to bigint and float8; float64 and int32 of shape (n, k) to
    float8[] and int4[], as does a Ragged column; fixed-width bytes (``S16``) to bytea. Rows whose
    ragged arrays have one length are written together, so their order may change.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)') as copy,
    ):
        copy.write(_HEADER)
        copy.write(encode(columns))
        copy.write(_TRAILER)


def encode(columns: Columns) -> bytes:
    """The rows in PostgreSQL's binary COPY format, without header and trailer."""
    return b"".join(_fixed(part) for part in _of_one_layout(columns))


def _of_one_layout(columns: Columns) -> Iterator[Mapping[str, Array]]:
    """The columns in parts of rows whose ragged arrays are equally long."""
    lengths = {name: np.diff(c.starts) for name, c in columns.items() if isinstance(c, Ragged)}
    if not lengths:
        yield {name: column for name, column in columns.items() if not isinstance(column, Ragged)}
        return
    shapes, part_of = np.unique(
        np.column_stack(list(lengths.values())), axis=0, return_inverse=True
    )
    for part, shape in enumerate(shapes):
        rows = np.flatnonzero(part_of.ravel() == part)
        length = dict(zip(lengths, shape.tolist(), strict=True))
        yield {
            name: column.of_length(length[name], rows)
            if isinstance(column, Ragged)
            else column[rows]
            for name, column in columns.items()
        }


def _fixed(columns: Mapping[str, Array]) -> bytes:
    n = len(next(iter(columns.values())))
    rows = np.zeros(
        n, dtype=[("fields", ">i2")] + [(name, _layout(array)) for name, array in columns.items()]
    )
    rows["fields"] = len(columns)
    for name, array in columns.items():
        _fill(rows[name], array)
    return rows.tobytes()


def _layout(array: Array) -> np.dtype[Any]:
    if array.ndim == 2 and not array.shape[1]:
        return np.dtype([(part, ">i4") for part in _HEAD])
    if array.ndim == 2:
        element = array.dtype.newbyteorder(">")
        head: list[Any] = [(part, ">i4") for part in (*_HEAD, "length", "first")]
        return np.dtype(
            [*head, ("cells", [("size", ">i4"), ("value", element)], (array.shape[1],))]
        )
    big_endian = array.dtype if array.dtype.kind == "S" else array.dtype.newbyteorder(">")
    return np.dtype([("size", ">i4"), ("value", big_endian)])


def _fill(field: Array, array: Array) -> None:
    if array.ndim == 1:
        field["size"] = array.dtype.itemsize
        field["value"] = array
        return
    length, width = array.shape[1], array.dtype.itemsize
    field["oid"] = _OID[array.dtype.kind]
    if not length:
        field["size"] = 12
        return
    field["size"] = 20 + (4 + width) * length
    field["dimensions"] = 1
    field["length"], field["first"] = length, 1
    field["cells"]["size"] = width
    field["cells"]["value"] = array
