"""What every test may ask for: real servers, and a real worker.

`db` and `transactional_db` (pytest-django) start PostgreSQL and Valkey in a temporary folder the
first time they are needed; tests of pure arithmetic never wait for them. `journey` adds a real
Celery worker process: whatever the test commits, the worker does.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from riskscore import embedded
from riskscore.curation import roles
from riskscore.jobs import broker as asked_broker
from riskscore.models import Schedule, WorkerPulse
from tests import scheduling
from tests.bundled import NAME as BUNDLE
from tests.bundled import (  # noqa: F401
    UNLEARNED,
    bundle,
    bundle_database,
    bundled_module,
    unlearned_database,
    unlearned_module,
)
from tests.databases import EMPTY, copied, exists, one_at_a_time
from tests.processes import ROOT, WORKER, database_url, environment, until
from tests.settings import PROCESS, SUITE

HELD = pytest.StashKey[embedded.Lease]()
asked_broker.REQUEST_WAITS_S = 5.0  # on a busy machine a slow Valkey is no dead one


def pytest_sessionstart(session: pytest.Session) -> None:
    """Hold the suite's folder until every process has ended; clear what a killed suite left."""
    if not hasattr(session.config, "workerinput"):
        _clear_what_was_left()
        session.config.stash[HELD] = embedded.serve(SUITE, postgres=False, valkey=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the suite's PostgreSQL and remove its folder."""
    if held := config.stash.get(HELD, None):
        held.close()
        embedded.stop_if_unused(SUITE)
    if PROCESS == "alone":
        shutil.rmtree(SUITE, ignore_errors=True)


@pytest.hookimpl(wrapper=True)  # marks before `-m` chooses, order after pytest-django has sorted
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark every test; where several processes share the suite, put the longest groups first."""
    for item in items:
        scheduling.mark(item)
    yield
    if PROCESS != "alone":
        items.sort(key=lambda item: scheduling.rank_of(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> scheduling.LongestFirst:
    """Hand out whole files, in the order above."""
    config.option.loadscopereorder = False
    return scheduling.LongestFirst(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a test that would empty the bundle's database for all that come after it."""
    if _empties(item) and connection.settings_dict["NAME"] in (BUNDLE, UNLEARNED):
        pytest.fail("it empties its database, which here is the bundle: give it a module apart")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Give a database that a test has emptied the ready groups that `migrate` leaves in it."""
    yield
    if nextitem is not None and _empties(item):
        with item.config.stash[blocking_manager_key].unblock():
            roles.restore()


def _empties(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or (
        marker is not None and marker.kwargs.get("transaction", False)
    )


def _clear_what_was_left() -> None:
    """Stop and remove the servers of suites that were killed; those that run hold a lock."""
    for folder in Path(tempfile.gettempdir()).glob("riskscore-tests-*"):
        locks = [*folder.glob("users.lock"), *folder.glob("*/users.lock")]
        if folder == SUITE or not locks or folder.owner() != SUITE.owner():
            continue
        unused = [embedded.stop_if_unused(lock.parent) for lock in locks]
        if all(unused):
            # Another suite may be clearing it away just now.
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Iterator[None]:
    """Have PostgreSQL run for the suite alone, and Valkey for this process alone."""
    unwanted = "not servers" in pytestconfig.option.markexpr
    assert not unwanted, "this test wants servers and is not marked so: see tests/scheduling.py"
    with (
        embedded.serve(SUITE, valkey=False, durable=False),
        embedded.serve(settings.VAR, postgres=False),
    ):
        yield


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Let pytest-django take the copy that stands there; the folder goes as a whole."""
    return True


@pytest.fixture(scope="session")
def making() -> Iterator[ExitStack]:
    """Hold the other processes off until this one has closed the stack."""
    with ExitStack() as alone:
        alone.enter_context(one_at_a_time())
        yield alone


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    servers: None,
    making: ExitStack,
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """Copy the empty database if another process has made it, before pytest-django migrates."""
    with django_db_blocker.unblock():
        if exists(EMPTY):
            copied(EMPTY, connection.settings_dict["TEST"]["NAME"])


@pytest.fixture(scope="session")
def django_db_setup(
    making: ExitStack, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Take the product's own schedules away: no work is to come up by the clock of a test run."""
    with making, django_db_blocker.unblock():
        Schedule.objects.all().delete()
        migrated = connection.settings_dict["NAME"]
        connection.close()
        if not exists(EMPTY):
            copied(migrated, EMPTY)


@pytest.fixture
def broker(servers: None) -> Iterator[redis.Redis]:
    """Give a client of the suite's Valkey."""
    with redis.Redis.from_url(settings.BROKER.redis) as client:
        yield client


@pytest.fixture(scope="module")
def worker(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[subprocess.Popen[bytes]]:
    """Run one real Celery worker on the test database; other modules' messages are not its."""
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
        process.wait(300)
        # Its last heartbeat may have come after the tables were emptied.
        with django_db_blocker.unblock():
            WorkerPulse.objects.all().delete()


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
