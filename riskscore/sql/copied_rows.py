"""Lists that PostgreSQL writes line by line, for exports: by COPY, of rows of any number.

One statement sorts all rows and writes what each tells; Python puts that into the line, on a core
of its own.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from riskscore.sql.json_in_sql import Names, Sql

#: Until the statement ends; by default joining a million rows writes 130 MB to disk.
_MEMORY = "SET LOCAL work_mem = '32MB'"


@dataclass(frozen=True, slots=True)
class Joined:
    """What a list joins to its rows, which are called ``r``: further columns, by their names."""

    columns: Mapping[str, str] = field(default_factory=dict)
    tables: str = ""


def lines(
    rows: QuerySet[Any, Any],
    columns: Collection[str],
    write: Sql,
    order: Callable[[Names], str],
    joined: Joined,
) -> Iterator[bytes]:
    """What is written of each row, in order; ``columns`` are those that it needs.

    Asked for the first one, it has the thread's connection for itself until the last: whoever
    queried it meanwhile would wait for ever. So nobody asks before the answer has begun.
    """
    requested = sorted(columns)
    names = {**{name: f'r."{name}"' for name in requested}, **joined.columns}
    tables = f"({_composed(rows, requested)}) r {joined.tables} ORDER BY {order(names)}"
    written = write(names)
    told = ", ".join(written.arguments)
    statement = f"COPY (SELECT {told} FROM {tables}) TO STDOUT (FORMAT BINARY)"  # noqa: S608
    line = written.template.replace("%s", "%b").encode()
    # Where the reader leaves, the statement is cancelled: that ends no transaction of others.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MEMORY)
        with cursor.copy(statement) as copy:
            # In binary form text is its bytes: nothing is decoded.
            copy.set_types(["bytea"] * len(written.arguments))
            for row in copy.rows():
                yield line % row


def _composed(rows: QuerySet[Any, Any], columns: Sequence[str]) -> str:
    query = rows.order_by().values(*columns).query
    sql, parameters = query.get_compiler(connection=connection).as_sql(with_col_aliases=True)
    return str(connection.ops.compose_sql(sql, parameters))  # type: ignore[attr-defined]
