"""The database fails or is fought over: nothing is half written, nothing older wins."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection

from riskscore.jobs import ledger, requests, schedules, scope
from riskscore.models import Job, Project, Schedule, Score
from tests.bundled import AS_OF
from tests.faults.history import execute, rows
from tests.faults.site import Site, ended, until_done
from tests.faults.test_workers import poison
from tests.processes import until

Take = Callable[[int], list[str]]


def at_once(*work: Callable[[], object]) -> None:
    """Run all at the same moment, each on a connection of its own."""
    barrier, failed = threading.Barrier(len(work)), list[BaseException]()

    def run(one: Callable[[], object]) -> None:
        try:
            barrier.wait(60)
            one()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not failed, failed


def test_connections_cut_again_and_again_lose_nothing(site: Site, take: Take) -> None:
    job = requests.start({"keys": take(300)}, as_of=AS_OF, apart=False)
    for done in (1, 60, 120, 180):
        until_done(job, done)
        rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert ended(job).state == Job.State.SUCCEEDED


def test_a_read_only_database_stops_work_and_is_no_attempt_of_a_chunk(
    site: Site, take: Take
) -> None:
    switch = f'ALTER DATABASE "{site.database}" SET default_transaction_read_only = {{}}'
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = 'shared' AND pid <> pg_backend_pid()"
    )
    job = requests.start({"keys": take(200)}, as_of=AS_OF, apart=False)
    until_done(job, 1)
    site.house.on_server(switch.format("on"), cut)
    try:
        before = ledger.progress(job.id).done
        until(lambda: "read-only" in _logs(site), "a worker has met the read-only database")
        assert ledger.progress(job.id).done == before
    finally:
        site.house.on_server(switch.format("off"), cut)
    assert ended(job).state == Job.State.SUCCEEDED


def test_a_full_disk_is_no_attempt_of_a_chunk_and_the_job_goes_on_once_there_is_room(
    site: Site, take: Take
) -> None:
    keys = take(4)
    poison(keys[1], "disk full")
    job = requests.start({"keys": keys}, as_of=AS_OF, apart=False)
    until(lambda: _logs(site).count("no space left") > 5, "it has failed more often than it may")
    rows("DELETE FROM fault_poison RETURNING project_id")
    assert ended(job).state == Job.State.SUCCEEDED


def _logs(site: Site) -> str:
    return "".join(process.log.read_text() for process in site.processes.values())


def test_projects_edited_and_deleted_meanwhile_harm_no_job(site: Site, take: Take) -> None:
    keys = take(200)
    job = requests.start({"keys": keys}, as_of=AS_OF, apart=False)
    until(lambda: ledger.progress(job.id).total, "it is planned")
    Project.objects.filter(key__in=keys[-20:]).update(place="COD")
    # A project about which there are statements is archived, never deleted.
    bare = Project.objects.filter(
        key__in=keys[:-20], ownerships=None, evidence=None, capacities=None, statuses=None
    )
    gone = list(bare.order_by("-key").values_list("key", flat=True)[:10])
    assert gone
    Project.objects.filter(key__in=gone).delete()
    assert ended(job).state == Job.State.SUCCEEDED
    left = [key for key in keys if key not in gone]
    stale = scope.projects(requests.STALE, job.lens).filter(key__in=left)
    again = requests.start(
        {"keys": list(stale.values_list("key", flat=True) or left)}, as_of=AS_OF, apart=False
    )
    assert ended(again).state == Job.State.SUCCEEDED
    for score in Score.objects.filter(project__key__in=keys).select_related("project"):
        assert score.input_version == score.project.input_version


def test_two_jobs_over_the_same_projects_do_not_wait_for_each_other_in_a_circle(
    site: Site, take: Take
) -> None:
    keys = take(200)
    both = [
        requests.start({"keys": order}, as_of=AS_OF, apart=False, queue=Job.Queue.INTERACTIVE)
        for order in (keys, keys[::-1])
    ]
    assert {ended(job).state for job in both} == {Job.State.SUCCEEDED}


def test_a_reader_who_keeps_an_old_snapshot_hinders_no_job(site: Site, take: Take) -> None:
    reader = connection.copy()
    with reader.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT count(*) FROM riskscore_transition")
        before = cursor.fetchone()
        for _ in range(3):
            job = requests.start({"keys": take(200)}, as_of=AS_OF, apart=False)
            assert ended(job).state == Job.State.SUCCEEDED
        cursor.execute("SELECT count(*) FROM riskscore_transition")
        assert cursor.fetchone() == before, "it still sees what it saw"
        cursor.execute("ROLLBACK")
    reader.close()


def test_many_sweepers_at_once_do_what_one_does(site: Site, take: Take) -> None:
    job = requests.start({"keys": take(200)}, as_of=AS_OF, apart=False)
    until(lambda: ledger.progress(job.id).total, "it is planned")
    at_once(*[ledger.sweep] * 6)
    assert ended(job).state == Job.State.SUCCEEDED


def test_many_schedulers_at_once_start_one_job_per_slot(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    minute = (datetime.now(UTC) - timedelta(minutes=2)).minute
    schedule = Schedule.objects.create(name="often", what="stale", every="hour", at=time(0, minute))
    execute("ALTER TABLE riskscore_schedule DISABLE TRIGGER schedule_changed")
    Schedule.objects.filter(id=schedule.pk).update(changed_at=datetime(2020, 1, 1, tzinfo=UTC))
    at_once(*[schedules.start_due] * 6)
    job = Job.objects.get(schedule=schedule)
    schedule.enabled = False
    schedule.save()
    execute("ALTER TABLE riskscore_schedule ENABLE TRIGGER schedule_changed")
    requests.cancel(job.id)  # here, everything is stale
    assert ended(job).state in Job.TERMINAL
