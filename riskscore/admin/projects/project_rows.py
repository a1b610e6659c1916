"""The list of projects: its columns, filters and order, and what is done to many at once."""

from collections.abc import Sequence, Set
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import FilteredRelation, Prefetch, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from riskscore.admin.map import small_map
from riskscore.admin.projects import bulk_consequences
from riskscore.admin.ui import wording
from riskscore.admin.ui.confirmed_actions import Consequence
from riskscore.admin.ui.filters import (
    BandFilter,
    FlagFilter,
    MineralFilter,
    PlaceFilter,
    ProjectNodeRange,
    RankedProjectFilter,
    RegionFilter,
    StageFilter,
    score_ranges,
)
from riskscore.admin.ui.lists.columns import typed
from riskscore.admin.ui.lists.ordered import UnknownLast
from riskscore.admin.ui.pages import Rescoring
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.admin.watching import watch_button
from riskscore.admin.work import start_jobs
from riskscore.curation import project_edits
from riskscore.jobs import requests
from riskscore.models import Mineral, Project, ProjectMineral, Score
from riskscore.models.scores import NODES, Band


def _shown(row: Project) -> Score | None:
    """The project's score through the lens that lists show, as the list has fetched it."""
    scores: list[Score] = row.shown  # type: ignore[attr-defined]
    return scores[0] if scores else None


def _of_score(row: Project, name: str) -> float | None:
    """A number of the project's score; None if it has none, or nobody knows."""
    score = _shown(row)
    return getattr(score, name) if score else None


def _dimension(name: str) -> Any:
    """One dimension as a rounded column that sorts by the stored number."""

    @typed(lambda row: _of_score(row, name))
    @admin.display(description=name, ordering=UnknownLast(f"seen_score__{name}"))
    def rounded(row: Project) -> str:
        return wording.points(_of_score(row, name))

    rounded.__name__ = name
    return rounded


DIMENSIONS = tuple(_dimension(name) for name in NODES[1:])


def _minerals(row: Project) -> list[Mineral]:
    """What a project yields, the primary one first."""
    order = ProjectMineral.Role.values
    parts = sorted(row.minerals.all(), key=lambda part: order.index(part.role))
    return [part.mineral for part in parts]


class ProjectRows(Rescoring[Project]):
    """Projects in a list, with the scores that they have through the buyer's view of all lists."""

    change_list_template = "admin/map/beside_list.html"
    rests_on = ("state",)
    list_display = (
        "key", "name", "country", "kind", "yields", "composite", "band", "known", "state", "marks",
    )  # fmt: skip
    list_display_links = ("key", "name")
    more_columns = (
        *DIMENSIONS, "stage", "status", "regions", "latitude", "longitude", "source_id",
        "created_at", "updated_at",
    )  # fmt: skip
    list_filter = (
        BandFilter, MineralFilter, RegionFilter, PlaceFilter, "state", "kind", StageFilter,
        RankedProjectFilter, FlagFilter, *score_ranges(ProjectNodeRange), "updated_at",
    )  # fmt: skip
    list_select_related = ("place",)
    search_fields = ("=key", "name", "=place__code", "place__name")
    search_help_text = "words of name and key, country, region or mineral, in any order"
    sortable_by: ClassVar[Any] = (
        "key", "name", "country", "kind", "state", "composite", *DIMENSIONS,
    )  # fmt: skip
    actions = (
        "rescore_selected", "archive_selected", "publish_selected", watch_button.watch_selected,
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        """For the list: minerals, scores and regions of the whole page in one query each."""
        scores = Score.objects.filter(lens=shown_lens()).only("project", *NODES, "band", "coverage")
        seen = FilteredRelation("scores", condition=Q(scores__lens=shown_lens()))
        return (
            super()
            .get_queryset(request)
            .annotate(seen_score=seen)
            .prefetch_related(
                Prefetch("minerals", ProjectMineral.objects.select_related("mineral")),
                Prefetch("scores", scores, to_attr="shown"),
            )
        )

    @typed(lambda row: row.place.name)
    @admin.display(description="place", ordering="place__name")
    def country(self, row: Project) -> SafeString:
        """The place, as a link to its profile."""
        link = reverse("admin:profile_place", args=[row.place_id])
        return format_html('<a href="{}">{}</a>', link, row.place.name)

    @typed(lambda row: ", ".join(mineral.name for mineral in _minerals(row)))
    @admin.display(description="minerals")
    def yields(self, row: Project) -> SafeString:
        """The minerals, the primary one first, as links to their profiles."""
        links = (
            (reverse("admin:profile_mineral", args=[mineral.pk]), mineral.name)
            for mineral in _minerals(row)
        )
        return format_html_join(", ", '<a href="{}">{}</a>', links)

    @typed(lambda row: _of_score(row, "composite"))
    @admin.display(ordering=UnknownLast("seen_score__composite"))
    def composite(self, row: Project) -> str:
        return wording.points(_of_score(row, "composite"))

    @typed(lambda row: Band(score.band).label if (score := _shown(row)) else None)
    @admin.display
    def band(self, row: Project) -> str:
        score = _shown(row)
        return wording.band(score.band) if score else wording.NOTHING

    @typed(lambda row: _of_score(row, "coverage"), "known, share 0..1")
    @admin.display(description="known (of what always counts)")
    def known(self, row: Project) -> str:
        """The share of the weight of what always counts that is known."""
        return wording.share(_of_score(row, "coverage"))

    @admin.display
    def regions(self, row: Project) -> str:
        """The regions of its country."""
        return ", ".join(part.region.name for part in row.place.regions.all())

    def prepared(self, rows: list[Any], names: Set[str]) -> list[Any]:
        """With the regions of their countries, where they are shown."""
        if "regions" in names:
            prefetch_related_objects(rows, "place__regions__region")
        return rows

    @admin.display(description="flags")
    def marks(self, row: Project) -> str:
        return ", ".join(flag.replace("_", " ") for flag in row.flags)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"map_link": small_map.of_list(request), **(extra_context or {})}
        return super().changelist_view(request, shown)

    def has_rescore_permission(self, request: HttpRequest) -> bool:
        """Whether this person may start rescoring."""
        return start_jobs.allowed(request)

    def consequences(
        self, request: HttpRequest, action: str, chosen: QuerySet[Project]
    ) -> Sequence[Consequence]:
        return bulk_consequences.of(action, chosen)

    @admin.action(description="Rescore the selected projects", permissions=["rescore"])
    def rescore_selected(self, request: HttpRequest, chosen: QuerySet[Project]) -> None:
        keys = list(
            chosen.order_by("key").values_list("key", flat=True)[: start_jobs.MOST_KEYS + 1]
        )
        if len(keys) > start_jobs.MOST_KEYS:
            text = (
                f"More than {start_jobs.MOST_KEYS:,} projects: rescore everything, or choose fewer."
            )
            self.message_user(request, text, messages.ERROR)
            return
        queue = requests.queue_for(len(keys))
        start_jobs.attempt(request, {"keys": keys}, queue=queue, reason="asked for in the list")

    @admin.action(description="Archive the selected projects", permissions=["change"])
    def archive_selected(self, request: HttpRequest, chosen: QuerySet[Project]) -> None:
        self._turn(request, chosen, Project.State.ARCHIVED)

    @admin.action(description="Publish the selected projects", permissions=["change"])
    def publish_selected(self, request: HttpRequest, chosen: QuerySet[Project]) -> None:
        self._turn(request, chosen, Project.State.PUBLISHED)

    def _turn(self, request: HttpRequest, chosen: QuerySet[Project], state: str) -> None:
        """Bring projects into a state, note it in their histories, rescore what is published."""
        turned = list(chosen.exclude(state=state))
        with transaction.atomic():
            Project.objects.filter(pk__in=[project.pk for project in turned]).update(state=state)
            for project in turned:
                project.state = state
                self.log_change(request, project, f"Turned {state}.")
            project_edits.projects_changed(
                turned, by=request.user, reason=f"turned {state} in admin"
            )
        self.message_user(request, f"Now {state}: {wording.count(len(turned), 'project')}.")
