"""How far a job is, shown on standard error: a bar of rich where it is installed, else lines."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from riskscore_client.records import JobRecord

#: Told of the job each time that it was asked for.
Watcher = Callable[[JobRecord], None]


def unseen(_job: JobRecord) -> None:
    """Show nothing."""


@contextmanager
def shown() -> Iterator[Watcher]:
    """Give a watcher that draws a bar on a terminal, and writes a line per tenth elsewhere."""
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        yield _lines()
        return
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    with Progress(console=console, transient=False) as bar:
        task = bar.add_task("queued", total=100.0)

        def draw(job: JobRecord) -> None:
            progress = job.get("progress") or {}
            bar.update(task, completed=progress.get("percent", 0.0), description=_words(job))

        yield draw


def _lines() -> Watcher:
    said: set[str] = set()

    def say(job: JobRecord) -> None:
        percent = (job.get("progress") or {}).get("percent", 0.0)
        line = f"{_words(job)}, {10 * int(percent // 10)} %"
        if line not in said:
            said.add(line)
            sys.stderr.write(line + "\n")

    return say


def _words(job: JobRecord) -> str:
    progress = job.get("progress")
    state = "paused" if job.get("paused_at") and job["state"] == "queued" else job["state"]
    return f"{state}, {progress['total']:,} projects" if progress else state
