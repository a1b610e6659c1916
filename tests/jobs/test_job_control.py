"""How jobs rest, try again, tell how far they are, and how workers stay seen."""

import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from riskscore.curation import project_edits
from riskscore.jobs import failures, ledger, planning, progress, requests, schedules, work_items
from riskscore.jobs.heartbeat import worker_heartbeat
from riskscore.models import Chunk, IdempotencyKey, ItemError, Job, Lens, Project
from riskscore.scoring import inputs, rescore, staleness
from tests.make import make_job, make_project

pytestmark = pytest.mark.django_db


def test_a_paused_job_rests_until_it_is_resumed() -> None:
    make_project()
    job = make_job()
    requests.pause(job.id)
    requests.pause(job.id)
    assert ledger.plan_next() == []
    requests.resume(job.id)
    assert ledger.plan_next() == [job.id]
    requests.pause(job.id)
    assert ledger.claim("w") is None
    requests.resume(job.id)
    requests.resume(job.id)
    assert ledger.claim("w")


def test_retrying_takes_what_failed_with_the_same_inputs_and_once() -> None:
    bad = make_project()
    job = make_job()
    ledger.plan_next()
    while claim := ledger.claim("w"):
        ledger.fail(claim, "poison")
    ledger.close(job.id)
    again = requests.retry(job.id)
    assert requests.retry(job.id) == again
    assert (again.scope, again.edition, again.as_of) == (
        {"keys": [bad.key]},
        job.edition,
        job.as_of,
    )


def test_a_job_without_failures_cannot_be_retried() -> None:
    job = make_job()
    with pytest.raises(requests.CannotStart, match="queued and 0 projects failed"):
        requests.retry(job.id)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "CHUNK_SIZE", 10)


def fail_all(job: Job, error: Callable[[ledger.Claim], str | None]) -> int:
    """Work until nothing is left, failing where ``error`` says why; how many claims it took."""
    ledger.plan_next()
    claims = 0
    while claim := ledger.claim("w"):
        claims += 1
        if reason := error(claim):
            ledger.fail(claim, reason)
        else:
            ledger.finish(claim, failed=0)
        ledger.close(claim.job_id)
    job.refresh_from_db()
    return claims


def test_a_job_in_which_everything_fails_alike_stops_early_and_says_why(small_chunks: None) -> None:
    for _ in range(100):
        make_project()
    job = make_job()
    # The first chunk three times, then eight projects three times each; not ten chunks and more.
    assert fail_all(job, lambda claim: f"ValueError: project {claim.project_ids[0]} is bad") == 27
    assert job.state == "failed"
    assert re.match("stopped: the first 8 projects all failed alike: ValueError: pro", job.error)
    assert ledger.progress(job.id) == ledger.Progress("failed", 100, 0, 8, 92)
    assert requests.retry(job.id).scope == {"all": True}


def test_a_job_goes_on_if_a_project_fails_otherwise_or_not_at_all(small_chunks: None) -> None:
    bad = [make_project().pk for _ in range(20)]
    good = make_project().pk
    job = make_job()
    fail_all(job, lambda claim: "bad" if set(bad[1:]) & set(claim.project_ids) else None)
    assert ledger.progress(job.id) == ledger.Progress("partially_failed", 21, 2, 19, 0)
    other = make_job()
    words = dict.fromkeys(bad, "bad") | {bad[3]: "worse", good: "bad"}
    fail_all(other, lambda claim: words[claim.project_ids[0]])
    assert ledger.progress(other.id) == ledger.Progress("failed", 21, 0, 21, 0)


def test_idempotency_keys_are_forgotten_after_a_day() -> None:
    user = User.objects.create(username="ana")
    for key, hours in (("old", 25), ("new", 23)):
        row = IdempotencyKey.objects.create(user=user, route="POST /api/v1/jobs", key=key)
        made = timezone.now() - timedelta(hours=hours)
        IdempotencyKey.objects.filter(pk=row.pk).update(created_at=made)
    ledger.sweep()
    assert [row.key for row in IdempotencyKey.objects.all()] == ["new"]


def test_progress_tells_rate_and_time_to_go() -> None:
    for _ in range(4):
        make_project()
    job = make_job()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "CHUNK_SIZE", 1)
        ledger.plan_next()
    assert ledger.progress(job.id).eta_s is None
    claim = ledger.claim("w")
    assert claim
    ledger.finish(claim, failed=0)
    now = ledger.progress(job.id)
    assert now.rate
    assert now.eta_s == pytest.approx(3 / now.rate)


def test_a_worker_is_seen_with_the_job_it_works_on() -> None:
    make_project()
    job = make_job()
    ledger.plan_next()
    worker_heartbeat("busy", ledger.claim("busy"))
    worker_heartbeat("idle")
    seen = {one.worker: (one.job_id, one.silent_s < 60) for one in progress.workers()}
    assert seen == {"busy": (job.id, True), "idle": (None, True)}


def test_a_heartbeat_prolongs_the_lease_of_whoever_holds_it() -> None:
    make_project()
    make_job()
    ledger.plan_next()
    claim = ledger.claim("w")
    assert claim
    before = Chunk.objects.get().lease_until
    worker_heartbeat("w", claim)
    after = Chunk.objects.get().lease_until
    assert before
    assert after
    assert after > before
    ledger.fail(claim, "given back")
    worker_heartbeat("w", claim)
    assert Chunk.objects.get().lease_until is None


def test_up_to_a_hundred_named_projects_go_first() -> None:
    queues = [requests.queue_for(number) for number in (1, 100, 101)]
    assert queues == ["interactive", "interactive", "bulk"]


def test_edits_go_first_by_the_same_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "INTERACTIVE_UP_TO", 1)
    lens = make_job().lens
    Lens.objects.filter(id=lens.id).update(kept_current=True)
    projects = [make_project(state=Project.State.PUBLISHED) for _ in range(2)]
    for number, queue in ((1, "interactive"), (2, "bulk")):
        (job,) = project_edits.projects_changed(projects[:number], by=None, reason="edited")
        assert job.queue == queue


def test_a_transient_error_does_not_count_as_an_attempt() -> None:
    make_project()
    make_job()
    ledger.plan_next()
    for _ in range(5):
        claim = ledger.claim("w")
        assert claim
        ledger.fail(claim, "the disk is full", transient=True)
    assert (Chunk.objects.get().attempts, ItemError.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "module",
    [ledger, work_items, failures, planning, progress, rescore, schedules, staleness, inputs],
)
def test_leases_slots_and_scores_know_no_clock_but_the_databases(module: ModuleType) -> None:
    source = inspect.getsource(module)
    assert not re.search(r"datetime\.now|timezone\.now|time\.time\(|utcnow", source)


def test_fifty_thousand_waiting_jobs_do_not_slow_a_claim_down() -> None:
    make_project()
    first = make_job()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO riskscore_job (id, queue, state, lens_id, method_id, edition_id,"
            " as_of, seed, scope, reason, request_id, error, started_at)"
            " SELECT gen_random_uuid(), 'bulk', 'running', lens_id, method_id, edition_id,"
            " as_of, seed, scope, reason, request_id, error, now()"
            " FROM riskscore_job, generate_series(1, 50000)"
        )
        cursor.execute(
            "INSERT INTO riskscore_chunk (job_id, seq, project_ids)"
            " SELECT id, 0, ARRAY[1] FROM riskscore_job WHERE state = 'running'"
        )
        cursor.execute("RESET session_replication_role")
        cursor.execute("ANALYZE riskscore_job, riskscore_chunk")
        Job.objects.filter(id=first.id).update(queue="interactive")
        ledger.plan_next()
        began = timezone.now()
        claim = ledger.claim("w")
    assert claim
    assert claim.job_id == first.id
    assert timezone.now() - began < timedelta(seconds=0.5)
