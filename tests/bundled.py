"""The default bundle, loaded and scored once, in a database that no other test touches."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from riskscore.bundle import load
from riskscore.jobs import requests
from riskscore.models import Job, Place, Score
from riskscore.scoring import inputs, rescore
from tests.databases import EMPTY, connected_to, copied, exists, on_server, one_at_a_time
from tests.settings import PROCESS

#: This process's copy of the bundle.
NAME = f"test_riskscore_bundle_{PROCESS}"
UNLEARNED = f"test_riskscore_unlearned_{PROCESS}"
TEMPLATE, HALF_MADE = "template_bundle", "half_made_bundle"

#: The day the facts describe in every test: restrictions in force do not move with the calendar.
AS_OF = date(2026, 11, 1)


@pytest.fixture(scope="session")
def bundle_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> str:
    """Copy the bundle with its scores; the first process of the suite that asks makes it."""
    with django_db_blocker.unblock(), one_at_a_time():
        if not exists(TEMPLATE):
            on_server(f'DROP DATABASE IF EXISTS "{HALF_MADE}" WITH (FORCE)')
            copied(EMPTY, HALF_MADE)
            with connected_to(HALF_MADE):
                load.load(settings.FIXTURES)
                for importer in ("WLD", "USA", "JPN"):
                    score_all(importer)
            on_server(f'ALTER DATABASE "{HALF_MADE}" RENAME TO "{TEMPLATE}"')
        copied(TEMPLATE, NAME)
    return NAME


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
        apart=False,
    )
    # A drain ends with its time budget, which a busy machine spends on less work.
    for _ in range(50):
        rescore.drain()
        if Job.objects.get(id=job.id).state in Job.TERMINAL:
            break
    assert Job.objects.get(id=job.id).state == Job.State.SUCCEEDED
    assert Score.objects.filter(lens=job.lens).exists()
    return job


@pytest.fixture(scope="session")
def unlearned_database(bundle_database: str, django_db_blocker: DjangoDbBlocker) -> str:
    """Copy the bundle as it would be without any learned model, scored so."""
    with django_db_blocker.unblock():
        copied(TEMPLATE, UNLEARNED)
        with connected_to(UNLEARNED):
            forget_models()
            inputs.known_at.cache_clear()
            for importer in ("WLD", "USA", "JPN"):
                score_all(importer)
            inputs.known_at.cache_clear()
    return UNLEARNED


def forget_models() -> None:
    """Delete what was trained, which the tables refuse: their guards rest for the moment; and the
    scores that were made with it, so that the next ones are the first."""
    with connection.cursor() as cursor:
        for table in ("riskscore_prediction", "riskscore_learnedmodel"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("TRUNCATE riskscore_score, riskscore_scorehistory")


@pytest.fixture(scope="module")
def unlearned_module(unlearned_database: str) -> Iterator[None]:
    """Point the default connection at the bundle without learned models while a module runs.

    A module's own ``bundled_module`` that asks for this makes it the bundle of all its tests.
    Both databases have editions of the same numbers, and the process keeps what it read.
    """
    inputs.known_at.cache_clear()
    with connected_to(unlearned_database):
        yield
    inputs.known_at.cache_clear()
