"""Databases that the processes of a suite share: one makes them, the others copy."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests.settings import SUITE

#: What `migrate` leaves. Nobody ever connects to it, so that it can be copied at any time.
EMPTY = "template_empty"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one process of the suite make what all of them need."""
    with (SUITE / "databases.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Use another database of the same server as the default one."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()  # each database has numbers of its own
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        ContentType.objects.clear_cache()


def on_server(*statements: str) -> None:
    """Run statements that no transaction may hold."""
    with connected_to("postgres"), connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def exists(name: str) -> bool:
    """Say whether the server has a database of this name."""
    with connected_to("postgres"), connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def copied(template: str, name: str) -> None:
    """Make a database as a copy of one to which nobody is connected."""
    on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
