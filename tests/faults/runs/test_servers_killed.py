"""PostgreSQL and Valkey are killed under `make run`, again and again, while jobs run."""

import random
import time

from django.db import connection

from riskscore.models import Job, Score
from tests.faults.history import Checker
from tests.faults.length import only_long
from tests.faults.runs.conftest import PROJECTS
from tests.faults.runs.make_run import PROMISED_S, MakeRun, kill, unfinished, within_promise
from tests.processes import until

KILLS = 12
VICTIMS = (("PostgreSQL",), ("Valkey",), ("PostgreSQL", "Valkey"))


@only_long
def test_servers_killed_again_and_again_are_back_by_themselves_and_jobs_lose_nothing(
    busy_run: MakeRun, checker: Checker, chance: random.Random
) -> None:
    took = []
    for number in range(KILLS):
        keep_busy(busy_run, checker)
        time.sleep(chance.uniform(0, 3))
        victims = VICTIMS[number % 3] if number < 3 else chance.choice(VICTIMS)
        before = {name: busy_run.server(name) for name in victims}
        for server in before.values():
            kill(server)
        began = time.monotonic()
        connection.close()
        until(
            lambda before=before: (
                busy_run.lives()  # type: ignore[misc]
                and all(busy_run.server(name) not in (0, old) for name, old in before.items())
                and busy_run.is_ready()
            ),
            f"{victims} serve again: {busy_run.words()[-1000:]}",
            seconds=PROMISED_S,
        )
        took.append(time.monotonic() - began)
        print(f"{' and '.join(victims)} killed: ready after {took[-1]:.1f} s")  # noqa: T201
    within_promise(took, "a server was killed, until ready")
    settled(busy_run, checker)
    assert len(busy_run.said_of_deaths()) <= 8 * KILLS, busy_run.said_of_deaths()
    busy_run.end()


def keep_busy(run: MakeRun, checker: Checker) -> None:
    """Have a job run: as a client, start one where none does."""
    if not unfinished():
        status, body = run.ask("/api/v1/jobs", {"scope": {"all": True}})
        assert status == 202, body
        checker.accepted.add(body["id"])


def settled(run: MakeRun, checker: Checker) -> None:
    """Wait until every job has ended well; nothing is lost, doubled or different."""
    until(lambda: not unfinished(), "all jobs end", seconds=300)
    states = set(Job.objects.values_list("state", flat=True))
    assert states <= {Job.State.SUCCEEDED, Job.State.CANCELLED}, states
    checker.check()
    done = Job.objects.filter(state=Job.State.SUCCEEDED).order_by("-finished_at")[0]
    assert Score.objects.filter(job=done).count() == len(checker.reference) >= PROJECTS * 0.9
    assert run.is_ready()
