"""What every test may ask for: real servers, and a real worker.

`db` and `transactional_db` (pytest-django) start PostgreSQL and Valkey in a temporary folder the
first time they are needed; tests of pure arithmetic never wait for them. `journey` adds a real
Celery worker process: whatever the test commits, the worker does.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from riskscore import embedded
from riskscore.models import Schedule
from tests.bundled import bundle, bundle_database, bundled_module  # noqa: F401
from tests.processes import ROOT, WORKER, database_url, environment, until


def pytest_unconfigure() -> None:
    """Remove the suite's folder."""
    shutil.rmtree(settings.VAR, ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """Have PostgreSQL and Valkey run for the suite alone, and end what a killed suite left."""
    for left in Path(tempfile.gettempdir()).glob("riskscore-tests-*/users.lock"):
        ours = left.parent != settings.VAR and left.owner() == settings.VAR.owner()
        if ours and embedded.stop_if_unused(left.parent):
            # Another suite may be clearing it away just now.
            shutil.rmtree(left.parent, ignore_errors=True)
    lease = embedded.serve(settings.VAR, durable=False)
    yield
    lease.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """Start the servers before pytest-django makes the test database."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Take the product's own schedules away: no work is to come up by the clock of a test run."""
    with django_db_blocker.unblock():
        Schedule.objects.all().delete()


@pytest.fixture
def broker(servers: None) -> Iterator[redis.Redis]:
    """Give a client of the suite's Valkey."""
    with redis.Redis.from_url(settings.BROKER.redis) as client:
        yield client


@pytest.fixture(scope="session")
def worker(django_db_setup: None) -> Iterator[subprocess.Popen[bytes]]:
    """Run one real Celery worker on the test database until the suite ends."""
    log = settings.VAR / "log" / "worker.log"
    options = ["--concurrency=1", "--without-mingle", "--without-gossip", "--loglevel=INFO"]
    queues = ["-Q", ",".join(settings.QUEUES)]
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*WORKER, *options, *queues],
            cwd=ROOT,
            env=environment(
                DATABASE_URL=database_url(), RISKSCORE_PULSE=str(settings.VAR / "pulse")
            ),
            stdout=said,
            stderr=said,
        )
    try:
        ready = lambda: " ready." in log.read_text() or process.poll() is not None  # noqa: E731
        until(ready, f"the worker starts: {log.read_text()[-2000:]}")
        assert process.poll() is None, log.read_text()[-2000:]
        yield process
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def journey(
    transactional_db: None, worker: subprocess.Popen[bytes], broker: redis.Redis
) -> Iterator[None]:
    """Let the test work with the worker; wait for its quiet before the tables are emptied."""
    yield
    broker.delete(*settings.QUEUES)
    until(lambda: not broker.exists("unacked") and _others_are_idle(), "the worker falls quiet")


def _others_are_idle() -> bool:
    """Say whether no other connection to the test database has a transaction open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return bool(cursor.fetchone() == (0,))
