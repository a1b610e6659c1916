"""How far jobs are, in words and bars: for their pages and for Home."""

from typing import Any

from django.db.models import F, Func, IntegerField, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from riskscore.admin.ui import charts, wording
from riskscore.jobs import progress
from riskscore.jobs.scope import NOW
from riskscore.models import Chunk, Job, WorkerPulse


def size() -> Func:
    """How many projects a chunk holds, in the database."""
    return Func(F("project_ids"), function="cardinality", output_field=IntegerField())


def with_progress(rows: QuerySet[Job]) -> QuerySet[Job]:
    """Jobs with the counts of ``jobs.progress``, all in one query."""
    return progress.with_counts(rows)


def bar(job: Any) -> SafeString:
    """The progress of a job that ``with_progress`` fetched: a bar and the words."""
    now = progress.counted(job)
    return format_html(
        '{} <span class="small">{} of {}</span>',
        charts.progress(now.total, now.done, now.failed, now.skipped),
        f"{now.processed:,}",
        f"{now.total:,}",
    )


def in_work(job: Job) -> QuerySet[Chunk]:
    """The chunks that somebody holds, each with the moment its worker was last seen."""
    seen = WorkerPulse.objects.filter(worker=OuterRef("worker")).values("seen_at")
    running = Chunk.objects.filter(job=job, state=Chunk.State.RUNNING)
    return running.defer("project_ids").annotate(seen_at=Subquery(seen))


def is_open(job: Job) -> bool:
    """Whether the job may still change."""
    return job.state not in Job.TERMINAL


def state(job: Job) -> SafeString:
    """The state in words, on its colour; a job on its way out says so."""
    words = job.state.replace("_", " ")
    if is_open(job) and job.paused_at:
        words = "paused"
    if is_open(job) and job.cancel_requested_at:
        words = "cancelling"
    return format_html('<span class="state {}">{}</span>', job.state, words)


def scope_words(scope: dict[str, Any]) -> str:
    """What a job is about, in words."""
    if scope.get("keys"):
        keys: list[str] = scope["keys"]
        return keys[0] if len(keys) == 1 else f"{len(keys):,} projects"
    if scope.get("filter"):
        texts = {
            name: value if isinstance(value, str) else ", ".join(value)
            for name, value in scope["filter"].items()
        }
        return "; ".join(_filter_words(name, text) for name, text in texts.items())
    return "all projects"


def _filter_words(name: str, text: str) -> str:
    """One condition of a job's scope."""
    if name != "stale_since":
        return f"{name.replace('_', ' ')}: {text}"
    if text == NOW:
        return "scores that are out of date"
    return f"scores that have been out of date since {text}"


def duration(job: Job) -> str:
    """How long it has run, or ran."""
    if job.started_at is None:
        return wording.NOTHING
    return wording.length((job.finished_at or timezone.now()) - job.started_at)
