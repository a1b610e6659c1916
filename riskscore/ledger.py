"""The state machine of jobs and chunks: plan · claim · finish · fail · sweep.

Rows are the truth. Leases run on the database's clock; a fencing token, checked in the
transaction that writes the scores, makes a late worker harmless. Nothing here publishes:
functions return the ids of the jobs that deserve a hint.
"""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField, Func, Max

from riskscore import scope
from riskscore.models import Chunk, ItemError, Job

CHUNK_SIZE = 1000
LEASE_S = 60
MAX_ATTEMPTS = 3
SWEEP_LOCK = 0x7269736B_0001  # "risk": one sweeper at a time, no leader to elect
STRANDED_AFTER_S = 3
DATABASE_CLOCK = Func(function="clock_timestamp", output_field=DateTimeField())


class LeaseLost(Exception):
    """The chunk was taken over by another worker; what this one computed must not be written."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write the scores of one chunk until the lease ends."""

    chunk_id: int
    job_id: uuid.UUID
    token: uuid.UUID
    attempts: int
    project_ids: list[int]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, counted from its chunks. ``percent`` is None until the job is planned."""

    state: str
    total: int
    done: int
    failed: int
    skipped: int

    @property
    def percent(self) -> float | None:
        if self.state == Job.State.QUEUED:
            return None
        return (
            100.0 * (self.done + self.failed + self.skipped) / self.total if self.total else 100.0
        )


def plan_next() -> list[uuid.UUID]:
    """Cut the next queued job into chunks. Returns its id, or nothing when none is queued."""
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(state=Job.State.QUEUED)
            .order_by("-queue", "id")
            .first()
        )
        if job is None:
            return []
        try:
            ids = list(scope.projects(job.scope).order_by("id").values_list("id", flat=True))
        except scope.BadScope as error:
            # A project named by its key may have gone since the job was accepted.
            _execute(
                "UPDATE riskscore_job SET state = 'failed', error = %s,"
                " finished_at = clock_timestamp() WHERE id = %s",
                [str(error)[:400], job.id],
            )
            return [job.id]
        _cut(job, ids)
    close(job.id)
    return [job.id]


def _cut(job: Job, ids: list[int]) -> None:
    parts = (ids[start : start + CHUNK_SIZE] for start in range(0, len(ids), CHUNK_SIZE))
    Chunk.objects.bulk_create(
        (Chunk(job=job, seq=seq, project_ids=part) for seq, part in enumerate(parts)),
        batch_size=200,
    )
    _execute(
        "UPDATE riskscore_job SET state = 'running', started_at = clock_timestamp() WHERE id = %s",
        [job.id],
    )


_CLAIM = """
WITH open_job AS (
    SELECT j.id FROM riskscore_job j
    WHERE j.state = 'running'
      AND EXISTS (SELECT FROM riskscore_chunk c WHERE c.job_id = j.id AND c.state = 'pending')
    ORDER BY j.queue = 'interactive' DESC,
        (SELECT count(*) FROM riskscore_chunk r WHERE r.job_id = j.id AND r.state = 'running'), j.id
), picked AS (
    SELECT next.id FROM open_job CROSS JOIN LATERAL (
        SELECT c.id FROM riskscore_chunk c WHERE c.job_id = open_job.id AND c.state = 'pending'
        ORDER BY c.seq LIMIT 1 FOR UPDATE SKIP LOCKED
    ) next LIMIT 1
)
UPDATE riskscore_chunk c
SET state = 'running', attempts = attempts + 1, token = %s, worker = %s,
    lease_until = clock_timestamp() + make_interval(secs => %s)
FROM picked WHERE c.id = picked.id
RETURNING c.id, c.job_id, c.token, c.attempts, c.project_ids
"""


def claim(worker: str) -> Claim | None:
    """Take the next chunk: interactive jobs first, then the job with the fewest workers."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [uuid.uuid4(), worker, LEASE_S])
        row = cursor.fetchone()
    return Claim(*row) if row else None


def finish(held: Claim, *, failed: int) -> None:
    """Mark the chunk done, inside the transaction that writes its scores. Raises LeaseLost."""
    changed = _execute(
        "UPDATE riskscore_chunk SET state = 'done', done = %s, failed = %s, lease_until = NULL"
        " WHERE id = %s AND state = 'running' AND token = %s",
        [len(held.project_ids) - failed, failed, held.chunk_id, held.token],
    )
    if not changed:
        raise LeaseLost(f"chunk {held.chunk_id} of job {held.job_id} was taken over")


def fail(held: Claim, error: str) -> None:
    """Give the chunk back; after MAX_ATTEMPTS cut it in two, until one bad project stands alone."""
    with transaction.atomic():
        chunk = (
            Chunk.objects.select_for_update()
            .filter(id=held.chunk_id, state=Chunk.State.RUNNING, token=held.token)
            .first()
        )
        if chunk is not None:
            _return(chunk, error)


def _return(chunk: Chunk, error: str) -> None:
    chunk.token = chunk.lease_until = None
    chunk.error = error[:400]
    chunk.state = Chunk.State.PENDING
    if chunk.attempts >= MAX_ATTEMPTS:
        _split(chunk) if len(chunk.project_ids) > 1 else _bury(chunk)
    chunk.save()


def _split(chunk: Chunk) -> None:
    """Two halves take the chunk's place. The job row is locked so that their numbers are free."""
    job = Job.objects.select_for_update().get(id=chunk.job_id)
    last: int = Chunk.objects.filter(job=job).aggregate(last=Max("seq"))["last"]
    middle = len(chunk.project_ids) // 2
    for offset, part in enumerate(
        (chunk.project_ids[:middle], chunk.project_ids[middle:]), start=1
    ):
        # One attempt is left to each half: the whole has failed often enough.
        Chunk.objects.create(
            job=job, seq=last + offset, project_ids=part, attempts=MAX_ATTEMPTS - 1
        )
    chunk.state = Chunk.State.SPLIT


def _bury(chunk: Chunk) -> None:
    ItemError.objects.bulk_create(
        [
            ItemError(
                job_id=chunk.job_id,
                project_id=chunk.project_ids[0],
                code="failed",
                detail=chunk.error,
            )
        ],
        ignore_conflicts=True,
    )
    chunk.failed = 1
    chunk.state = Chunk.State.DEAD


_CLOSE = """
UPDATE riskscore_job j SET finished_at = clock_timestamp(), state = CASE
    WHEN t.skipped > 0 THEN 'cancelled'
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
    return bool(_execute(_CLOSE, [job_id, job_id]))


def cancel(job_id: uuid.UUID) -> None:
    """Skip what has not begun. A chunk in work is finished; its scores stay. Idempotent."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(id=job_id)
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
    close(job_id)


def sweep() -> list[uuid.UUID]:
    """Return expired leases, close finished jobs. Returns the jobs on which nobody works."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEP_LOCK])
            (alone,) = cursor.fetchone()
        if not alone:
            return []
        expired = Chunk.objects.filter(state=Chunk.State.RUNNING, lease_until__lt=DATABASE_CLOCK)
        for chunk in expired.select_for_update(skip_locked=True).order_by("id"):
            _return(chunk, chunk.error or f"the lease of worker {chunk.worker} ended")
    for job_id in Job.objects.filter(state=Job.State.RUNNING).values_list("id", flat=True):
        close(job_id)
    return stranded()


_STRANDED = """
SELECT j.id FROM riskscore_job j
WHERE j.created_at < clock_timestamp() - make_interval(secs => %s)
  AND (j.state = 'queued' OR j.state = 'running'
       AND EXISTS (SELECT FROM riskscore_chunk c WHERE c.job_id = j.id AND c.state = 'pending')
       AND NOT EXISTS (SELECT FROM riskscore_chunk c WHERE c.job_id = j.id AND c.state = 'running'))
ORDER BY j.id
"""


def stranded() -> list[uuid.UUID]:
    """Jobs that have waited STRANDED_AFTER_S with work to do and no worker on it."""
    with connection.cursor() as cursor:
        cursor.execute(_STRANDED, [STRANDED_AFTER_S])
        return [row[0] for row in cursor.fetchall()]


_PROGRESS = """
SELECT j.state, coalesce(sum(cardinality(c.project_ids)) FILTER (WHERE c.state <> 'split'), 0),
    coalesce(sum(c.done), 0), coalesce(sum(c.failed), 0),
    coalesce(sum(cardinality(c.project_ids)) FILTER (WHERE c.state = 'skipped'), 0)
FROM riskscore_job j LEFT JOIN riskscore_chunk c ON c.job_id = j.id
WHERE j.id = %s GROUP BY j.id
"""


def progress(job_id: uuid.UUID) -> Progress:
    """Counts over the job's chunks: derived, so they cannot drift."""
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, [job_id])
        state, *counts = cursor.fetchone()
    return Progress(state, *(int(count) for count in counts))


def ensure_history_partition(month: date) -> None:
    """Make the month's partition of the score history, if it is not there yet."""
    _execute("SELECT riskscore_history_partition(%s)", [month])


def _execute(sql: str, params: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
