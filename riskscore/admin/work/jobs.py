"""Jobs: how far they are, who works on them, what failed. Rows are read-only."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from django.utils.safestring import SafeString

from riskscore.admin.ui import wording
from riskscore.admin.ui.pages import ReadOnly
from riskscore.admin.work import job_actions, job_progress
from riskscore.jobs import ledger
from riskscore.models import Chunk, ItemError, Job
from riskscore.models.learned import in_force

#: Failed projects that a job's page shows; the rest is a list away.
MOST_ERRORS = 20


class JobAdmin(job_actions.Steered):
    change_form_template = "admin/job.html"
    list_display = (
        "created_at", "lens", "about", "state_words", "bar", "took", "reason", "created_by",
    )  # fmt: skip
    list_filter = ("state", "queue", "lens")
    list_select_related = ("lens", "created_by")
    list_per_page = 25
    search_fields = ("=id", "reason", "request_id")
    fields = (
        ("lens", "method", "learned_models"), ("as_of", "edition", "seed", "draws", "apart"),
        "queue", "scope", ("reason", "created_by"), ("retry_of", "superseded_by"),
        ("created_at", "started_at", "paused_at", "finished_at"), "request_id",
    )  # fmt: skip

    readonly_fields = ("learned_models",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return job_progress.with_progress(super().get_queryset(request))

    def around(self, request: HttpRequest, row: Job) -> dict[str, Any]:
        return surroundings(row, request)

    @admin.display
    def learned_models(self, row: Job) -> str:
        """Those in force at the job's edition."""
        return ", ".join(map(str, in_force(row.edition_id))) or "none"

    @admin.display(description="projects")
    def about(self, row: Job) -> str:
        return job_progress.scope_words(row.scope)

    @admin.display(description="state", ordering="state")
    def state_words(self, row: Job) -> SafeString:
        return job_progress.state(row)

    @admin.display(description="progress")
    def bar(self, row: Job) -> SafeString:
        return job_progress.bar(row)

    @admin.display
    def took(self, row: Job) -> str:
        return job_progress.duration(row)


def surroundings(job: Job, request: HttpRequest) -> dict[str, Any]:
    """What the page of a job shows above its columns."""
    chunks = Chunk.objects.filter(job=job).order_by().values("state")
    errors = ItemError.objects.filter(job=job)
    now = ledger.progress(job.id)
    return {
        "job": job,
        "state": job_progress.state(job),
        "bar": job_progress.bar(job),
        "about": job_progress.scope_words(job.scope),
        "took": job_progress.duration(job),
        "is_open": job_progress.is_open(job),
        "percent": now.percent,
        "rate": now.rate,
        "to_go": now.eta_s and wording.length(timedelta(seconds=now.eta_s)),
        "chunks": chunks.annotate(n=Count("id"), projects=Sum(job_progress.size())).order_by(
            "state"
        ),
        "running": job_progress.in_work(job),
        "errors": errors.select_related("project").order_by("project_id")[:MOST_ERRORS],
        "error_count": errors.count(),
        "words": job_actions.possible(job) if request.user.has_perm("riskscore.change_job") else [],
    }


class ChunkAdmin(ReadOnly[Chunk]):
    list_display = (
        "job", "seq", "state", "projects", "done", "failed", "attempts", "worker", "lease_until",
    )  # fmt: skip
    list_filter = ("state",)
    list_select_related = ("job",)
    search_fields = ("=job__id", "worker")
    fields = (
        "job", "seq", "state", "projects", ("done", "failed"), "attempts", "worker", "lease_until",
        "error",
    )  # fmt: skip
    readonly_fields = ("projects",)
    ordering = ("-job", "seq")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chunk]:
        return super().get_queryset(request).defer("project_ids").annotate(size=job_progress.size())

    @admin.display
    def projects(self, row: Chunk) -> int:
        """How many projects it holds."""
        return int(row.size)  # type: ignore[attr-defined]


class ItemErrorAdmin(ReadOnly[ItemError]):
    list_display = ("project", "code", "detail", "job")
    list_filter = ("code",)
    list_select_related = ("project", "job")
    search_fields = ("=job__id", "=project__key", "project__name", "detail")
