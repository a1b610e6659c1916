"""The progress bar of a job, drawn from its chunks."""

import time
import uuid

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from riskscore.jobs import ledger
from riskscore.models import Job
from riskscore.serving.processes import CannotRun, Children

LOOK_EVERY = 0.2  # seconds


def follow(job_id: uuid.UUID, children: Children, console: Console) -> ledger.Progress:
    """Draw the bar until the job has ended; return how it ended.

    A newer job may take over what is left of it (a schedule that falls due in that minute): then
    that one is followed to its end.

    Raises CannotRun when a child dies or the job does not succeed.
    """
    now = _followed(job_id, children, console)
    job = Job.objects.get(id=job_id)
    if now.state == Job.State.CANCELLED and job.superseded_by_id is not None:
        return follow(job.superseded_by_id, children, console)
    if now.state != Job.State.SUCCEEDED:
        raise CannotRun(
            f"job {job_id} ended as {now.state}: {now.failed} of {now.total} projects failed"
            f"{job.error and f' ({job.error})'}; see {children.log_of('worker')}"
        )
    return now


def _followed(job_id: uuid.UUID, children: Children, console: Console) -> ledger.Progress:
    columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("scoring", total=None)
        while (now := ledger.progress(job_id)).state not in Job.TERMINAL:
            _draw(bar, task, now)
            children.check()
            time.sleep(LOOK_EVERY)
        _draw(bar, task, now)
    return now


def _draw(bar: Progress, task: int, now: ledger.Progress) -> None:
    """Move the bar; it only pulses until the job is cut into chunks."""
    total = now.total if now.percent is not None else None
    bar.update(task, total=total, completed=now.processed)  # type: ignore[arg-type]
