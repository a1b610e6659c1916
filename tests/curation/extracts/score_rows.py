"""Scores written as a worker writes them: the current row, and a row of history if it differs."""

from typing import Any

from django.db import connection
from django.utils import timezone

from riskscore.jobs import ledger
from riskscore.models import Job, Project
from tests.make import make_job

_COLUMNS = (
    "project_id, lens_id, method_id, job_id, edition, as_of, computed_at, input_version, composite,"
    " band, coverage, digest, node_low, node_high, node_coverage, context, residual, inputs,"
    " contributions"
)
_WRITE = f"""
WITH written AS (
    INSERT INTO riskscore_score ({_COLUMNS})
    SELECT p.id, %(lens)s, %(method)s, %(job)s, %(edition)s, %(now)s::date, %(now)s,
        p.input_version, %(score)s, 1 + least(3, %(score)s::int / 25), 1, %(digest)s,
        {", ".join(["'{1,NaN,3,4,5}'"] * 7)}
    FROM riskscore_project p WHERE p.id = %(project)s
    ON CONFLICT (project_id, lens_id) DO UPDATE SET composite = EXCLUDED.composite,
        band = EXCLUDED.band, digest = EXCLUDED.digest, computed_at = EXCLUDED.computed_at
    RETURNING old.digest AS before, new.*
)
INSERT INTO riskscore_scorehistory ({_COLUMNS})
SELECT {_COLUMNS} FROM written WHERE before IS DISTINCT FROM digest
"""  # noqa: S608 - our own words


def make_score(project: Project, score: float, job: Job | None = None) -> Job:
    """A score of a project; the same number again is no change. Returns the job."""
    job = job or Job.objects.first() or make_job()
    now = timezone.now()
    ledger.ensure_history_partition(now.date())
    params: dict[str, Any] = {
        "project": project.pk,
        "lens": job.lens_id,
        "method": job.method_id,
        "job": job.pk,
        "edition": job.edition_id,
        "now": now,
        "score": score,
        "digest": f"{score:016.9f}".encode()[:16],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, params)
    return job
