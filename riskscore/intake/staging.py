"""Rows of a file on their way: a table of this connection alone, filled by COPY, batch by batch.

Nothing of it is seen by anybody else, and it ends with the connection: whoever is killed while
reading leaves nothing behind.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import connection

from riskscore.models import Intake, IntakeFault
from riskscore.sources import BadFile

BATCH = 20_000
#: Faults kept as rows; all are counted.
MOST_FAULTS = 10_000
Row = tuple[Any, ...]


class Cancelled(Exception):
    """Somebody cancelled the intake."""


class Taken(Exception):
    """The intake is no longer being worked on from here."""


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
    intake: Intake, name: str, found: Iterable[list[Row] | BadFile], position: Callable[[], int]
) -> None:
    """Stage every row by COPY and keep every fault; report progress after each batch.

    An empty list is a row about what is none of ours. Raises Cancelled between two batches.
    """
    stream = iter(found)
    while batch := list(islice(stream, BATCH)):
        faults = [part for part in batch if isinstance(part, BadFile)]
        rows = [row for part in batch if not isinstance(part, BadFile) for row in part]
        with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        reject(intake, faults)
        intake.rows_read += len(batch)
        intake.left_out += sum(1 for part in batch if part == [])
        intake.bytes_read = min(position(), intake.size)
        report(intake)


def reject(intake: Intake, faults: Sequence[BadFile]) -> None:
    """Keep faults as rows, the first MOST_FAULTS of them; count them all."""
    room = max(MOST_FAULTS - intake.rejected, 0)
    IntakeFault.objects.bulk_create([_fault(intake, fault) for fault in faults[:room]])
    intake.rejected += len(faults)


def _fault(intake: Intake, fault: BadFile) -> IntakeFault:
    return IntakeFault(
        intake=intake,
        line=fault.row,
        column=_short(fault.column, 80),
        value="" if fault.value is None else _short(str(fault.value), 200),
        reason=_short(fault.reason, 300),
        remedy=_short(fault.remedy, 300),
    )


def _short(text: str, most: int) -> str:
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:most]


_REPORT = """
UPDATE riskscore_intake SET bytes_read = %s, rows_read = %s, rejected = %s, left_out = %s
WHERE id = %s AND state = 'running' RETURNING cancel_requested_at
"""


def report(intake: Intake) -> None:
    """Show how far the reading is. Raises Cancelled, or Taken when the intake has ended."""
    counts = [intake.bytes_read, intake.rows_read, intake.rejected, intake.left_out]
    with connection.cursor() as cursor:
        cursor.execute(_REPORT, [*counts, intake.id])
        row = cursor.fetchone()
    if row is None:
        raise Taken(f"intake {intake.id} has ended elsewhere")
    if row[0] is not None:
        raise Cancelled


def is_alive() -> bool:
    """Whether this thread's connection still stands."""
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
