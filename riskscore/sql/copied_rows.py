"""Lists that PostgreSQL writes line by line, for exports: by COPY, of rows of any number.

One statement sorts and writes all rows; Python passes the bytes on, and fills in what it alone
knows.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from riskscore.sql.json_in_sql import Names, Sql

#: Of a row, the columns from which Python fills something in, in PostgreSQL's binary form; NULL is
#: None.
Sent = Sequence[Any]
#: Rows that are filled in at once.
BATCH = 3000


@dataclass(frozen=True, slots=True)
class Filled:
    """A field that Python fills in: from which columns, and how, for many rows at once.

    ``make`` never asks the database, whose connection is taken: it would wait for ever.
    """

    columns: tuple[str, ...]
    make: Callable[[Sequence[Sent]], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Joined:
    """What a list joins to its rows, which are called ``r``: further columns, by their names; and
    how the one field is filled in that leaves a hole, if one does."""

    columns: Mapping[str, str] = field(default_factory=dict)
    tables: str = ""
    filled: Filled | None = None


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
    sent = joined.filled.columns if joined.filled else ()
    requested = sorted({*columns, *sent})
    names = {**{name: f'r."{name}"' for name in requested}, **joined.columns}
    parts = write(names).around_holes
    wanted = [*(part.sql for part in parts), *(names[name] for name in sent)]
    tables = f"({_composed(rows, requested)}) r {joined.tables} ORDER BY {order(names)}"
    statement = f"COPY (SELECT {', '.join(wanted)} FROM {tables}) TO STDOUT (FORMAT BINARY)"  # noqa: S608
    # Where the reader leaves, the statement is cancelled: that ends no transaction of others.
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        # In binary form text is its bytes: nothing is decoded.
        copy.set_types(["bytea"] * len(wanted))
        if joined.filled:
            yield from _filled_in(copy.rows(), joined.filled)
        else:
            for (line,) in copy.rows():
                yield line


def _composed(rows: QuerySet[Any, Any], columns: Sequence[str]) -> str:
    query = rows.order_by().values(*columns).query
    sql, parameters = query.get_compiler(connection=connection).as_sql(with_col_aliases=True)
    return str(connection.ops.compose_sql(sql, parameters))  # type: ignore[attr-defined]


def _filled_in(rows: Iterator[Any], filled: Filled) -> Iterator[bytes]:
    while batch := [*islice(rows, BATCH)]:
        made = filled.make([sent for _, _, *sent in batch])
        for (before, after, *_), between in zip(batch, made, strict=True):
            yield before + between + after
