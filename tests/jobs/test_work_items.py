"""Leased work is one thing, whether it is a chunk, an import or a training."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from riskscore.jobs import heartbeat, ledger, progress, work_items
from riskscore.models import Chunk, Intake, Job, TrainingRequest, WorkerPulse
from riskscore.training import requests as training_requests
from tests.intake.files import LAW, queue
from tests.make import make_job, make_project

pytestmark = pytest.mark.django_db


def chunk() -> work_items.Lease | None:
    if not Chunk.objects.exists():
        make_project()
        make_job()
        ledger.plan_next()
    return ledger.claim("w")


def import_() -> work_items.Lease | None:
    if not Intake.objects.exists():
        queue(LAW + "wgi.law,Chile,2023,0.9,\n", "observations")
    row = work_items.claim(work_items.IMPORTS, "w", only=Intake.objects.get().id)
    return work_items.Lease(*row) if row else None


def training() -> work_items.Lease | None:
    if not TrainingRequest.objects.exists():
        training_requests.request("labour", by=None)
    return training_requests.claim()


@dataclass(frozen=True)
class Kind:
    """One kind of work: how it is claimed, its rows, and the states of one that ended."""

    claim: Callable[[], work_items.Lease | None]
    model: type[Model]
    waits: str
    given_up: str
    most: int

    def row(self) -> Any:
        return self.model._default_manager.get()

    def expire(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.model._meta.db_table}"  # noqa: S608 - our own name
                " SET lease_until = clock_timestamp() - interval '1 s'"
            )

    def taken(self) -> work_items.Lease:
        lease = self.claim()
        assert lease
        return lease


KINDS = [
    pytest.param(Kind(chunk, Chunk, "pending", "dead", 3), id="chunk"),
    pytest.param(Kind(import_, Intake, "queued", "failed", 3), id="import"),
    pytest.param(Kind(training, TrainingRequest, "queued", "failed", 2), id="training"),
]
each = pytest.mark.parametrize("kind", KINDS)


@each
def test_work_in_hand_is_not_claimed_again_until_its_lease_runs_out(kind: Kind) -> None:
    kind.taken()
    ledger.sweep()
    assert kind.claim() is None
    kind.expire()
    ledger.sweep()
    assert kind.row().state == kind.waits
    assert kind.taken().attempts == 2


@each
def test_work_whose_worker_dies_again_and_again_is_given_up_with_the_reason(kind: Kind) -> None:
    for attempt in range(kind.most):
        assert kind.taken().attempts == attempt + 1
        kind.expire()
        ledger.sweep()
    row = kind.row()
    assert (row.state, kind.claim()) == (kind.given_up, None)
    assert f"the lease of worker {row.worker} ended" in row.error


@each
def test_a_late_worker_can_neither_finish_nor_fail_nor_prolong_nor_hold(kind: Kind) -> None:
    late = kind.taken()
    kind.expire()
    ledger.sweep()
    kind.taken()
    before = kind.row().__dict__ | {"_state": None}
    with pytest.raises(work_items.LeaseLost):
        work_items.finish(late, "failed")
    with pytest.raises(work_items.LeaseLost):
        work_items.hold(late)
    work_items.retry(late, "too late")
    work_items.prolong(late)
    assert kind.row().__dict__ | {"_state": None} == before


@each
def test_a_token_that_was_made_up_is_worth_nothing(kind: Kind) -> None:
    forged = replace(kind.taken(), token=uuid.uuid4())
    with pytest.raises(work_items.LeaseLost):
        work_items.finish(forged, "failed")


@each
def test_a_heartbeat_prolongs_the_lease(kind: Kind) -> None:
    lease = kind.taken()
    before: datetime = kind.row().lease_until
    heartbeat.worker_heartbeat("w", lease)
    assert kind.row().lease_until > before


@each
def test_a_lease_that_was_prolonged_is_not_swept(kind: Kind) -> None:
    lease = kind.taken()
    kind.expire()
    work_items.prolong(lease)
    ledger.sweep()
    assert kind.row().state == "running"


@each
def test_an_error_with_nul_and_of_any_length_is_kept_as_far_as_it_fits(kind: Kind) -> None:
    work_items.retry(kind.taken(), "a\0" + "x" * 1000)
    row = kind.row()
    assert (row.state, row.error) == (kind.waits, "a" + "x" * 398)


@pytest.mark.django_db(transaction=True)
@each
def test_the_heartbeat_thread_prolongs_for_as_long_as_the_work_goes_on(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "BEATS_PER_LEASE", 600)  # every 0.1 s
    lease = kind.taken()
    first: datetime = kind.row().lease_until
    with heartbeat.Heartbeat("w", lease):
        prolonged = threading.Event()
        for _ in range(50):
            if kind.row().lease_until > first:
                prolonged.set()
                break
            prolonged.wait(0.1)
    assert prolonged.is_set()


def clock_goes_back(kind: Kind, hours: int = 2) -> None:
    """What is seen once the database's clock is set back: its moments lie in the future."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.model._meta.db_table}"  # noqa: S608 - our own name
            " SET lease_until = lease_until + make_interval(hours => %s)",
            [hours],
        )


@each
def test_a_clock_set_back_two_hours_makes_a_lease_no_longer_than_one(kind: Kind) -> None:
    kind.taken()
    clock_goes_back(kind)
    ledger.sweep()
    left = (kind.row().lease_until - timezone.now()).total_seconds()
    assert (kind.row().state, 0 < left <= work_items.LEASE_S) == ("running", True)
    kind.expire()
    ledger.sweep()
    assert (kind.row().state, kind.row().attempts) == (kind.waits, 1)


@each
def test_a_worker_that_lives_through_the_step_keeps_its_work(kind: Kind) -> None:
    lease = kind.taken()
    clock_goes_back(kind)
    ledger.sweep()
    work_items.prolong(lease)
    ledger.sweep()
    assert work_items.lock(lease)


@pytest.mark.parametrize("step", ["-61 seconds", "2 hours"])
def test_cancelling_ends_whatever_is_stuck_and_whatever_the_clock_did(step: str) -> None:
    lease = chunk()
    assert lease
    job = Chunk.objects.get().job
    ledger.cancel(job.id)
    ledger.sweep()
    job.refresh_from_db()
    assert job.state == "running"  # what is in work may be finished
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE riskscore_job SET cancel_requested_at = clock_timestamp() + %s::interval",
            [step],
        )
    work_items.prolong(lease)  # a worker that hangs, with a lively heartbeat
    ledger.sweep()
    job.refresh_from_db()
    assert (job.state, Chunk.objects.get().state) == ("cancelled", "skipped")


def test_a_job_of_before_the_step_is_still_found_when_its_message_was_lost() -> None:
    make_project()
    job = make_job()
    Job.objects.filter(id=job.id).update(created_at=timezone.now() + timedelta(hours=2))
    assert ledger.stalled() == [job.id]


def test_a_worker_seen_before_the_step_is_not_silent_for_less_than_no_time() -> None:
    WorkerPulse.objects.create(worker="w", seen_at=timezone.now() + timedelta(hours=2))
    assert [one.silent_s for one in progress.workers()] == [0]
