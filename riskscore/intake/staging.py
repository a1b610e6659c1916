"""Rows of a file on their way: a table of this connection alone, filled by COPY, batch by batch.

Nothing of it is seen by anybody else, and it ends with the connection: whoever is killed while
reading leaves nothing behind.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import connection

from riskscore.intake.reports import not_used
from riskscore.intake.reports.import_report import reject, report
from riskscore.models import Intake
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut, Remark

BATCH = 5_000
Row = tuple[Any, ...]


@contextmanager
def table(name: str, columns: str) -> Iterator[None]:
    """A temporary table for as long as the block runs."""
    execute(f"DROP TABLE IF EXISTS {name}")
    execute(f"CREATE TEMP TABLE {name} ({columns})")
    try:
        yield
    finally:
        # After a lost connection there is neither a table nor a way to drop it.
        if is_alive() and not connection.needs_rollback:
            execute(f"DROP TABLE IF EXISTS {name}")


def derive(name: str, query: str, params: Any = None) -> None:
    """A table of a query's rows, until the transaction ends or it is derived again."""
    execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {query}", params)
    execute(f"ANALYZE {name}")


def fill(
    intake: Intake, name: str, result: Iterable[list[Row] | Aside], position: Callable[[], int]
) -> None:
    """Stage every row by COPY and keep every fault; report progress after each batch.

    A part is what one row of the file gives: rows for the table, a fault, a reason why it is left
    out, or a remark about the file. Raises Cancelled between batches.
    """
    stream = iter(result)
    while batch := list(islice(stream, BATCH)):
        faults = [part for part in batch if isinstance(part, BadFile)]
        rows = [row for part in batch if not isinstance(part, Aside) for row in part]
        with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        reject(intake, faults)
        intake.rows_read += sum(is_of_row(part) for part in batch)
        not_used.note(intake, batch)
        intake.bytes_read = min(position(), intake.size)
        report(intake)


def is_of_row(part: object) -> bool:
    """Whether a part of the stream is about a row of the table."""
    return not isinstance(part, Remark) and not (isinstance(part, LeftOut) and not part.is_row)


def is_alive() -> bool:
    """Whether this thread's connection is open and not broken."""
    return connection.connection is not None and not connection.connection.broken


def execute(sql: str, params: Any = None) -> int:
    """Run one statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def fetch(sql: str, params: Any = None) -> list[tuple[Any, ...]]:
    """Run one query; all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
