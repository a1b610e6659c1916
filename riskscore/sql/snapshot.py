"""One snapshot of the database for an answer of many rows, however long it takes.

An export reads page after page; between two pages scores may change, and rows that move in the
order would be missing or come twice. Within a snapshot all pages see one state (PostgreSQL's
REPEATABLE READ). A snapshot holds a connection and keeps dead rows from being vacuumed, so a
process has few at a time and each ends after LONGEST_S seconds. One too many is refused at once:
were it to wait, it would hold a thread meanwhile, and fifty of them every thread.
"""

import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import Self

from django.db import connection, transaction

from riskscore.errors import UnavailableError
from riskscore.sql.position import Position

#: Answers of many rows that a process makes at a time: threads remain for the others.
AT_ONCE = 2
LONGEST_S = 600
#: What ends it; the last one since PostgreSQL 17. One statement may write all rows, as slowly as
#: they are read.
_BOUNDS = ("statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")
_BOUNDS_WHOLE = 17_00_00
_FREE = threading.BoundedSemaphore(AT_ONCE)


class Occupied(UnavailableError):
    """As many long answers as may be are being made already."""

    code = "occupied"
    remedy = "Ask again in some seconds."


class Snapshot:
    """A stream of bytes made under one snapshot, which ends with it or when it is closed.

    Within a transaction that has begun already (a test's) it joins that one. Raises Occupied.
    """

    def __init__(self) -> None:
        self._held = ExitStack()
        self._stream: Iterator[bytes] = iter(())
        if not _FREE.acquire(blocking=False):
            raise Occupied("several exports are being made at the moment")
        self._held.callback(_FREE.release)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        if connection.in_atomic_block:
            return
        self._held.enter_context(transaction.atomic())
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for name in _BOUNDS if connection.pg_version >= _BOUNDS_WHOLE else _BOUNDS[:2]:  # type: ignore[attr-defined]
                cursor.execute("SELECT set_config(%s, %s, true)", [name, f"{LONGEST_S}s"])

    @property
    def edition(self) -> int:
        """The newest edition that it sees; 0 without any."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(number), 0) FROM riskscore_edition")
            return int(cursor.fetchone()[0])

    @property
    def position(self) -> str:
        """What it sees: ``changes?since=`` this tells all that comes after it."""
        return str(Position.now())

    def streaming(self, stream: Iterator[bytes]) -> Self:
        """The snapshot itself as the body of a streaming response."""
        self._stream = stream
        if isinstance(stream, Generator):
            self._held.callback(stream.close)  # before the transaction in which it reads
        return self

    def __iter__(self) -> Iterator[bytes]:
        """Its bytes; the transaction ends with the last of them."""
        return self

    def __next__(self) -> bytes:
        """The next bytes."""
        try:
            return next(self._stream)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the transaction, once. Django calls it when the answer is sent or given up."""
        self._held.close()

    def __del__(self) -> None:
        """An answer that nobody reads is given up with its last reference."""
        self.close()
