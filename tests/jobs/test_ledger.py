"""Jobs and chunks: who may claim what, and how work ends."""

from datetime import date

import pytest
from django.db import IntegrityError, connection

from riskscore.jobs import ledger, progress
from riskscore.models import Chunk, ItemError, Job
from tests.make import make_job, make_project

pytestmark = pytest.mark.django_db


def planned_job(projects: int = 3, size: int = 1, **changes: object) -> Job:
    for _ in range(projects):
        make_project()
    job = make_job(**changes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "CHUNK_SIZE", size)
        assert ledger.plan_next() == [job.id]
    return Job.objects.get(id=job.id)


def expire_leases() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE riskscore_chunk SET lease_until = clock_timestamp() - interval '1 second'"
        )


def test_planning_cuts_the_scope_into_chunks_and_starts_the_job() -> None:
    job = planned_job(projects=5, size=2)
    assert job.state == Job.State.RUNNING
    assert [len(chunk.project_ids) for chunk in job.chunks.all()] == [2, 2, 1]


def test_a_job_over_nothing_succeeds_at_once() -> None:
    assert planned_job(projects=0).state == Job.State.SUCCEEDED


def test_a_job_whose_project_is_gone_fails_with_the_reason_and_blocks_nobody() -> None:
    job = make_job(scope={"keys": ["gone"]})
    ledger.plan_next()
    job.refresh_from_db()
    assert (job.state, "gone" in job.error) == (Job.State.FAILED, True)


def test_a_claim_takes_a_chunk_that_nobody_else_gets() -> None:
    planned_job(projects=2)
    first, second, third = (ledger.claim("w") for _ in range(3))
    assert first
    assert second
    assert first.id != second.id
    assert third is None


def test_interactive_jobs_are_claimed_before_bulk_jobs() -> None:
    planned_job(projects=2)
    urgent = planned_job(projects=0, queue=Job.Queue.INTERACTIVE)
    claim = ledger.claim("w")
    assert claim
    assert claim.job_id == urgent.id


def test_two_bulk_jobs_share_the_workers() -> None:
    first, second = planned_job(projects=4), planned_job(projects=0, as_of=date(2020, 1, 1))
    claims = [ledger.claim("w") for _ in range(4)]
    jobs = [claim.job_id for claim in claims if claim]
    assert (jobs.count(first.id), jobs.count(second.id)) == (2, 2)


def test_finishing_the_last_chunk_ends_the_job() -> None:
    job = planned_job(projects=1)
    claim = ledger.claim("w")
    assert claim
    ledger.finish(claim, failed=0)
    assert ledger.close(job.id)
    assert ledger.progress(job.id) == ledger.Progress("succeeded", 1, 1, 0, 0)


def test_a_job_with_open_chunks_does_not_end() -> None:
    job = planned_job(projects=2)
    claim = ledger.claim("w")
    assert claim
    ledger.finish(claim, failed=0)
    assert not ledger.close(job.id)
    assert ledger.progress(job.id).percent == 50.0


def test_a_worker_that_lost_its_lease_cannot_finish() -> None:
    planned_job(projects=1)
    slow = ledger.claim("slow")
    expire_leases()
    ledger.sweep()
    quick = ledger.claim("quick")
    assert slow
    assert quick
    with pytest.raises(ledger.LeaseLost):
        ledger.finish(slow, failed=0)
    ledger.finish(quick, failed=0)


def test_a_failed_chunk_is_tried_again_and_then_cut_until_one_bad_project_stands_alone() -> None:
    job = planned_job(projects=8, size=8)
    bad = Chunk.objects.get().project_ids[5]
    while claim := ledger.claim("w"):
        if bad in claim.project_ids:
            ledger.fail(claim, "poison")
        else:
            ledger.finish(claim, failed=0)
    ledger.close(job.id)
    assert ledger.progress(job.id) == ledger.Progress("partially_failed", 8, 7, 1, 0)
    assert [error.project_id for error in ItemError.objects.all()] == [bad]
    assert ItemError.objects.get().detail == "poison"


def test_an_expired_lease_goes_back_to_pending() -> None:
    planned_job(projects=1)
    ledger.claim("dead")
    expire_leases()
    ledger.sweep()
    assert Chunk.objects.get().state == Chunk.State.PENDING


def test_a_living_lease_is_left_alone_by_the_sweeper() -> None:
    planned_job(projects=1)
    ledger.claim("alive")
    ledger.sweep()
    assert Chunk.objects.get().state == Chunk.State.RUNNING


def test_cancelling_skips_what_has_not_begun_and_keeps_what_has() -> None:
    job = planned_job(projects=3)
    claim = ledger.claim("w")
    assert claim
    ledger.cancel(job.id)
    ledger.cancel(job.id)
    ledger.finish(claim, failed=0)
    ledger.close(job.id)
    assert ledger.progress(job.id) == ledger.Progress("cancelled", 3, 1, 0, 2)


def test_cancelling_a_queued_job_ends_it() -> None:
    job = make_job()
    ledger.cancel(job.id)
    job.refresh_from_db()
    assert (job.state, job.finished_at is not None) == (Job.State.CANCELLED, True)


def test_cancelling_a_finished_job_changes_nothing() -> None:
    job = planned_job(projects=0)
    ledger.cancel(job.id)
    job.refresh_from_db()
    assert (job.state, job.cancel_requested_at) == (Job.State.SUCCEEDED, None)


def test_a_job_that_has_ended_never_changes_again() -> None:
    job = planned_job(projects=0)
    with pytest.raises(IntegrityError, match="has ended as succeeded"):
        Job.objects.filter(id=job.id).update(state=Job.State.RUNNING)


def test_a_cancelled_job_does_not_say_that_all_of_it_is_done() -> None:
    job = planned_job(projects=4)
    claim = ledger.claim("w")
    assert claim
    ledger.finish(claim, failed=0)
    ledger.cancel(job.id)
    now = ledger.progress(job.id)
    assert (now.state, now.processed, now.percent, now.eta_s) == ("cancelled", 1, 25.0, 0.0)


def test_lists_and_pages_count_the_progress_of_a_job_alike() -> None:
    job = planned_job(projects=4)
    claim = ledger.claim("w")
    assert claim
    ledger.finish(claim, failed=0)
    assert progress.counted(progress.with_counts(Job.objects.all()).get()) == ledger.progress(
        job.id
    )


def test_a_job_that_was_cancelled_before_it_was_planned_has_no_percent() -> None:
    job = make_job()
    ledger.cancel(job.id)
    assert ledger.progress(job.id).percent is None


def test_a_job_over_nothing_is_all_done() -> None:
    assert ledger.progress(planned_job(projects=0).id).percent == 100.0


def test_a_job_is_stalled_when_it_waits_and_nobody_works_on_it() -> None:
    job = planned_job(projects=1)
    assert ledger.stalled() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE riskscore_job SET created_at = created_at - interval '1 minute'")
    assert ledger.stalled() == [job.id]
    ledger.claim("w")
    assert ledger.stalled() == []
