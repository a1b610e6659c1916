"""Jobs and chunks under any order of events that Hypothesis can think of."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from riskscore.jobs import ledger
from riskscore.jobs.heartbeat import worker_heartbeat
from riskscore.models import Chunk, ItemError, Job, Project
from tests.make import make_job, make_project

PROJECTS = 7


class Ledger(RuleBasedStateMachine):
    """Workers, clients and sweepers act in any order; what must always hold is asked each time."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.projects = [make_project().pk for _ in range(PROJECTS)]
        self.poison: set[int] = set()
        self.held: list[ledger.Claim] = []
        self.late: list[ledger.Claim] = []
        self.ended: dict[Any, str] = {}
        self.progress: dict[Any, int] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @rule(urgent=st.booleans(), day=st.integers(1, 3), some=st.booleans())
    def start(self, *, urgent: bool, day: int, some: bool) -> None:
        queue = Job.Queue.INTERACTIVE if urgent else Job.Queue.BULK
        keys = list(Project.objects.order_by("id").values_list("key", flat=True)[: PROJECTS // 2])
        scope = {"keys": keys} if some else {"all": True}
        make_job(queue=queue, as_of=date(2026, 1, day), scope=scope)

    @rule()
    def plan(self) -> None:
        ledger.plan_next()

    @rule()
    def claim(self) -> None:
        if claim := ledger.claim("w"):
            self.held.append(claim)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def score(self, data: st.DataObject) -> None:
        claim = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        if self.poison & set(claim.project_ids):
            ledger.fail(claim, "poison")
        else:
            ledger.finish(claim, failed=0)
        ledger.close(claim.job_id)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        """The worker of a chunk dies, and wakes up too late."""
        claim = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE riskscore_chunk SET lease_until = clock_timestamp() - interval '1 s'"
                " WHERE id = %s",
                [claim.id],
            )
        ledger.sweep()
        self.late.append(claim)

    @precondition(lambda self: self.late)
    @rule(wakes=st.sampled_from(["finish", "fail", "prolong"]))
    def wake(self, wakes: str) -> None:
        claim = self.late.pop()
        before = list(Chunk.objects.order_by("id").values())
        if wakes == "finish":
            with pytest.raises(ledger.LeaseLost), transaction.atomic():
                ledger.finish(claim, failed=0)
        elif wakes == "fail":
            ledger.fail(claim, "too late")
        else:
            worker_heartbeat("w", claim)
        assert list(Chunk.objects.order_by("id").values()) == before

    @rule(number=st.integers(0, PROJECTS - 1))
    def spoil(self, number: int) -> None:
        self.poison.add(self.projects[number])

    @rule(act=st.sampled_from([ledger.cancel, ledger.pause, ledger.resume]), data=st.data())
    def tell(self, act: Callable[[Any], None], data: st.DataObject) -> None:
        if jobs := list(Job.objects.order_by("id").values_list("id", flat=True)):
            job = data.draw(st.sampled_from(jobs))
            act(job)
            act(job)

    @invariant()
    def each_project_of_a_job_is_in_exactly_one_chunk(self) -> None:
        for job in Job.objects.exclude(state=Job.State.QUEUED).filter(started_at__isnull=False):
            whole = Chunk.objects.filter(job=job).exclude(state=Chunk.State.SPLIT)
            ids = [one for part in whole.values_list("project_ids", flat=True) for one in part]
            assert len(ids) == len(set(ids)) == (PROJECTS // 2 if "keys" in job.scope else PROJECTS)

    @invariant()
    def a_job_has_ended_only_if_its_chunks_have_and_then_stays(self) -> None:
        for job in Job.objects.all():
            if job.state in Job.TERMINAL:
                assert not Chunk.objects.filter(job=job, state__in=Chunk.OPEN).exists()
                assert self.ended.setdefault(job.id, job.state) == job.state
            else:
                assert job.id not in self.ended

    @invariant()
    def progress_grows_and_failures_are_on_record(self) -> None:
        for job in Job.objects.all():
            now = ledger.progress(job.id)
            assert now.ended >= self.progress.get(job.id, 0)
            assert now.ended <= now.total
            assert now.failed == ItemError.objects.filter(job=job).count()
            self.progress[job.id] = now.ended

    @invariant()
    def only_the_newest_claim_of_a_chunk_is_held(self) -> None:
        running = Chunk.objects.filter(state=Chunk.State.RUNNING).values_list("token", flat=True)
        assert set(running) == {claim.token for claim in self.held}


def test_no_order_of_events_loses_doubles_or_resurrects_work(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "CHUNK_SIZE", 3)
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
