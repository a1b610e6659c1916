"""The state machine of jobs and chunks: plan · claim · finish · fail · close · sweep.

Rows are the truth; chunks are leased work (``work_items``: lease expiry, heartbeat, fencing token).
Nothing here publishes: functions return the ids of the jobs of which workers should be notified.
Whoever locks both a job and its chunks locks the job first.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField, Exists, Func, OuterRef

from riskscore.jobs import failures, planning, work_items
from riskscore.jobs.failures import was_stopped as was_stopped
from riskscore.jobs.outbox import told
from riskscore.jobs.progress import Progress as Progress
from riskscore.jobs.progress import progress as progress
from riskscore.jobs.work_items import LeaseLost as LeaseLost
from riskscore.models import Chunk, Job

CHUNK_SIZE = 1000  # projects; the chunk size of a job, the last chunk may be smaller
SWEEP_LOCK = 0x7269736B_0001  # "risk": one sweeper at a time, no leader to elect
STALLED_AFTER_S = 3
MOST_STALLED = 100
KEYS_KEPT = "24 hours"  # idempotency keys
MOST_FORGOTTEN = 1000  # of them in one sweep
DATABASE_CLOCK = Func(function="clock_timestamp", output_field=DateTimeField())


def is_long(job_id: uuid.UUID) -> bool:
    """Whether more than one worker can help with the job."""
    return Chunk.objects.filter(job=job_id, state=Chunk.State.PENDING)[1:2].exists()


def _nothing(_job: Job) -> None:
    """The default of ``prepare``: do nothing."""


def plan_next(prepare: Callable[[Job], None] = _nothing) -> list[uuid.UUID]:
    """Cut the next queued job into chunks. Returns its id, or nothing when none is queued.

    ``prepare`` is called first, in the same transaction.
    """
    touched = planning.plan_next(CHUNK_SIZE, prepare)
    for job_id in touched:
        close(job_id)
    return touched[:1]


# Of each queue the oldest open jobs are enough to be fair among, however many wait behind them.
_NEXT_CHUNK = """
WITH open_job AS (
    (SELECT j.id, j.queue FROM riskscore_job j
     WHERE j.state = 'running' AND j.queue = 'interactive' AND j.paused_at IS NULL
       AND EXISTS (SELECT FROM riskscore_chunk c WHERE c.job_id = j.id AND c.state = 'pending')
     ORDER BY j.id LIMIT 20)
    UNION ALL
    (SELECT j.id, j.queue FROM riskscore_job j
     WHERE j.state = 'running' AND j.queue = 'bulk' AND j.paused_at IS NULL
       AND EXISTS (SELECT FROM riskscore_chunk c WHERE c.job_id = j.id AND c.state = 'pending')
     ORDER BY j.id LIMIT 20)
), fair AS (
    SELECT o.id FROM open_job o ORDER BY o.queue = 'interactive' DESC,
        (SELECT count(*) FROM riskscore_chunk r WHERE r.job_id = o.id AND r.state = 'running'), o.id
)
SELECT next.id FROM fair CROSS JOIN LATERAL (
    SELECT c.id FROM riskscore_chunk c WHERE c.job_id = fair.id AND c.state = 'pending'
    ORDER BY c.seq LIMIT 1 FOR UPDATE SKIP LOCKED
) next LIMIT 1
"""
CHUNKS = work_items.LeasedTable(
    "riskscore_chunk",
    _NEXT_CHUNK,
    max_attempts=failures.MAX_ATTEMPTS,
    longest_s=150,
    waiting="pending",
    columns=("job_id", "project_ids"),
)


@dataclass(frozen=True, slots=True)
class Claim(work_items.Lease):
    """The right to write the scores of one chunk until the lease ends."""

    job_id: uuid.UUID
    project_ids: list[int]


def claim(worker: str) -> Claim | None:
    """Take the next chunk: interactive jobs first, then the job with the fewest workers."""
    row = work_items.claim(CHUNKS, worker)
    return Claim(*row) if row else None


def finish(held: Claim, *, failed: int) -> datetime:
    """Mark the chunk done, inside the transaction that writes its scores. Raises LeaseLost.

    Returns the moment, by the database's clock.
    """
    done = len(held.project_ids) - failed
    return work_items.finish(held, Chunk.State.DONE, done=done, failed=failed)


def fail(held: Claim, error: str, *, code: str = "failed", transient: bool = False) -> None:
    """Retry the chunk; after some attempts split it, until one bad project stands alone.

    A transient error does not count as an attempt: the database or the disk failed, not the chunk.
    """
    _retry_or_give_up(held, error, code, transient=transient)


def _retry_or_give_up(
    held: Claim, error: str, code: str, *, transient: bool = False, expired: bool = False
) -> None:
    with transaction.atomic():
        job = _lock(held.job_id)
        if work_items.lock(held, expired=expired):
            chunk = Chunk.objects.get(id=held.id)
            chunk.attempts -= transient
            failures.retry_or_give_up(job, chunk, error, code)


def _lock(job_id: uuid.UUID) -> Job:
    return Job.objects.select_for_update(no_key=True).get(id=job_id)


_CLOSE = """
UPDATE riskscore_job j SET finished_at = clock_timestamp(), state = CASE
    WHEN t.skipped > 0 AND (j.cancel_requested_at, j.superseded_by_id) IS DISTINCT FROM (NULL, NULL)
        THEN 'cancelled'
    WHEN t.failed = 0 THEN 'succeeded'
    WHEN t.done = 0 THEN 'failed'
    ELSE 'partially_failed' END
FROM (
    SELECT coalesce(sum(done), 0) AS done, coalesce(sum(failed), 0) AS failed,
        count(*) FILTER (WHERE state = 'skipped') AS skipped,
        count(*) FILTER (WHERE state IN ('pending', 'running')) AS open
    FROM riskscore_chunk WHERE job_id = %s
) t
WHERE j.id = %s AND j.state = 'running' AND t.open = 0
"""


def close(job_id: uuid.UUID) -> bool:
    """End the job if no chunk is open. Whoever comes first wins; the sweeper repeats it."""
    with transaction.atomic():
        has_ended = bool(_execute(_CLOSE, [job_id, job_id]))
        if has_ended:
            told.of_job(job_id)
    return has_ended


def cancel(job_id: uuid.UUID) -> None:
    """Skip what has not begun. A chunk in work is finished; its scores stay. Idempotent.

    One that is still in work after the length of a lease is ended by the sweeper.
    """
    with transaction.atomic():
        job = _lock(job_id)
        if job.state in Job.TERMINAL:
            return
        _execute(
            "UPDATE riskscore_job SET"
            " cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()),"
            " state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,"
            " finished_at = CASE state WHEN 'queued' THEN clock_timestamp() END WHERE id = %s",
            [job_id],
        )
        Chunk.objects.filter(job=job, state=Chunk.State.PENDING).update(state=Chunk.State.SKIPPED)
        told.of_job(job_id)
    close(job_id)


def supersede(job_id: uuid.UUID, newer: uuid.UUID) -> None:
    """Cancel a job whose work another one does, with newer inputs."""
    Job.objects.filter(id=job_id, state=Job.State.QUEUED).update(
        superseded_by=newer, error=f"superseded by job {newer}"
    )
    cancel(job_id)


def pause(job_id: uuid.UUID) -> None:
    """Begin nothing more of the job; what is in work is finished. Idempotent."""
    Job.objects.filter(id=job_id, paused_at=None).exclude(state__in=Job.TERMINAL).update(
        paused_at=DATABASE_CLOCK
    )


def resume(job_id: uuid.UUID) -> None:
    """Go on with a paused job. Idempotent."""
    Job.objects.filter(id=job_id, paused_at__isnull=False).exclude(state__in=Job.TERMINAL).update(
        paused_at=None
    )


# Numbers grow with time, so the oldest keys are found without looking at the others.
_FORGET = """
DELETE FROM riskscore_idempotencykey
WHERE id IN (SELECT id FROM riskscore_idempotencykey ORDER BY id LIMIT %s)
  AND created_at < clock_timestamp() - %s::interval
"""


def sweep() -> list[uuid.UUID]:
    """Return expired leases of chunks, imports and trainings; close finished jobs; forget old keys.

    Returns the stalled jobs.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEP_LOCK])
            (alone,) = cursor.fetchone()
        if not alone:
            return []
        _return_expired()
        _execute(
            "DELETE FROM riskscore_workerpulse WHERE seen_at < clock_timestamp() - interval '1 h'",
            [],
        )
        _execute(_FORGET, [MOST_FORGOTTEN, KEYS_KEPT])
    for job_id in _over():
        close(job_id)
    return stalled()


# A job that was cancelled a lease ago, or at a moment that has not come since its clock was set
# back: whoever still works on it is stuck, however lively its heartbeat.
_END_CANCELLED = """
UPDATE riskscore_chunk SET lease_until = clock_timestamp()
WHERE id IN (
    SELECT c.id FROM riskscore_chunk c JOIN riskscore_job j ON j.id = c.job_id
    WHERE c.state = 'running' AND j.state = 'running' AND j.cancel_requested_at
        NOT BETWEEN clock_timestamp() - make_interval(secs => %s) AND clock_timestamp()
    FOR UPDATE OF c SKIP LOCKED)
"""


def _return_expired() -> None:
    """Lease expiry: what a silent worker left behind waits again, or is given up."""
    _execute(_END_CANCELLED, [work_items.LEASE_S])
    left = [Claim(*row) for row in work_items.expired(CHUNKS)]
    for held in sorted(left, key=lambda one: (one.job_id, one.id)):
        _retry_or_give_up(held, work_items.expiry_of(held), "lost", expired=True)
    for table in (work_items.IMPORTS, work_items.TRAININGS, work_items.EXPORTS):
        work_items.sweep(table)


def _over() -> list[uuid.UUID]:
    """Running jobs without an open chunk: whoever was to close them has died."""
    unfinished = Chunk.objects.filter(job=OuterRef("pk"), state__in=Chunk.OPEN)
    over = Job.objects.filter(~Exists(unfinished), state=Job.State.RUNNING)
    return list(over.order_by("id").values_list("id", flat=True))


_STALLED = """
SELECT j.id FROM riskscore_job j
WHERE j.created_at NOT BETWEEN clock_timestamp() - make_interval(secs => %s) AND clock_timestamp()
  AND j.paused_at IS NULL
  AND (j.state = 'queued' OR j.state = 'running'
       AND EXISTS (SELECT FROM riskscore_chunk c WHERE c.job_id = j.id AND c.state = 'pending')
       AND NOT EXISTS (SELECT FROM riskscore_chunk c WHERE c.job_id = j.id AND c.state = 'running'))
ORDER BY j.id LIMIT %s
"""


def stalled() -> list[uuid.UUID]:
    """Jobs that have waited STALLED_AFTER_S with work to do and no worker on it, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_STALLED, [STALLED_AFTER_S, MOST_STALLED])
        return [row[0] for row in cursor.fetchall()]


_WAITING = """
SELECT j.id FROM riskscore_job j WHERE j.state = 'running' AND j.paused_at IS NULL
  AND EXISTS (SELECT FROM riskscore_chunk c WHERE c.job_id = j.id AND c.state = 'pending')
ORDER BY j.id LIMIT 1
"""


def waiting() -> list[uuid.UUID]:
    """The oldest job of which a part could be claimed now, whoever else works on it."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        return [row[0] for row in cursor.fetchall()]


_AT_WORK = """
SELECT j.queue,
    (SELECT count(*) FROM riskscore_chunk c WHERE c.job_id = j.id AND c.state = 'running')
FROM riskscore_job j WHERE j.id = ANY(%s) AND j.state IN ('queued', 'running')
"""


def at_work(job_ids: list[uuid.UUID]) -> list[tuple[str, int]]:
    """Queue and number of running chunks of those jobs that are open."""
    with connection.cursor() as cursor:
        cursor.execute(_AT_WORK, [job_ids])
        return list(cursor.fetchall())


def ensure_history_partition(month: date) -> None:
    """Make the month's partition of the score history, if it is not there yet."""
    _execute("SELECT riskscore_history_partition(%s)", [month])


def _execute(sql: str, params: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
