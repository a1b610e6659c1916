"""Jobs on the first page: all that are open, and the last that ended, with live bars."""

from typing import Any

from riskscore.admin.work import job_progress
from riskscore.models import Job

OPEN, ENDED = 10, 3


def latest_jobs() -> list[dict[str, Any]]:
    """Each with its progress."""
    rows = job_progress.with_progress(Job.objects.select_related("lens"))
    going = rows.exclude(state__in=Job.TERMINAL).order_by("-id")[:OPEN]
    ended = rows.filter(state__in=Job.TERMINAL).order_by("-id")[:ENDED]
    return [
        {
            "job": job,
            "bar": job_progress.bar(job),
            "state": job_progress.state(job),
            "about": job_progress.scope_words(job.scope),
            "took": job_progress.duration(job),
            "is_open": job_progress.is_open(job),
        }
        for job in (*going, *ended)
    ]
