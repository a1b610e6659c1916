"""What was read from the database, believed for as long as nothing at all is committed to it.

Two equal snapshots see the same rows: ``pg_current_snapshot`` says which transactions are seen and
which are not. Asking for it costs a tenth of the smallest query that is planned and joined, so what
every request asks (who are you?) is read again only when it can have changed. Nothing older than
this moment is ever believed.
"""

import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection
from psycopg.pq import ExecStatus

_PREPARE = "PREPARE current_snapshot AS SELECT pg_current_snapshot()::text"
#: Tells a server from one that was started again, perhaps on another day's copy of the data.
_SERVER = "SELECT pg_postmaster_start_time()::text"


Value = TypeVar("Value")


class _Read(NamedTuple):
    value: Any
    state: tuple[str, bytes]
    until: float


class Unchanged(Generic[Value]):
    """Values by the question that they answer, shared by the threads of a process, so nobody writes
    to them. At ``most`` so many are kept; then all are forgotten.
    """

    def __init__(self, most: int = 4000) -> None:
        self._most = most
        self._read: dict[Hashable, _Read] = {}

    def get(
        self,
        question: Hashable,
        read: Callable[[], Value | None],
        lasts_s: Callable[[Value], float],
    ) -> Value | None:
        """What ``read`` gave, if nothing was committed since and ``lasts_s`` seconds are not over;
        else what it gives now. That there is nothing is not kept. Raises what ``read`` raises.
        """
        # Before reading: what is committed between the two makes the next question read again.
        state = _state()
        kept = self._read.get(question)
        if kept and kept.state == state and time.monotonic() < kept.until:
            value: Value = kept.value
            return value
        found = read()
        if found is not None and state is not None:
            if len(self._read) >= self._most:
                self._read.clear()
            self._read[question] = _Read(found, state, time.monotonic() + lasts_s(found))
        return found


def _state() -> tuple[str, bytes] | None:
    """Which server is connected, and what it sees; None where that says not enough.

    A transaction that writes sees what its own snapshot does not name. Behind a pooler each
    statement may meet another session, which has nothing prepared.
    """
    if connection.in_atomic_block or connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return None
    connection.ensure_connection()
    session: Any = connection.connection
    server = getattr(session, "server_started", None) or _prepared(session)
    # psycopg's own cursors take four times as long for this as PostgreSQL.
    told = session.pgconn.exec_prepared(b"current_snapshot", None)
    return (server, told.get_value(0, 0)) if told.status == ExecStatus.TUPLES_OK else None


def _prepared(session: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_PREPARE)
        cursor.execute(_SERVER)
        (session.server_started,) = cursor.fetchone()
    return str(session.server_started)
