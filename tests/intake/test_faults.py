"""Killed, hurried and doubled: nothing half-loaded, nothing twice, and the next try succeeds."""

import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.db import connection, transaction

from riskscore.intake import load_file, requests, run, staging
from riskscore.jobs import work_items
from riskscore.models import Edition, Intake, Mineral, Observation, Place, Release
from riskscore.releases.editions import next_edition
from tests.faults.length import only_long
from tests.intake.files import LAW, queue
from tests.make import make_mineral, make_place
from tests.processes import MANAGE, ROOT, database_url, environment, until

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 60_000
#: Editions that a rescored world has beside those of the intake: none here, no method is loaded.
NOTHING = (0, 0, 0)


@pytest.fixture
def names(transactional_db: None) -> None:
    for first in "ABCDEFGHIJ":
        for second in "ABCDEFGHIJ":
            make_place(f"X{first}{second}", name=f"Land {first}{second}")
    for number in range(10):
        make_mineral(f"mineral{number}")


@pytest.fixture
def file(names: None, tmp_path: Path) -> Path:
    places = list(Place.objects.values_list("name", flat=True))
    minerals = list(Mineral.objects.values_list("code", flat=True))
    path = tmp_path / "big.csv"
    with path.open("w") as out:
        out.write("indicator,place,mineral,year,value,unit\n")
        for number in range(ROWS):
            place, rest = places[number % 100], number // 100
            out.write(
                f"usgs.production,{place},{minerals[rest % 10]},{1950 + rest // 10},{number},t\n"
            )
    return path


@pytest.fixture
def unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without messages the suite's own worker leaves a new file alone for some seconds."""
    monkeypatch.setattr(requests, "publish", lambda *_: None)


def counts() -> tuple[int, int, int]:
    return Observation.objects.count(), Release.objects.count(), Edition.objects.count()


def expire_leases() -> None:
    """As if LEASE_S seconds had gone by since the last heartbeat."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE riskscore_intake SET lease_until = clock_timestamp()")


def command(file: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*MANAGE, "intake", str(file), "--source", "usgs", "--layout", "observations"],
        cwd=ROOT,
        env=environment(DATABASE_URL=database_url()),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def reached(moment: float) -> bool:
    """Whether an intake has read this share of the file: beyond 1, it is checking or moving."""
    row = Intake.objects.order_by("-id").first()
    return row is not None and row.rows_read >= ROWS * min(moment, 1.0)


@pytest.mark.parametrize(
    "moment",
    [pytest.param(0.0, marks=only_long), 0.3, pytest.param(1.0, marks=only_long), 1.1],
)
def test_an_import_killed_at_any_moment_leaves_nothing_and_a_second_one_succeeds(
    file: Path, moment: float
) -> None:
    killed = command(file)
    until(lambda: reached(moment), "the file is being read")
    time.sleep(random.random() * 0.5 if moment > 1 else 0)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    until(lambda: counts() in (NOTHING, (ROWS, 1, 1)), "all or nothing")
    assert command(file).wait(600) == 0
    assert counts() == (ROWS, 1, 1)


def test_a_worker_ends_what_a_killed_one_began(journey: None, file: Path) -> None:
    killed = command(file)
    until(lambda: reached(0.3), "the file is being read")
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    expire_leases()
    until(lambda: Intake.objects.get().state == "succeeded", "the worker takes over", seconds=90)
    assert counts() == (ROWS, 1, 1)
    assert Intake.objects.get().attempts <= 2


def test_a_file_is_taken_in_by_a_worker_and_its_progress_is_seen(journey: None, file: Path) -> None:
    with file.open("rb") as content:
        started = requests.take_in(
            content, file.name, requests.ImportOptions("usgs", layout="observations")
        )
    until(lambda: Intake.objects.get().rows_read > 0, "progress shows", seconds=60)
    until(lambda: Intake.objects.get().state == "succeeded", "it is loaded", seconds=90)
    row = Intake.objects.get(id=started.id)
    assert (row.rows_read, row.added, row.bytes_read) == (ROWS, ROWS, row.size)


def test_two_workers_never_work_on_the_same_file(names: None, unnoticed: None) -> None:
    waiting = queue(LAW + "wgi.law,Land AA,2023,1,\n", "observations")
    row = work_items.claim(work_items.IMPORTS, "first", only=waiting.id)
    assert row
    found: list[bool] = []

    def second() -> None:
        try:
            found.append(run.take_in(waiting.id))
        finally:
            connection.close()

    other = threading.Thread(target=second)
    other.start()
    other.join()
    assert found == [False]
    assert Intake.objects.get().worker == "first"
    work_items.retry(work_items.Lease(*row), "the first worker gives it back")
    run.take_in(waiting.id)  # unless the suite's worker is quicker
    until(lambda: Observation.objects.count() == 1, "somebody takes it in, once")


@pytest.mark.parametrize(
    ("module", "step", "faults"),
    [(staging, "fill", 0), (load_file, "_check", 1), (load_file, "_hold", 1)],
)
def test_an_import_that_was_taken_over_while_it_was_read_writes_nothing_more(
    names: None,
    unnoticed: None,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    step: str,
    faults: int,
) -> None:
    text = LAW + "wgi.law,Land AA,2023,1,\nwgi.law,Nowhere,2023,1,\n"
    waiting = queue(text, "observations", skip_bad=True)
    rest = getattr(module, step)

    def after_another_took_over(*arguments: Any) -> Any:
        elsewhere = connection.copy()
        with elsewhere.cursor() as cursor:
            cursor.execute("UPDATE riskscore_intake SET token = gen_random_uuid(), worker = 'next'")
        elsewhere.close()
        return rest(*arguments)

    monkeypatch.setattr(module, step, after_another_took_over)
    assert run.take_in(waiting.id)
    row = Intake.objects.get()
    assert (row.state, row.worker, row.error, row.faults.count()) == ("running", "next", "", faults)
    assert counts() == NOTHING


def test_an_import_in_work_stops_when_it_is_cancelled(file: Path) -> None:
    running = command(file)
    until(lambda: reached(0.3), "the file is being read")
    requests.cancel_intake(Intake.objects.get().id)
    running.wait(300)
    assert Intake.objects.get().state == "cancelled"
    assert counts() == NOTHING


def test_a_transaction_that_commits_late_gets_the_later_edition(transactional_db: None) -> None:
    """Whoever sees an edition has seen all before it: no reader can miss a late commit."""
    numbers: list[int] = []
    holding, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                numbers.append(next_edition("slow").number)
                holding.set()
                may_end.wait(60)
        finally:
            connection.close()

    def quick() -> None:
        try:
            with transaction.atomic():
                numbers.append(next_edition("quick").number)
        finally:
            connection.close()

    first, second = threading.Thread(target=slow), threading.Thread(target=quick)
    first.start()
    holding.wait(60)
    second.start()
    time.sleep(0.3)
    assert numbers == [1], "the second waits for the first to commit"
    assert not Edition.objects.exists()
    may_end.set()
    first.join()
    second.join()
    assert numbers == [1, 2]
    assert list(Edition.objects.order_by("number").values_list("reason", flat=True)) == [
        "slow",
        "quick",
    ]


def test_two_imports_of_one_source_at_once_are_judged_one_after_the_other(names: None) -> None:
    text = LAW + "wgi.law,Land AA,2023,1,\n"
    waiting = [queue(text, "observations") for _ in range(4)]

    def take(intake: Intake) -> None:
        try:
            run.take_in(intake.id)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(intake,)) for intake in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    over = ("loaded", "succeeded")  # the suite's worker may be at one of them still
    until(lambda: Intake.objects.filter(state__in=over).count() == 4, "all are taken in")
    assert sorted(row.added or 0 for row in Intake.objects.all()) == [0, 0, 0, 1]
    assert counts() == (1, 1, 1)
