"""What came out: scores and their history, each with its explanation. Only programs write them."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, OrderBy, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from riskscore.admin.results import panels, score_changes
from riskscore.admin.ui import wording
from riskscore.admin.ui.filters import ProjectPlaceFilter
from riskscore.admin.ui.lists import List
from riskscore.admin.ui.pages import ReadOnly
from riskscore.models import Score, ScoreHistory
from riskscore.models.scores import NODES, ScoreColumns
from riskscore.scoring import ranking
from riskscore.scoring.learned_contribution import without_learned_each
from riskscore.scoring.stored_score import StoredScore

AnyScore = TypeVar("AnyScore", Score, ScoreHistory)


#: Headings that leave room for the columns.
SHORT = {"geopolitical": "geopol.", "concentration": "concentr.", "indigenous": "indig."}


class UnknownLast(OrderBy):
    """An order by a score that keeps the not assessed last, also when people turn it round."""

    def __init__(self, name: str, *, descending: bool = False) -> None:
        super().__init__(F(name), descending=descending, nulls_last=True)

    def reverse_ordering(self) -> "UnknownLast":
        self.descending = not self.descending
        return self


def _column(name: str) -> Callable[[ScoreColumns], str]:
    """One node as a rounded column that sorts by the stored number."""

    @admin.display(description=SHORT.get(name, name), ordering=UnknownLast(name))
    def rounded(row: ScoreColumns) -> str:
        return wording.points(getattr(row, name))

    return rounded


COMPOSITE, *DIMENSIONS = (_column(name) for name in NODES)


class RankedFilter(admin.SimpleListFilter):
    """Scores of ranked projects: each site once, and only where it has an output."""

    title, parameter_name = "ranked", "ranked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "ranked projects only")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Score]) -> QuerySet[Score]:
        return ranking.only_ranked(queryset) if self.value() == "yes" else queryset


class WithoutLearned(List):
    """A page of scores, each with what it would be without learned models: all at once."""

    def get_results(self, request: HttpRequest) -> None:
        """Compute them for the rows of this page."""
        super().get_results(request)
        rows = list(self.result_list)
        stored = [(row.method_id, StoredScore.from_instance(row)) for row in rows]
        for row, bare in zip(rows, without_learned_each(stored), strict=True):
            row.bare = bare
        self.result_list = rows


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

    def around(self, request: HttpRequest, row: AnyScore) -> dict[str, Any]:
        return {"panels": [panels.of(row)], "subtitle": f"{row.project} through {row.lens}"}

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[List]:
        return WithoutLearned

    @admin.display(description="without learned")
    def without_learned(self, row: AnyScore) -> str:
        """The composite if there were no learned model; a dash where none counts."""
        bare: dict[str, float | None] = getattr(row, "bare", {})
        return wording.points(bare["composite"]) if bare else wording.NOTHING

    @admin.display(description="band", ordering=UnknownLast("composite"))
    def label(self, row: AnyScore) -> str:
        """The band of the composite."""
        return wording.band(row.band)

    @admin.display(description="known", ordering="coverage")
    def known(self, row: AnyScore) -> str:
        """The share of the weight that is known."""
        return wording.share(row.coverage)

    @admin.display(description="place")
    def place_name(self, row: AnyScore) -> str:
        return row.project.place.name


class ScoreAdmin(AnyScoreAdmin[Score]):
    """The ranking: worst first, not assessed last. Ties are ties."""

    list_display = (
        "project",
        "place_name",
        COMPOSITE,
        "without_learned",
        "label",
        *DIMENSIONS,
        "known",
        "lens",
    )
    list_filter = ("lens", "band", RankedFilter, ProjectPlaceFilter, "project__kind")
    ordering = ("lens", UnknownLast("composite", descending=True), "project_id")
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
