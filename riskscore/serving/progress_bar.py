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

    Raises CannotRun when a child dies or the job does not succeed.
    """
    columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("scoring", total=None)
        while (now := ledger.progress(job_id)).state not in Job.TERMINAL:
            _draw(bar, task, now)
            children.check()
            time.sleep(LOOK_EVERY)
        _draw(bar, task, now)
    if now.state != Job.State.SUCCEEDED:
        reason = Job.objects.values_list("error", flat=True).get(id=job_id)
        raise CannotRun(
            f"job {job_id} ended as {now.state}: {now.failed} of {now.total} projects failed"
            f"{reason and f' ({reason})'}; see {children.log_of('worker')}"
        )
    return now


def _draw(bar: Progress, task: int, now: ledger.Progress) -> None:
    """Move the bar; it only pulses until the job is cut into chunks."""
    total = now.total if now.percent is not None else None
    bar.update(task, total=total, completed=now.processed)  # type: ignore[arg-type]
