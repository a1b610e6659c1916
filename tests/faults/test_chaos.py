"""One large job, and everything that can be broken meanwhile, by a seeded random schedule."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from riskscore.jobs import requests
from riskscore.models import Job, Score
from tests.bundled import AS_OF
from tests.faults.conftest import at, site_of
from tests.faults.history import Checker, rows
from tests.faults.length import KILLS, KILLS_OF_WORKERS, LONG
from tests.faults.site import House, Process, Site, Watcher
from tests.processes import until

PATIENCE_S = 1800 if LONG else 120


@pytest.fixture
def seed() -> int:
    """Print what repeats this run: FAULTS_SEED."""
    seed = int(os.environ.get("FAULTS_SEED") or random.randrange(2**31))
    print(f"FAULTS_SEED={seed}")  # noqa: T201
    return seed


@pytest.fixture
def busy_site(house: House, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """Run two workers on a database of their own; a chunk takes long enough to be hit in it.

    Who ends, ends by our hand or by its own, is started again, as in production.
    """
    tight = {"lease_s": 3, "chunk": 250 if LONG else 50, "drag_s": 0.0 if LONG else 0.1}
    with django_db_blocker.unblock(), site_of(house, "chaos", **tight) as site, at(site):
        site.start_worker("first")
        site.start_worker("second")
        with site.supervised():
            yield site


def faults(site: Site, chance: random.Random) -> list[tuple[str, Callable[[], object]]]:
    """What happens, in random order: kills, lost messages, a database that goes away."""

    def worker() -> Process:
        process = site.processes[chance.choice(("first", "second"))]
        process.wait_for_children()
        return process

    def kill() -> None:
        worker().kill()

    def kill_child() -> None:
        worker().kill_child()

    def restart_database() -> None:
        site.house.postgres._control("stop", "-m", chance.choice(("fast", "immediate")))
        site.house.postgres.start()

    def lose_messages() -> None:
        with site.house.broker() as broker:
            broker.flushall()

    def cut() -> None:
        site.house.proxy.reset()

    def stop_and_kill() -> None:
        process = worker()
        process.popen.send_signal(signal.SIGTERM)
        process.kill()

    planned: list[tuple[str, Callable[[], object]]] = [
        *[("kill -9 a worker", kill)] * KILLS_OF_WORKERS,
        *[("kill -9 a child", kill_child)] * (KILLS - KILLS_OF_WORKERS),
    ]
    planned += [("flush Valkey", lose_messages)] * 2 + [("restart PostgreSQL", restart_database)]
    planned += [("cut all connections to Valkey", cut), ("SIGTERM, then SIGKILL", stop_and_kill)]
    chance.shuffle(planned)
    return planned


def test_a_job_survives_kills_flushes_and_a_restart_with_every_project_scored_once(
    busy_site: Site, checker: Checker, seed: int
) -> None:
    chance = random.Random(seed)
    job = requests.start({"all": True}, as_of=AS_OF, apart=False)
    busy_site.wait_for_workers("first", "second")
    with Watcher(job) as watcher:
        until(lambda: watcher.now.total, "the job is planned", seconds=60)
        happening = faults(busy_site, chance)
        moments = sorted(chance.uniform(0.01, 0.9) * watcher.now.total for _ in happening)
        for moment, (name, happen) in zip(moments, happening, strict=True):
            until(partial(watcher.has_seen, moment), f"before: {name}", seconds=PATIENCE_S)
            print(f"{watcher.now.ended:>7} of {watcher.now.total}: {name}")  # noqa: T201
            happen()
            connection.close()  # ours may have been cut as well
        until(lambda: watcher.now.state in Job.TERMINAL, "the job ends", seconds=PATIENCE_S)
    assert Job.objects.get(id=job.id).state == Job.State.SUCCEEDED
    assert Score.objects.filter(job=job).count() == watcher.now.total == len(checker.reference)
    assert rows("SELECT count(*) FROM fault_history") == [(watcher.now.total,)]
    checker.check(watcher)
