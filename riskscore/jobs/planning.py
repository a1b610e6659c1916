"""Cutting a job into chunks: its scope is frozen, and what it supersedes is skipped."""

import logging
import uuid
from collections.abc import Callable

from django.db import OperationalError, connection, transaction
from django.db.models import DateTimeField, Func

from riskscore.jobs import failures, scope
from riskscore.jobs.outbox import told
from riskscore.models import Job

log = logging.getLogger(__name__)


def plan_next(size: int, prepare: Callable[[Job], None]) -> list[uuid.UUID]:
    """Plan the next queued job, interactive ones first.

    Returns its id and those of the jobs that it superseded, or nothing when none is queued. A job
    that cannot be planned fails with the reason, so that it blocks nobody behind it.
    """
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(state=Job.State.QUEUED, paused_at=None)
            .order_by("-queue", "id")
            .first()
        )
        if job is None:
            return []
        try:
            with transaction.atomic():
                prepare(job)
                _cut(job, size)
                return [job.id, *_supersede(job)]
        except OperationalError:
            raise  # the database is away or busy; the job stays queued
        except Exception as error:
            # For instance a project named by its key that has gone since the job was accepted.
            log.warning("job %s cannot be planned: %s", job.id, error)
            Job.objects.filter(id=job.id).update(
                state=Job.State.FAILED, error=str(error)[:400], finished_at=_NOW
            )
            told.of_job(job.id)
            return [job.id]


_NOW = Func(function="clock_timestamp", output_field=DateTimeField())

_CUT = """
INSERT INTO riskscore_chunk (job_id, seq, project_ids)
SELECT %s, %s + (n - 1) / %s, array_agg(id ORDER BY id)
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ({scope}) s) numbered
GROUP BY (n - 1) / %s
"""


def _cut(job: Job, size: int) -> None:
    """The ids stay in the database: a million of them take a second."""
    chosen = scope.projects(job.scope, job.lens).order_by().values("id")
    sql, params = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_CUT.format(scope=sql), [job.id, failures.CANARIES, size, *params, size])
    Job.objects.filter(id=job.id).update(state=Job.State.RUNNING, started_at=_NOW)


# Of the older jobs' chunks that wait, those whose projects the new job holds all.
_SKIP = """
WITH fresh AS MATERIALIZED (
    SELECT unnest(project_ids) AS project FROM riskscore_chunk WHERE job_id = %s
), waiting AS MATERIALIZED (
    SELECT id, unnest(project_ids) AS project FROM riskscore_chunk
    WHERE job_id = ANY(%s) AND state = 'pending'
), needed AS (
    SELECT DISTINCT w.id FROM waiting w LEFT JOIN fresh f USING (project) WHERE f.project IS NULL
)
UPDATE riskscore_chunk SET state = 'skipped'
WHERE state = 'pending' AND id IN (SELECT id FROM waiting EXCEPT SELECT id FROM needed)
RETURNING job_id
"""


def _supersede(job: Job) -> list[uuid.UUID]:
    """Skip what older bulk jobs would do again, with inputs that are no newer. Returns those jobs.

    A job that stands apart makes nothing needless, nor is it ever made so. The older jobs are
    locked before their chunks, in the order that everybody keeps.
    """
    if job.apart:
        return []
    older = list(
        Job.objects.select_for_update(no_key=True)
        .filter(
            state=Job.State.RUNNING,
            apart=False,
            queue=Job.Queue.BULK,
            lens=job.lens_id,
            edition__lte=job.edition_id,
            as_of__lte=job.as_of,
            created_at__lte=job.created_at,
        )
        .exclude(id=job.id)
        .order_by("id")
        .values_list("id", flat=True)
    )
    if not older:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SKIP, [job.id, older])
        skipped = sorted({row[0] for row in cursor.fetchall()})
    Job.objects.filter(id__in=skipped).update(
        superseded_by=job.id, error=f"superseded by job {job.id}"
    )
    return skipped
