"""`make run` is killed at random moments of every phase, and started again each time."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from django.db import connection

from riskscore.config import addresses
from riskscore.jobs import requests
from riskscore.models import Job, Score
from tests.faults.history import Checker, numbers
from tests.faults.length import only_long
from tests.faults.runs.conftest import Undisturbed, counts, record_writes
from tests.faults.runs.make_run import MakeRun, kill, within_promise
from tests.processes import until

SERVES, SCORED = "Ctrl-C stops everything.", "not assessed"
#: The phases of a run, in order: how often it is killed there, and within how many seconds of it.
PHASES = {
    "bootstrapping": (4, 4.0),
    "migrating": (3, 4.0),
    "loading": (3, 4.0),
    "scoring": (5, 8.0),
    "serving": (4, 2.0),
    "stopping": (5, 1.5),
}
#: What is killed: all of the group of the supervisor, it alone, everything, or one of the others.
HOWS = ("group", "supervisor", "everything", "child")


def test_the_plan_has_more_than_twenty_moments() -> None:
    assert sum(times for times, _ in PHASES.values()) >= 20


@only_long
def test_killed_in_every_phase_and_started_again_it_serves_and_scores_everything_once(
    bundle_run: Undisturbed,
    run_in: Callable[..., MakeRun],
    folder: Path,
    chance: random.Random,
) -> None:
    run = run_in(folder / "restarts")
    plan = Restarts(run, chance, rows_migrated(bundle_run))
    run.start()
    for phase, (times, seconds) in PHASES.items():
        for number in range(times):
            plan.kill_in(phase, chance.uniform(0, seconds), HOWS[(number + len(phase)) % 4])
    until(lambda: SCORED in run.words(), f"the last one scores: {run.words()}", seconds=120)
    print(dict(plan.hit))  # noqa: T201
    assert set(plan.hit) >= set(PHASES), "no kill in some phase"
    within_promise(plan.took, "make run was killed, until it serves")
    with run.database():
        whole(bundle_run)
    run.end()
    assert not list(run.var.glob("postgres-new-*")), "half-made folders are left"
    shutil.rmtree(run.var)


def rows_migrated(undisturbed: Undisturbed) -> int:
    return undisturbed.counts["django_migrations"]


def whole(undisturbed: Undisturbed) -> None:
    """Every project is scored once, as without faults, and no table has a row too many."""
    lens = requests.default_lens().id
    until(lambda: not Job.objects.exclude(state__in=Job.TERMINAL), "all jobs end", seconds=120)
    Checker(undisturbed.numbers).check()
    assert numbers(lens) == undisturbed.numbers
    assert Score.objects.values("project", "lens").distinct().count() == Score.objects.count()
    more = Counter(counts())
    more.subtract(undisturbed.counts)
    first = {"auth_user": 1, "riskscore_apikey": 1}  # the administrator, once
    assert {name: n for name, n in more.items() if n} == first, "rows lost or doubled"


@dataclass
class Restarts:
    """Kills a run in a phase, and starts it again if it has ended."""

    run: MakeRun
    chance: random.Random
    migrations: int
    hit: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    killed: float = 0.0

    def kill_in(self, phase: str, after_s: float, how: str) -> None:
        """Wait for the phase, and so long after it has begun; kill; have it serve again."""
        self._until_in(phase)
        if phase == "stopping":
            self.run.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + after_s
        while time.monotonic() < end and self.run.lives() and phase in ("stopping", self._phase()):
            time.sleep(0.1)
        really = "stopping" if phase == "stopping" else self._phase()
        self.hit[really] += 1
        self.killed = time.monotonic()
        print(f"{really} (planned {phase} + {after_s:.1f} s): {self._kill(how)}")  # noqa: T201
        connection.close()
        self._have_it_serve_again(really, how)

    def _kill(self, how: str) -> str:
        """Kill; say what."""
        supervisor = self.run.process.pid
        if how == "everything":
            self.run.kill_all()
        elif how == "group":
            with suppress(ProcessLookupError):
                os.killpg(supervisor, signal.SIGKILL)
        elif how == "supervisor":
            kill(supervisor)
        elif others := [one for one in self.run.processes().items() if one[0] != supervisor]:
            number, line = self.chance.choice(others)
            kill(number)
            return f"the process {line[:80]}"
        return how

    def _have_it_serve_again(self, phase: str, how: str) -> None:
        """Start it where it has ended: a child is started again by the supervisor itself."""
        if how != "child" or phase == "stopping":
            self.run.process.wait(60)
        if not self.run.lives():
            self.run.start()
            self.killed = self.run.began
        if phase in ("scoring", "serving", "stopping"):
            until(self._serves, f"it serves: {self.run.words()[-2000:]}", seconds=60)
            self.took.append(time.monotonic() - self.killed)

    def _serves(self) -> bool:
        assert self.run.lives(), self.run.words()
        return SERVES in self.run.words() and self.run.is_ready()

    def _until_in(self, phase: str) -> None:
        order = list(PHASES)
        wanted = order.index("serving" if phase == "stopping" else phase)

        def reached() -> bool:
            time.sleep(0.2)  # each look is a connection
            if not self.run.lives():
                self.run.start()
            return order.index(self._phase()) >= wanted

        until(reached, f"{phase}: {self.run.words()[-2000:]}", seconds=120)
        if phase in ("scoring", "serving", "stopping"):
            with self.run.database():
                record_writes()

    def _phase(self) -> str:
        """What the run does now, as far as one sees from outside."""
        words = self.run.words()
        if SERVES in words:
            return "serving" if SCORED in words or "ended as" in words else "scoring"
        migrated = self._migrated()
        if migrated < 0:
            return "bootstrapping"
        return "loading" if migrated >= self.migrations else "migrating"

    def _migrated(self) -> int:
        """How many migrations stand in the database; -1 where it does not answer."""
        try:
            with psycopg.connect(
                host=str(addresses.socket_folder(self.run.var)), port=addresses.POSTGRES_PORT,
                user=addresses.NAME, dbname=addresses.NAME, autocommit=True,
            ) as door:  # fmt: skip
                return int(door.execute("SELECT count(*) FROM django_migrations").fetchone()[0])  # type: ignore[index]
        except psycopg.errors.UndefinedTable:
            return 0
        except psycopg.OperationalError:
            return -1
