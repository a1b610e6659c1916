"""Code that is older than the database's tables: it would fail, or write what nobody expects."""

import pkgutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import psycopg
from django.db import OperationalError

MIGRATIONS = Path(__file__).parents[2] / "migrations"
_HAS_TABLE = "SELECT to_regclass('django_migrations') IS NOT NULL"
_APPLIED = "SELECT name FROM django_migrations WHERE app = 'riskscore' ORDER BY name"
REMEDY = (
    "install the version that made it (git pull, then make run or docker compose up --build), or"
    " restore the backup of before it"
)


class OlderCode(OperationalError):
    """The database is newer than this code; the message is one line, with the remedy.

    An OperationalError, since the database cannot be used for now: clients get 503, jobs wait.
    """


@cache
def known() -> frozenset[str]:
    """The migrations that this code has."""
    return frozenset(module.name for module in pkgutil.iter_modules([str(MIGRATIONS)]))


def unknown_migrations(connection: psycopg.Connection) -> list[str]:
    """Those of our migrations that were applied and that this code does not have, in order."""
    if not _rows(connection, _HAS_TABLE)[0][0]:
        return []
    applied = [str(name) for (name,) in _rows(connection, _APPLIED)]
    return [name for name in applied if name not in known()]


def words(newer: Sequence[str]) -> str:
    """Why nothing works, and what to do, in one line."""
    return f"the database is newer than this code: it has {', '.join(newer)}; {REMEDY}"


def _rows(connection: psycopg.Connection, sql: str) -> list[tuple[object, ...]]:
    # Not through Django's cursor: nobody counts or signs what the connection itself asks.
    with psycopg.ClientCursor(connection) as cursor:
        return list(cursor.execute(sql).fetchall())
