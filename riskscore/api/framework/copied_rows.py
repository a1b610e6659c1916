"""Lists that PostgreSQL writes line by line, for exports: by COPY, of rows of any number.

One statement sorts and writes all rows, with all cores; Python passes the bytes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from riskscore.api.framework import json_in_sql
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.row_serializers import Column, Row, columns_of


@dataclass(frozen=True, slots=True)
class Joined:
    """What a list joins to its rows, which are called ``r``: further columns, by their names."""

    columns: Mapping[str, str] = field(default_factory=dict)
    tables: str = ""


def are_copied(fields: Sequence[Column]) -> bool:
    """Whether each field says how PostgreSQL writes it."""
    return all(column.sql is not None for column in fields)


def lines(
    rows: QuerySet[Any, Row], order: Order, fields: Sequence[Column], joined: Joined
) -> Iterator[bytes]:
    """A JSON object for each row, in order."""
    statement = _statement(rows, order, fields, joined)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["bytea"])  # in binary form text is its bytes: nothing is decoded
        for (line,) in copy.rows():
            yield line


def _statement(
    rows: QuerySet[Any, Row], order: Order, fields: Sequence[Column], joined: Joined
) -> str:
    requested = sorted(columns_of(fields) | {*order.columns})
    query = rows.order_by().values(*requested).query
    inner, parameters = query.get_compiler(connection=connection).as_sql(with_col_aliases=True)
    names = {name: f'r."{name}"' for name in requested} | joined.columns
    written = {column.name: column.sql(names) for column in fields if column.sql is not None}
    line = json_in_sql.braces(json_in_sql.members(written))
    asked = connection.ops.compose_sql(inner, parameters)
    tables = f"({asked}) r {joined.tables} ORDER BY {order.in_sql(names)}"
    return f"COPY (SELECT {line} FROM {tables}) TO STDOUT (FORMAT BINARY)"  # noqa: S608
