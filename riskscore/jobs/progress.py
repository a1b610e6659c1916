"""How far a job is, how fast it goes, and who works: derived from the chunks, so it cannot drift.

Chunks that have ended never come back, so what is counted here only grows.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL

from riskscore.models import Job

#: The rate is that of this last stretch, or of the whole job while it is younger.
RECENT_S = 60


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: projects in all, scored, failed, and skipped without being tried.

    ``rate`` is in projects per second, ``eta_s`` in seconds; both None while unknown.
    """

    state: str
    total: int
    done: int
    failed: int
    skipped: int
    rate: float | None = field(default=None, compare=False)

    @property
    def ended(self) -> int:
        """How many projects have been scored, have failed or were skipped."""
        return self.done + self.failed + self.skipped

    @property
    def processed(self) -> int:
        """How many projects have been scored or have failed; what is skipped was never tried."""
        return self.done + self.failed

    @property
    def waiting(self) -> int:
        """How many projects are still to be scored."""
        return self.total - self.ended

    @property
    def percent(self) -> float | None:
        """How much of the job is processed, 0 to 100; None if it is not, or never was, planned."""
        if self.total:
            return 100.0 * self.processed / self.total
        return 100.0 if self.state in (Job.State.RUNNING, Job.State.SUCCEEDED) else None

    @property
    def eta_s(self) -> float | None:
        """Seconds until the rest is done at this rate; 0 when the job has ended."""
        if self.state in Job.TERMINAL:
            return 0.0
        return self.waiting / self.rate if self.rate else None


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker process: how long it has been silent, and the job that it works on, if any."""

    worker: str
    silent_s: float
    job_id: uuid.UUID | None


#: The one count: projects in all, scored, failed, skipped.
_COUNTS = """ARRAY[
    coalesce(sum(cardinality(c.project_ids)) FILTER (WHERE c.state <> 'split'), 0),
    coalesce(sum(c.done), 0), coalesce(sum(c.failed), 0),
    coalesce(sum(cardinality(c.project_ids)) FILTER (WHERE c.state = 'skipped'), 0)]::bigint[]"""

_PROGRESS = f"""
SELECT j.state, {_COUNTS},
    sum(c.done) FILTER (WHERE c.finished_at > r.since) / r.seconds
FROM riskscore_job j
CROSS JOIN LATERAL (SELECT coalesce(j.finished_at, clock_timestamp()) AS until) u
CROSS JOIN LATERAL (
    SELECT CASE WHEN j.finished_at IS NULL
        THEN greatest(j.started_at, until - make_interval(secs => %s))
        ELSE j.started_at END AS since) s
CROSS JOIN LATERAL (
    SELECT since, greatest(extract(epoch FROM until - since), 0.001)::float8 AS seconds) r
LEFT JOIN riskscore_chunk c ON c.job_id = j.id
WHERE j.id = %s GROUP BY j.id, r.since, r.seconds
"""  # noqa: S608 - our own words


def progress(job_id: uuid.UUID) -> Progress:
    """Counts over the job's chunks, in one snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, [RECENT_S, job_id])
        state, (total, done, failed, skipped), rate = cursor.fetchone()
    return Progress(state, total, done, failed, skipped, None if rate is None else float(rate))


_COUNTED = f"(SELECT {_COUNTS} FROM riskscore_chunk c WHERE c.job_id = riskscore_job.id)"  # noqa: S608 - our own words


def with_counts(rows: QuerySet[Job]) -> QuerySet[Job]:
    """Jobs with the same counts, all in one query: for lists. ``counted`` reads them."""
    whole = ArrayField(BigIntegerField())
    return rows.annotate(counts=RawSQL(_COUNTED, [], output_field=whole))  # noqa: S611 - our own words


def counted(job: Any) -> Progress:
    """How far a job is that ``with_counts`` fetched; without its rate."""
    return Progress(job.state, *job.counts)


_WORKERS = """
SELECT w.worker, greatest(extract(epoch FROM clock_timestamp() - w.seen_at), 0)::float8, c.job_id
FROM riskscore_workerpulse w
LEFT JOIN riskscore_chunk c ON c.id = w.chunk_id AND c.state = 'running' AND c.worker = w.worker
ORDER BY w.worker
"""


def workers() -> list[WorkerSeen]:
    """Every worker process heard of in the last hour."""
    with connection.cursor() as cursor:
        cursor.execute(_WORKERS)
        return [WorkerSeen(*row) for row in cursor.fetchall()]
