"""The machine's clock is set forward and back, under servers, workers and web, while a job runs."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from riskscore.models import Job, Schedule
from tests.faults.history import Checker, rows
from tests.faults.length import only_long
from tests.faults.runs.conftest import Undisturbed
from tests.faults.runs.make_run import MakeRun, unfinished, within_promise
from tests.faults.runs.test_servers_killed import keep_busy
from tests.processes import until

HOUR, DAY = 3600, 86_400
#: Seconds by which the clock is wrong, one after the other: two hours and a day, both ways.
STEPS = (2 * HOUR, 0, -2 * HOUR, 0, DAY, 0, -DAY, 0)


class Clock:
    """The clock of every process that is started with its ``changes``, a file says how wrong.

    libfaketime stands between them and the system's clock: what measures spans is left alone, as
    the system does when somebody sets its clock.
    """

    def __init__(self, folder: Path) -> None:
        libfaketime = pytest.importorskip("libfaketime", reason="NO CLOCK IS SET: no libfaketime")
        _, variables = libfaketime.get_reload_information()
        self.file = folder / "clock"
        self.step(0)
        self.changes = {
            "LD_PRELOAD": str(Path(variables["LD_LIBRARY_PATH"]) / variables["LD_PRELOAD"]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def step(self, seconds: int) -> None:
        self.wrong_by = seconds
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self.file)


@only_long
def test_a_clock_that_is_set_forward_and_back_loses_no_work_and_stops_nothing(
    large_run: Undisturbed,
    run_in: Callable[..., MakeRun],
    folder: Path,
    checker: Checker,
) -> None:
    var, clock = folder / "clocked", Clock(folder)
    shutil.copytree(large_run.var, var)
    run = run_in(var, **clock.changes)
    run.key = large_run.key
    run.start()
    run.until_ready()
    keys, ready, small = iter(sorted({key for key, _ in checker.reference})), [], []
    with run.database():
        # Tomorrow's own schedules would rescore everything for tomorrow.
        Schedule.objects.update(enabled=False)
        for step in STEPS:
            if clock.wrong_by == 0:
                keep_busy(run, checker)
            clock.step(step)
            until(lambda step=step: abs(wrong_by() - step) < 5, "the database's clock is set")  # type: ignore[misc]
            ready.append(run.until_ready())
            mine = [next(keys) for _ in range(3)]
            for key in mine:  # scored for another day, perhaps
                checker.reference.pop((key, 1), None)
            small.append(small_job(run, checker, mine))
            print(f"clock {step:+6d} s: ready {ready[-1]:.1f} s, a job of three "  # noqa: T201
                  f"projects {small[-1]:.1f} s")  # fmt: skip
        within_promise(ready, "the clock was set, until ready")
        within_promise(small, "the clock was set, a small job")
        keep_busy(run, checker)
        until(lambda: not unfinished(), "all jobs end", seconds=300)
        states = set(Job.objects.values_list("state", flat=True))
        assert states <= {Job.State.SUCCEEDED, Job.State.CANCELLED}, states
        checker.check()
    run.end()
    shutil.rmtree(var)


def small_job(run: MakeRun, checker: Checker, keys: list[str]) -> float:
    """Have a client start a job; return the seconds until it has succeeded."""
    began = time.monotonic()
    status, body = run.ask("/api/v1/jobs", {"scope": {"keys": keys}})
    assert status == 202, body
    checker.accepted.add(body["id"])
    until(lambda: Job.objects.get(id=body["id"]).state in Job.TERMINAL, "it ends", seconds=60)
    assert Job.objects.get(id=body["id"]).state == Job.State.SUCCEEDED
    return time.monotonic() - began


def wrong_by() -> float:
    """Seconds by which the database's clock differs from ours."""
    return float(rows("SELECT extract(epoch FROM clock_timestamp())")[0][0]) - time.time()
