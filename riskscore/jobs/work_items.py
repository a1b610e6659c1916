"""The one state machine of leased work: claim, heartbeat, finish, retry, dead letter, lease expiry.

Chunks of jobs, imports, trainings and exports keep a table each, since their columns, pages and
clients differ and a file or a training cannot be cut into chunks of projects. What makes a queue
safe does not differ, so it is written once, here, and each table only says which row comes next and
its limits.

waiting → running → an end of the table's own, or back to waiting, or failed after ``max_attempts``
with the reason on the row. Leases run on the database's clock, and end within their length when
that clock is set back; a fencing token, checked in the transaction that writes, makes a late worker
harmless.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from riskscore.celery import EXPORT_LIMIT_S, IMPORT_LIMIT_S, TRAINING_LIMIT_S

#: Seconds until lease expiry: a worker that is silent for so long has lost what it works on.
LEASE_S = 60


class LeaseLost(Exception):
    """The work was taken over by another worker, or has ended; nothing more may be written."""


@dataclass(frozen=True, slots=True)
class LeasedTable:
    """A table of work: its name, the query that locks its next row, and its limits.

    ``longest_s``: seconds after which no heartbeat prolongs a lease, so that a worker that hangs
    does not look alive for ever. ``columns`` are read with every claim.
    """

    name: str
    next_row: str
    max_attempts: int
    longest_s: float
    waiting: str = "queued"
    columns: tuple[str, ...] = ()


IMPORTS = LeasedTable(
    "riskscore_intake",
    "SELECT id FROM riskscore_intake WHERE state = 'queued' AND id = %(only)s"
    " FOR UPDATE SKIP LOCKED",
    max_attempts=3,
    longest_s=IMPORT_LIMIT_S + 60,
)
TRAININGS = LeasedTable(
    "riskscore_trainingrequest",
    "SELECT id FROM riskscore_trainingrequest WHERE state = 'queued'"
    " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
    max_attempts=2,
    longest_s=TRAINING_LIMIT_S + 30,
    columns=("kind", "seed"),
)

EXPORTS = LeasedTable(
    "riskscore_export",
    "SELECT id FROM riskscore_export WHERE state = 'queued'"
    " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
    max_attempts=3,
    longest_s=EXPORT_LIMIT_S + 30,
)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write what comes of one row of work, until it expires or the work ends.

    Without a token it gives no right: none was ever claimed.
    """

    table: LeasedTable
    id: Any
    token: uuid.UUID | None
    attempts: int
    worker: str


_CLAIM = """
WITH picked AS ({next_row})
UPDATE {table} w SET state = 'running', attempts = w.attempts + 1, token = %(token)s,
    worker = %(worker)s, lease_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
FROM picked WHERE w.id = picked.id
RETURNING {columns}
"""


def claim(table: LeasedTable, worker: str, *, only: Any = None) -> tuple[Any, ...] | None:
    """Take the table's next row, or row ``only``, if it waits and nobody else is taking it.

    Returns the arguments of a Lease, followed by the table's ``columns``; None: nothing to take.
    """
    sql = _CLAIM.format(next_row=table.next_row, table=table.name, columns=_columns(table, "w."))
    params = {"token": uuid.uuid4(), "worker": worker, "lease_s": LEASE_S, "only": only}
    rows = _fetch(sql, params)
    return (table, *rows[0]) if rows else None


# The clock was set back since: a lease that ends later than any that is given now begins anew.
_CUT = """
UPDATE {table} SET lease_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
WHERE id IN (SELECT id FROM {table} WHERE state = 'running'
    AND lease_until > clock_timestamp() + make_interval(secs => %(lease_s)s) FOR UPDATE SKIP LOCKED)
"""
_EXPIRED = """
SELECT {columns} FROM {table} WHERE state = 'running' AND lease_until < clock_timestamp()
ORDER BY id
"""


def expired(table: LeasedTable) -> list[tuple[Any, ...]]:
    """The leases that have run out, each as ``claim`` returned it.

    Those that no clock can have given are cut to their length first.
    """
    _execute(_CUT.format(table=table.name), {"lease_s": LEASE_S})
    sql = _EXPIRED.format(table=table.name, columns=_columns(table))
    return [(table, *row) for row in _fetch(sql, {})]


_PROLONG = """
UPDATE {table} SET lease_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
WHERE id = (SELECT id FROM {table} WHERE id = %(id)s AND state = 'running' AND token = %(token)s
    FOR UPDATE SKIP LOCKED)
"""


def prolong(lease: Lease) -> None:
    """Let the lease begin anew, if it still holds.

    A row that is locked is being finished: it is skipped, not waited for.
    """
    params = {"lease_s": LEASE_S, "id": lease.id, "token": lease.token}
    _execute(_PROLONG.format(table=lease.table.name), params)


_LOCK = """
SELECT 1 FROM {table} WHERE id = %(id)s AND state = 'running' AND token = %(token)s FOR UPDATE
"""
_LOCK_EXPIRED = """
SELECT 1 FROM {table} WHERE id = %(id)s AND state = 'running' AND token = %(token)s
AND lease_until < clock_timestamp() FOR UPDATE SKIP LOCKED
"""


def lock(lease: Lease, *, expired: bool = False) -> bool:
    """Lock the row until the transaction ends. False: the lease is lost.

    With ``expired`` only a lease that has run out is locked, and one whose worker is just
    finishing is left alone.
    """
    sql = (_LOCK_EXPIRED if expired else _LOCK).format(table=lease.table.name)
    return bool(_fetch(sql, {"id": lease.id, "token": lease.token}))


def hold(lease: Lease) -> None:
    """Check the fencing token, and keep it until the transaction ends. Raises LeaseLost."""
    if not lock(lease):
        raise _lost(lease)


_FINISH = """
UPDATE {table} SET state = %(state)s, lease_until = NULL, finished_at = clock_timestamp(){values}
WHERE id = %(id)s AND state = 'running' AND token = %(token)s RETURNING finished_at
"""


def finish(lease: Lease, state: str, **values: Any) -> datetime:
    """End the work, with values for other columns, in the transaction that writes what came of it.

    Returns the moment, by the database's clock. Raises LeaseLost; then nothing is written.
    """
    names = "".join(f", {name} = %({name})s" for name in values)
    sql = _FINISH.format(table=lease.table.name, values=names)
    rows = _fetch(sql, {**values, "state": state, "id": lease.id, "token": lease.token})
    if not rows:
        raise _lost(lease)
    moment: datetime = rows[0][0]
    return moment


_RETRY = """
UPDATE {table} SET state = %(state)s, error = %(error)s, token = NULL, lease_until = NULL,
    finished_at = CASE %(state)s WHEN 'failed' THEN clock_timestamp() END
WHERE id = %(id)s
"""


def retry(lease: Lease, reason: str, *, expired: bool = False) -> None:
    """Let the work wait again; after its last attempt it is a dead letter: failed, with the reason.

    A lease that is lost changes nothing. ``expired``: as in ``lock``.
    """
    over = lease.attempts >= lease.table.max_attempts
    if over:
        reason = f"given up after {lease.attempts} attempts: {reason}"
    with transaction.atomic():
        if lock(lease, expired=expired):
            state = "failed" if over else lease.table.waiting
            params = {"state": state, "error": clean(reason), "id": lease.id}
            _execute(_RETRY.format(table=lease.table.name), params)


def sweep(table: LeasedTable) -> None:
    """Lease expiry: whatever a worker left behind waits again, or is given up."""
    for row in expired(table):
        lease = Lease(*row[:5])
        retry(lease, expiry_of(lease), expired=True)


def expiry_of(lease: Lease) -> str:
    """Why work goes back whose lease has run out."""
    return f"the lease of worker {lease.worker} ended"


def clean(reason: str) -> str:
    """A reason as the tables keep it: 400 characters at most, none that PostgreSQL refuses."""
    return reason[:400].replace("\0", "")


def bound_transaction() -> None:
    """Let the database end this transaction if its worker falls silent within it.

    A worker that is stopped while it writes would hold its rows for as long as it is stopped.
    """
    limit = f"{LEASE_S}s"
    _execute(
        "SELECT set_config('idle_in_transaction_session_timeout', %(limit)s, true),"
        " set_config('statement_timeout', %(limit)s, true)",
        {"limit": limit},
    )


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"{lease.table.name} {lease.id} was taken over, or has ended")


def _columns(table: LeasedTable, prefix: str = "") -> str:
    names = ("id", "token", "attempts", "worker", *table.columns)
    return ", ".join(prefix + name for name in names)


def _fetch(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _execute(sql: str, params: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
