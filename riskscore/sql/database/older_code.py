"""Code that is older than the database's tables: it would fail, or write what nobody expects."""

import logging
import pkgutil
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import psycopg
from django.db import DatabaseError, OperationalError, connection

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parents[2] / "migrations"
_HAS_TABLE = "SELECT to_regclass('django_migrations') IS NOT NULL"
_APPLIED = "SELECT name FROM django_migrations WHERE app = 'riskscore' ORDER BY name"
REMEDY = (
    "install the version that made it (git pull, then make run or docker compose up --build), or"
    " restore the backup of before it"
)


#: By this status of a worker gunicorn knows that starting another one is in vain, and ends.
CANNOT_LOAD = 4


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


def refuse_to_serve() -> None:
    """End this process, with one line, if the database is newer than this code.

    A database that is away is no reason: it may come, and each new connection is looked at.
    """
    try:
        connection.ensure_connection()
    except OlderCode as error:
        log.critical("refusing to serve: %s", error)
        sys.exit(CANNOT_LOAD)
    except DatabaseError:
        return
    finally:
        connection.close()  # no process that is forked from this one may share it


def _rows(connection: psycopg.Connection, sql: str) -> list[tuple[object, ...]]:
    # Not through Django's cursor: nobody counts or signs what the connection itself asks.
    with psycopg.ClientCursor(connection) as cursor:
        return list(cursor.execute(sql).fetchall())
