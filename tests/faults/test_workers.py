"""Workers and projects fail: one bad project costs one error, a late worker writes nothing."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from riskscore.jobs import ledger, requests
from riskscore.models import Chunk, ItemError, Job, Project
from tests.bundled import AS_OF
from tests.faults.history import rows
from tests.faults.length import only_long
from tests.faults.site import Site, ended, until_done
from tests.processes import until

Take = Callable[[int], list[str]]


def poison(key: str, action: str) -> Project:
    project = Project.objects.get(key=key)
    rows("INSERT INTO fault_poison VALUES (%s, %s) RETURNING project_id", [project.pk, action])
    return project


def test_one_project_that_raises_costs_one_error_and_the_rest_is_scored(
    site: Site, take: Take
) -> None:
    keys = take(60)
    bad = poison(keys[17], "raise")
    job = ended(requests.start({"keys": keys}, as_of=AS_OF, apart=False))
    assert job.state == Job.State.PARTIALLY_FAILED
    assert ledger.progress(job.id) == ledger.Progress("partially_failed", 60, 59, 1, 0)
    error = ItemError.objects.get(job=job)
    assert (error.project_id, error.code) == (bad.pk, "failed")
    assert error.detail.startswith(f"ValueError: project {bad.pk} is poison")


def test_what_failed_can_be_tried_again_once_it_is_healed(site: Site, take: Take) -> None:
    keys = take(2)
    poison(keys[0], "raise")
    failed = ended(requests.start({"keys": keys}, as_of=AS_OF, apart=False))
    rows("DELETE FROM fault_poison RETURNING project_id")
    again = requests.retry(failed.id)
    assert requests.retry(failed.id) == again
    assert ledger.progress(ended(again).id) == ledger.Progress("succeeded", 1, 1, 0, 0)


@pytest.mark.parametrize(
    ("action", "code"),
    [
        pytest.param("exit", "lost", marks=only_long),
        pytest.param("segfault", "lost", marks=only_long),
        pytest.param("hang", "timeout", marks=only_long),
    ],
)
def test_a_project_that_kills_or_holds_its_worker_is_given_up_and_the_worker_works_on(
    site: Site, take: Take, action: str, code: str
) -> None:
    keys = take(8)
    bad = poison(keys[-1], action)
    job = ended(requests.start({"keys": keys}, as_of=AS_OF, apart=False), seconds=180)
    assert [(error.project_id, error.code) for error in ItemError.objects.filter(job=job)] == [
        (bad.pk, code)
    ]
    after = ended(requests.start({"keys": take(3)}, as_of=AS_OF, apart=False))
    assert after.state == Job.State.SUCCEEDED


@pytest.mark.parametrize("action", ["stop", pytest.param("stop while writing", marks=only_long)])
def test_a_worker_that_wakes_after_its_lease_writes_nothing(
    site: Site, take: Take, action: str
) -> None:
    keys = take(5)
    poison(keys[2], action)
    job = requests.start({"keys": keys}, as_of=AS_OF, apart=False)
    until(lambda: _stopped(site), "a worker is stopped")
    sleepers = _stopped(site)
    ended(job)
    assert Chunk.objects.get(job=job).attempts == 2
    log = {name: process.log.stat().st_size for name, process in site.processes.items()}
    for pid in sleepers:
        os.kill(pid, signal.SIGCONT)
    until(lambda: _said(site, log), "the late worker is told that it is late")


def _said(site: Site, since: dict[str, int]) -> bool:
    """A late worker lost its lease, or the database has ended its transaction meanwhile."""
    words = ("was taken over", "idle-in-transaction", "connection")
    said = "".join(site.processes[name].log.read_text()[size:] for name, size in since.items())
    return any(word in said for word in words)


def _stopped(site: Site) -> list[int]:
    """Processes of the site that are stopped (state T)."""
    every = [
        pid
        for name in ("first", "second")
        for pid in (site.processes[name].popen.pid, *site.processes[name].children())
    ]
    return [pid for pid in every if Path(f"/proc/{pid}/stat").read_text().split()[2] == "T"]


def test_a_cancelled_job_ends_in_one_state_however_close_the_end_was(
    site: Site, take: Take
) -> None:
    for moment in range(4):
        job = requests.start({"keys": take(60)}, as_of=AS_OF, apart=False)
        until_done(job, 20 * moment)
        requests.cancel(job.id)
        requests.cancel(job.id)
        assert ended(job, seconds=10).state in (Job.State.CANCELLED, Job.State.SUCCEEDED)


def test_workers_replaced_in_the_middle_of_a_job_lose_nothing(site: Site, take: Take) -> None:
    job = requests.start({"keys": take(400)}, as_of=AS_OF, apart=False)
    until_done(job, 1)
    old = {name: site.processes[name].popen for name in ("first", "second")}
    for popen in old.values():
        popen.send_signal(signal.SIGTERM)
    until(lambda: all(site.processes[name].popen is not old[name] for name in old), "all are new")
    assert ended(job).state == Job.State.SUCCEEDED
