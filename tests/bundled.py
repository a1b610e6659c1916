"""The default bundle, loaded and scored once, in a database that no other test touches."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from riskscore.bundle import load
from riskscore.jobs import requests
from riskscore.models import Job, Place, Score
from riskscore.scoring import rescore
from tests.processes import until

NAME = "test_riskscore_bundle"

#: The day the facts describe in every test: restrictions in force do not move with the calendar.
AS_OF = date(2026, 11, 1)


@pytest.fixture(scope="session")
def bundle_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Make the database: an empty copy of the test database, then the bundle, then its scores."""
    with django_db_blocker.unblock():
        template = connection.settings_dict["NAME"]
        connection.close()
        _on_server(f'DROP DATABASE IF EXISTS "{NAME}"')
        until(lambda: _copied(template), "no test is connected to the template")
        with connected_to(NAME):
            load.load(settings.FIXTURES)
            for importer in ("WLD", "USA", "JPN"):
                score_all(importer)
    yield NAME
    with django_db_blocker.unblock():
        _on_server(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')


@pytest.fixture(scope="module")
def bundled_module(bundle_database: str) -> Iterator[None]:
    """Point the default connection at the bundle's database while a module runs."""
    with connected_to(bundle_database):
        yield


@pytest.fixture
def bundle(bundled_module: None, db: None) -> None:
    """Let a test read the loaded and scored bundle; what it writes is rolled back."""


def score_all(importer: str = "WLD") -> Job:
    """Score everything through the ordinary door, in this process."""
    Place.objects.get(code=importer)
    job = requests.start(
        {"all": True},
        lens=requests.lens_for(settings.DEFAULT_METHOD, importer, kept_current=True),
        as_of=AS_OF,
    )
    rescore.drain()
    rescore.drain()
    assert Job.objects.get(id=job.id).state == Job.State.SUCCEEDED
    assert Score.objects.filter(lens=job.lens).exists()
    return job


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Use another database of the same server as the default one."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _copied(template: str) -> bool:
    with connected_to("postgres"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [template])
        if cursor.fetchone() == (0,):
            cursor.execute(f'CREATE DATABASE "{NAME}" TEMPLATE "{template}"')
            return True
    return False


def _on_server(sql: str) -> None:
    with connected_to("postgres"), connection.cursor() as cursor:
        cursor.execute(sql)
