"""Binary COPY of fixed-width rows, encoded by NumPy in one piece.

A row of fixed-width columns is the same bytes layout every time, so a whole chunk becomes one
structured array. That is why unknown cells travel as NaN and not as NULL.
Source of the format: PostgreSQL manual, COPY, "Binary Format".
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import connection

_HEADER = b"PGCOPY\n\xff\r\n\0" + (0).to_bytes(4, "big") + (0).to_bytes(4, "big")
_TRAILER = b"\xff\xff"
_FLOAT8_OID = 701

Columns = Mapping[str, np.ndarray[Any, Any]]


def copy_rows(table: str, columns: Columns) -> None:
    """Append rows to ``table``. ``columns`` maps its columns, in order, to arrays of n rows.

    int64 and float64 of shape (n,) go to bigint and float8; float64 of shape (n, k) to float8[];
    fixed-width bytes (``S16``) to bytea.
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
    n = len(next(iter(columns.values())))
    rows = np.zeros(
        n, dtype=[("fields", ">i2")] + [(name, _layout(array)) for name, array in columns.items()]
    )
    rows["fields"] = len(columns)
    for name, array in columns.items():
        _fill(rows[name], array)
    return rows.tobytes()


def _layout(array: np.ndarray[Any, Any]) -> np.dtype[Any]:
    if array.ndim == 2:
        head: list[Any] = [
            (part, ">i4") for part in ("size", "dimensions", "nulls", "oid", "length", "first")
        ]
        return np.dtype([*head, ("cells", [("size", ">i4"), ("value", ">f8")], (array.shape[1],))])
    big_endian = array.dtype if array.dtype.kind == "S" else array.dtype.newbyteorder(">")
    return np.dtype([("size", ">i4"), ("value", big_endian)])


def _fill(field: np.ndarray[Any, Any], array: np.ndarray[Any, Any]) -> None:
    if array.ndim == 1:
        field["size"] = array.dtype.itemsize
        field["value"] = array
        return
    length = array.shape[1]
    field["size"] = 20 + 12 * length
    field["dimensions"], field["oid"], field["length"], field["first"] = 1, _FLOAT8_OID, length, 1
    field["cells"]["size"] = 8
    field["cells"]["value"] = array
