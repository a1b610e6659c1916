"""Records that work leaves behind, to be read; schedules and lists of projects, to be edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from riskscore.admin.ui import wording
from riskscore.admin.ui.pages import Page, ReadOnly
from riskscore.admin.watching import watch_button
from riskscore.models import (
    Export,
    ExportFlow,
    ProjectList,
    Schedule,
    StaleMark,
    Transition,
    WorkerPulse,
)


class ScheduleAdmin(Page[Schedule]):
    """When everything, or what is stale, is rescored."""

    list_display = ("name", "what", "every", "at", "timezone", "enabled")
    list_filter = ("enabled", "what")
    search_fields = ("name",)


class ProjectListAdmin(Page[ProjectList]):
    """A curator's list of projects, by whose name a job's scope may be given."""

    list_display = ("name", "created_by")
    search_fields = ("name",)
    autocomplete_fields = ("projects",)
    raw_id_fields = ("created_by",)
    change_form_template = "admin/watching/beside_form.html"
    actions = (watch_button.watch_selected,)

    def around(self, request: HttpRequest, row: ProjectList) -> dict[str, Any]:
        return watch_button.of(request, row)


class ExportAdmin(ReadOnly[Export]):
    """Files of many rows that programs asked for: your own; all of them, for who steers jobs."""

    list_display = (
        "what", "format", "state", "rows", "size", "edition", "created_by", "created_at",
        "kept_until", "deleted_at",
    )  # fmt: skip
    list_select_related = ("created_by",)
    list_filter = ("state", "what", "format")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        """Those that somebody may know of."""
        rows = super().get_queryset(request)
        steers = request.user.has_perm("riskscore.change_job")
        return rows if steers else rows.filter(created_by=request.user.pk)


class TransitionAdmin(ReadOnly[Transition]):
    """Every change of state of a job or a chunk."""

    list_display = ("job", "seq", "before", "after", "worker", "at")
    list_select_related = ("job",)


class WorkerPulseAdmin(ReadOnly[WorkerPulse]):
    """Worker heartbeats: which worker processes there are, and when each was last heard of."""

    list_display = ("worker", "started_at", "seen_at", "silent", "chunk")
    list_select_related = ("chunk",)

    @admin.display
    def silent(self, row: WorkerPulse) -> str:
        """Since when nothing was heard of it."""
        return wording.length(timezone.now() - row.seen_at)


class StaleMarkAdmin(ReadOnly[StaleMark]):
    """Projects whose scores a newer edition has outdated."""

    list_display = ("project", "lens", "edition", "since")
    list_select_related = ("project", "lens__importer")


class ExportFlowAdmin(ReadOnly[ExportFlow]):
    """Exports by customs code: what learned models learn from."""

    list_display = ("place", "hs6", "year", "value", "quantity", "partners")
    list_select_related = ("place",)
    list_filter = ("release",)
