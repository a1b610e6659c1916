"""What is seen of a rescoring job by those who wait for it (``waiting``)."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from riskscore.jobs.progress import Progress, progress
from riskscore.jobs.waiting import Kind, Seen
from riskscore.models import Job

# Transitions are only ever added, so their number rises with every change, in whatever order
# their transactions are committed. A pause is none: it is counted beside them.
_LOOK = """
SELECT j.id, 2 * (SELECT count(*) FROM riskscore_transition t WHERE t.job_id = j.id)
    + (j.paused_at IS NOT NULL)::int, j.finished_at IS NOT NULL
FROM riskscore_job j WHERE j.id = ANY(%s)
"""


def look(jobs: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Seen]:
    """How jobs stand, by id; those that are gone are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [list(jobs)])
        return {job: Seen(mark, ended) for job, mark, ended in cursor.fetchall()}


def show(job: uuid.UUID) -> Mapping[str, Any]:
    """How far a job is: id, state, whether it is paused, and its progress as the API shows it."""
    paused = Job.objects.filter(pk=job).values_list("paused_at", flat=True).get() is not None
    now = progress(job)
    return {
        "id": str(job),
        "state": now.state,
        "paused": paused and now.state not in Job.TERMINAL,
        "progress": None if now.percent is None else _progress(now, round(now.percent, 1)),
    }


def _progress(now: Progress, percent: float) -> dict[str, Any]:
    return {
        "total": now.total,
        "done": now.done,
        "failed": now.failed,
        "skipped": now.skipped,
        "percent": percent,
        "rate": now.rate,
        "eta_seconds": now.eta_s,
    }


JOB = Kind(look, show)
