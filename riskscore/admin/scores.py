"""What came out: scores and their history, each with its explanation. Only programs write them."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from riskscore.admin import panels, wording
from riskscore.admin.filters import ProjectPlaceFilter
from riskscore.admin.pages import Bounded, ReadOnly
from riskscore.models import Band, Score, ScoreHistory
from riskscore.models.scores import ScoreColumns

AnyScore = TypeVar("AnyScore", bound=ScoreColumns)

SCALARS = ("composite", "geopolitical", "concentration", "labour", "indigenous")


def badge(band: int) -> SafeString:
    """A band by its name on its colour."""
    return format_html(
        '<span class="band {}">{}</span>', wording.band_class(band), Band(band).label
    )


class AnyScoreAdmin(ReadOnly[AnyScore]):
    """The columns that a current score and an old one share."""

    change_form_template = "admin/score.html"
    list_select_related = ("project__place", "lens", "method")
    search_fields = ("=project__key", "project__name")
    search_help_text = "name of the project, or its whole key"
    paginator = Bounded
    fields = (
        ("project", "lens"), ("method", "model", "job"),
        ("as_of", "edition", "input_version", "computed_at"),
    )  # fmt: skip

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        score = self.get_object(request, object_id)
        shown = {"panels": [panels.of(score)]} if score else {}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **shown}
        )

    @admin.display(description="band", ordering="band")
    def label(self, row: AnyScore) -> SafeString:
        """The band of the composite."""
        return badge(row.band)

    @admin.display(description="known", ordering="coverage")
    def known(self, row: AnyScore) -> str:
        """The share of the weight that is known."""
        return wording.share(row.coverage)

    @admin.display(description="place")
    def place(self, row: Score | ScoreHistory) -> str:
        return str(row.project.place)


def _column(name: str) -> Any:
    """One score as a rounded column that sorts by the stored number, unknown last."""

    @admin.display(description=name, ordering=F(name).asc(nulls_last=True))
    def rounded(_page: Any, row: ScoreColumns) -> str:
        return wording.points(getattr(row, name))

    return rounded


for _name in SCALARS:
    setattr(AnyScoreAdmin, f"{_name}_points", _column(_name))

COLUMNS = tuple(f"{name}_points" for name in SCALARS)


@admin.register(Score)
class ScoreAdmin(AnyScoreAdmin[Score]):
    """The ranking: worst first, not assessed last. Ties share their place."""

    list_display = ("project", "place", "lens", *COLUMNS, "label", "known")
    list_filter = ("lens", "band", ProjectPlaceFilter, "project__kind")
    ordering = ("lens", F("composite").desc(nulls_last=True), "project")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Score]:
        return super().get_queryset(request).defer(*panels.ARRAYS)


@admin.register(ScoreHistory)
class ScoreHistoryAdmin(AnyScoreAdmin[ScoreHistory]):
    """Every score that differed from the one before it, newest first."""

    list_display = (
        "computed_at", "project", "lens", *COLUMNS, "label", "method", "edition", "input_version",
    )  # fmt: skip
    list_filter = ("lens", "band")
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScoreHistory]:
        return super().get_queryset(request).defer(*panels.ARRAYS)
