"""The progress bar of a job, drawn from its chunks."""

import time
import uuid
from collections.abc import Callable

from django.db import Error, connection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from riskscore.jobs import ledger
from riskscore.models import Job

LOOK_EVERY = 0.2  # seconds


def follow(job_id: uuid.UUID, look: Callable[[], None], console: Console) -> Job:
    """Draw the bar until the job has ended; return it as it ended.

    A newer job may take over what is left of it (a schedule that falls due in that minute): then
    that one is followed to its end, and returned. ``look`` is called between two looks at the job:
    whatever it raises ends the following.
    """
    _drawn(job_id, look, console)
    job = Job.objects.get(id=job_id)
    if job.state == Job.State.CANCELLED and job.superseded_by_id is not None:
        return follow(job.superseded_by_id, look, console)
    return job


def _drawn(job_id: uuid.UUID, look: Callable[[], None], console: Console) -> None:
    columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("scoring", total=None)
        while True:
            now = _progress(job_id)
            if now is not None:
                _draw(bar, task, now)
                if now.state in Job.TERMINAL:
                    return
            look()
            time.sleep(LOOK_EVERY)


def _progress(job_id: uuid.UUID) -> ledger.Progress | None:
    """How far the job is; None while the database is away."""
    try:
        return ledger.progress(job_id)
    except Error:
        connection.close()
        return None


def _draw(bar: Progress, task: int, now: ledger.Progress) -> None:
    """Move the bar; it only pulses until the job is cut into chunks."""
    total = now.total if now.percent is not None else None
    bar.update(task, total=total, completed=now.processed)  # type: ignore[arg-type]
