"""A pooler between us and PostgreSQL (PgBouncer): what it must leave us.

Web requests need nothing that outlives a transaction. Workers and imports do: temporary tables and
settings of the session. Where a pooler gives each transaction another server, they refuse to begin.
"""

import uuid
from functools import cache

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

#: How PgBouncer refuses ``options``, by which the statement time-out is sent.
REFUSED = "unsupported startup parameter"
WHAT_IT_NEEDS = (
    "the pooler at DATABASE_URL takes no `options`: unset RISKSCORE_STATEMENT_TIMEOUT_MS and set it"
    " on the role instead (ALTER ROLE … SET statement_timeout = '5s'), or connect to PostgreSQL"
    " directly"
)
NEEDS_SESSION = (
    "workers and imports need a session of their own, and the pooler at DATABASE_URL gives each"
    " transaction another: let theirs name PostgreSQL directly, or a pool with pool_mode=session"
)
_MARK = "SELECT set_config('riskscore.session', %s, false)"
_READ = "SELECT coalesce(current_setting('riskscore.session', true), '')"
_PID = "SELECT pg_backend_pid()"


class NeedsSession(ImproperlyConfigured):
    """Work that needs a session was begun behind a pooler of transactions; one line."""


@cache
def require_session() -> None:
    """Make sure that a connection is a session. Raises NeedsSession, or DatabaseError.

    Once per process: what is between us and the database does not change under it.
    """
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):  # `pool_mode=transaction`
        raise NeedsSession(NEEDS_SESSION)
    connection.ensure_connection()
    if is_pooled(connection.connection) and not _keep_apart():
        raise NeedsSession(NEEDS_SESSION)


def is_pooled(link: psycopg.Connection) -> bool:
    """Whether somebody stands between: PostgreSQL tells each client the number of its process, and
    a pooler makes one up."""
    return link.info.backend_pid != _one(link, _PID)


def _keep_apart() -> bool:
    """Whether two connections are two sessions, each of which keeps what was set in it.

    While the other one is within a transaction it occupies a server. If that is the first one's,
    it sees the mark; else the first one has moved on to another, or kept its own.
    """
    mark = uuid.uuid4().hex
    first, second = connection.copy(), connection.copy()
    try:
        first.ensure_connection()
        second.ensure_connection()
        one, other = first.connection, second.connection
        _one(one, _MARK, mark)
        with other.transaction():
            return _one(other, _READ) != mark and _one(one, _READ) == mark
    finally:
        first.close()
        second.close()


def _one(link: psycopg.Connection, sql: str, *parameters: str) -> object:
    with psycopg.ClientCursor(link) as cursor:
        row = cursor.execute(sql, parameters or None).fetchone()
    return row[0] if row else None
