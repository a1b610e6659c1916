"""Jobs: how far they are, what failed, and the way to cancel one. Rows are read-only."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from riskscore import jobs, ledger
from riskscore.admin import progress, rescore
from riskscore.admin.pages import Bounded, ReadOnly
from riskscore.models import Chunk, ItemError, Job

#: Failed projects that a job's page shows; the rest is a list away.
MOST_ERRORS = 20


class JobAdmin(ReadOnly[Job]):
    change_form_template = "admin/job.html"
    list_display = (
        "created_at", "lens", "about", "state_words", "bar", "took", "reason", "created_by",
    )  # fmt: skip
    list_filter = ("state", "queue", "lens")
    list_select_related = ("lens", "created_by")
    list_per_page = 25
    search_fields = ("=id", "reason", "request_id")
    actions = ("cancel_selected",)
    fields = (
        ("lens", "method"), ("as_of", "edition", "seed"), ("queue", "kind"), "scope",
        ("reason", "created_by"), ("created_at", "started_at", "finished_at"), "request_id",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return progress.with_progress(super().get_queryset(request))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        job = self.get_object(request, object_id)
        shown = surroundings(job, request) if job else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def get_urls(self) -> list[URLPattern]:
        cancel = path(
            "<path:object_id>/cancel/",
            self.admin_site.admin_view(require_POST(self.cancel_one)),
            name="riskscore_job_cancel",
        )
        return [cancel, *super().get_urls()]

    def cancel_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Cancel the job whose page is open."""
        job = self.row(request, object_id)
        if not self.has_cancel_permission(request):
            raise PermissionDenied
        self._cancel(request, [job])
        return HttpResponseRedirect(rescore.url(job))

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Whether this person may cancel jobs."""
        return request.user.has_perm("riskscore.change_job")

    @admin.action(description="Cancel the selected jobs", permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._cancel(request, list(chosen))

    def _cancel(self, request: HttpRequest, chosen: Sequence[Job]) -> None:
        going = [job for job in chosen if progress.is_open(job)]
        for job in going:
            jobs.cancel(job.id)
            self.log_change(request, job, "Cancelled.")
        ended = len(chosen) - len(going)
        if going:
            text = "What has begun ends, what has not is skipped; scores already made stay."
            messages.success(request, f"{len(going)} jobs cancelled. {text}")
        if ended:
            messages.warning(request, f"{ended} jobs had ended already and stay as they are.")

    @admin.display(description="projects")
    def about(self, row: Job) -> str:
        return progress.scope_words(row.scope)

    @admin.display(description="state", ordering="state")
    def state_words(self, row: Job) -> SafeString:
        return progress.state(row)

    @admin.display(description="progress")
    def bar(self, row: Job) -> SafeString:
        return progress.bar(row)

    @admin.display
    def took(self, row: Job) -> str:
        return progress.duration(row)


def surroundings(job: Job, request: HttpRequest) -> dict[str, Any]:
    """What the page of a job shows above its columns."""
    chunks = Chunk.objects.filter(job=job).order_by().values("state")
    errors = ItemError.objects.filter(job=job)
    return {
        "job": job,
        "state": progress.state(job),
        "bar": progress.bar(job),
        "about": progress.scope_words(job.scope),
        "took": progress.duration(job),
        "is_open": progress.is_open(job),
        "percent": ledger.progress(job.id).percent,
        "chunks": chunks.annotate(n=Count("id"), projects=Sum(progress.size())).order_by("state"),
        "running": Chunk.objects.filter(job=job, state=Chunk.State.RUNNING).defer("project_ids"),
        "errors": errors.select_related("project").order_by("project_id")[:MOST_ERRORS],
        "error_count": errors.count(),
        "may_cancel": request.user.has_perm("riskscore.change_job"),
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
    paginator = Bounded

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chunk]:
        return super().get_queryset(request).defer("project_ids").annotate(size=progress.size())

    @admin.display
    def projects(self, row: Chunk) -> int:
        """How many projects it holds."""
        return int(row.size)  # type: ignore[attr-defined]


class ItemErrorAdmin(ReadOnly[ItemError]):
    list_display = ("project", "code", "detail", "job")
    list_filter = ("code",)
    list_select_related = ("project", "job")
    search_fields = ("=job__id", "=project__key", "project__name", "detail")
    paginator = Bounded
