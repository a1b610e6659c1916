"""What came out: scores and their history, each with its explanation. Only programs write them."""

from collections.abc import Callable, Set
from operator import attrgetter
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from riskscore.admin.results import panels, score_changes
from riskscore.admin.results.score_filters import RankedFilter, ViewFilter
from riskscore.admin.ui import wording
from riskscore.admin.ui.filters import (
    NodeRange,
    ProjectMineralFilter,
    ProjectPlaceFilter,
    ProjectRegionFilter,
    score_ranges,
)
from riskscore.admin.ui.lists.columns import typed
from riskscore.admin.ui.lists.ordered import UnknownLast
from riskscore.admin.ui.pages import ReadOnly
from riskscore.models import JobScore, Score, ScoreHistory
from riskscore.models.scores import NODES, ScoreColumns
from riskscore.scoring.learned_contribution import NEEDED, without_learned_each
from riskscore.scoring.stored_score import values_of

AnyScore = TypeVar("AnyScore", Score, ScoreHistory)


#: Headings that leave room for the columns.
SHORT = {"geopolitical": "geopol.", "concentration": "concentr.", "indigenous": "indig."}


def _column(name: str) -> Callable[[ScoreColumns], str]:
    """One node as a rounded column that sorts by the stored number."""

    @typed(attrgetter(name), name)
    @admin.display(description=SHORT.get(name, name), ordering=UnknownLast(name))
    def rounded(row: ScoreColumns) -> str:
        return wording.points(getattr(row, name))

    rounded.__name__ = name
    return rounded


COMPOSITE, *DIMENSIONS = (_column(name) for name in NODES)
DIMENSION_FIELDS = NODES[1:]


class AnyScoreAdmin(ReadOnly[AnyScore]):
    """What the pages of a current score and of an old one share."""

    change_form_template = "admin/score.html"
    list_select_related = ("project__place", "lens", "method")
    search_fields = ("=project__key", "project__name")
    search_help_text = "name of the project, or its whole key"
    fields = (
        ("project", "lens"), ("method", "job"),
        ("as_of", "edition", "input_version", "computed_at"),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the text of the method, which is longer than all the rest of a row."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.defer("method__spec")

    def around(self, request: HttpRequest, row: AnyScore) -> dict[str, Any]:
        return {"panels": [panels.of(row)], "subtitle": f"{row.project} through {row.lens}"}

    def prepared(self, rows: list[Any], names: Set[str]) -> list[Any]:
        """Each with what it would be without learned models, all at once, where that is shown."""
        if "without_learned" not in names:
            return rows
        stored = [values_of(row, NEEDED) for row in rows]
        for row, bare in zip(rows, without_learned_each(stored), strict=True):
            row.bare = bare
        return rows

    @typed(lambda row: row.bare["composite"] if row.bare else None)
    @admin.display(description="without learned")
    def without_learned(self, row: AnyScore) -> str:
        """The composite if there were no learned model; a dash where none counts."""
        bare: dict[str, float | None] = getattr(row, "bare", {})
        return wording.points(bare["composite"]) if bare else wording.NOTHING

    @admin.display(description="band", ordering=UnknownLast("composite"))
    def label(self, row: AnyScore) -> str:
        """The band of the composite."""
        return wording.band(row.band)

    @typed(attrgetter("coverage"), "known, share 0..1")
    @admin.display(description="known (of what always counts)")
    def known(self, row: AnyScore) -> str:
        """The share of the weight of what always counts that is known."""
        return wording.share(row.coverage)

    @admin.display(description="key")
    def key(self, row: AnyScore) -> str:
        """The key of the project."""
        return row.project.key

    @admin.display(description="place")
    def place_name(self, row: AnyScore) -> str:
        return row.project.place.name


class JobScoreAdmin(ReadOnly[JobScore]):
    """What jobs made for another day, seed or number of draws: never a current score."""

    list_display = (
        "project", "place_name", "lens", "as_of", COMPOSITE, "label", *DIMENSIONS, "known",
    )  # fmt: skip
    more_columns = ("key", "interval_low", "interval_high", "edition", "computed_at", "job")
    list_filter = ("band", ProjectPlaceFilter, "as_of")
    list_select_related = ("project__place", "job__lens__importer")
    search_fields = ("=project__key", "project__name", "=job__id")
    search_help_text = "name of the project, its whole key, or the id of the job"
    fields = (
        ("project", "job"), ("as_of", "edition", "input_version", "computed_at"),
        ("composite", "band", "coverage", "interval_low", "interval_high"), DIMENSION_FIELDS,
    )  # fmt: skip
    ordering = ("job_id", UnknownLast("composite", descending=True), "project_id")
    tie = "project_id"
    within = ("job_id",)

    label = AnyScoreAdmin.label
    known = AnyScoreAdmin.known
    key = AnyScoreAdmin.key
    place_name = AnyScoreAdmin.place_name

    @admin.display(description="buyer's view")
    def lens(self, row: JobScore) -> str:
        """The job's."""
        return str(row.job.lens)


class ScoreAdmin(AnyScoreAdmin[Score]):
    """The ranking: worst first, not assessed last. Ties are ties."""

    list_display = (
        "project", "place_name", "lens", COMPOSITE, "label", *DIMENSIONS, "without_learned",
        "known",
    )  # fmt: skip
    more_columns = ("key", "interval_low", "interval_high", "method", "as_of", "computed_at")
    list_filter = (
        ViewFilter, "band", ProjectMineralFilter, ProjectRegionFilter, ProjectPlaceFilter,
        RankedFilter, "project__kind", *score_ranges(NodeRange), "computed_at",
    )  # fmt: skip
    sortable_by: ClassVar[Any] = ("label", COMPOSITE, *DIMENSIONS)
    ordering = ("lens_id", UnknownLast("composite", descending=True), "project_id")
    tie = "project_id"
    within = ("lens_id",)
    change_form_template = "admin/current_score.html"

    def get_urls(self) -> list[URLPattern]:
        why = path(
            "<path:object_id>/why/",
            self.admin_site.admin_view(self.why),
            name="riskscore_score_why",
        )
        return [why, *super().get_urls()]

    def why(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Why it changed since the version before, and what would move it to the next band."""
        score = self.row(request, object_id)
        if not self.has_view_permission(request, score):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Why it changed, what would move it",
            "subtitle": f"{score.project} through {score.lens}",
            "score": score,
            "why": score_changes.of(score),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/score_why.html", context)


class ScoreHistoryAdmin(AnyScoreAdmin[ScoreHistory]):
    """Every score that differed from the one before it, newest first."""

    list_display = (
        "computed_at", "project", "lens", COMPOSITE, "without_learned", "label", *DIMENSIONS,
        "method", "edition", "input_version",
    )  # fmt: skip
    list_filter = ("lens", "band")
    ordering = ("-id",)
    sortable_by = ()
