"""Filters of the lists that are about projects and their scores."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from riskscore.admin.ui.lists.ranges import Range
from riskscore.admin.ui.lists.several import Several, Values
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.engine.inputs.land_overlap import STAGES
from riskscore.errors import NotFoundError
from riskscore.models import Evidence, Mineral, Place, Project, ProjectMineral, Region, Score
from riskscore.models.places import RegionMember
from riskscore.models.scores import NODES, Band
from riskscore.sourcing import regions

#: What stands in an address for "nothing": no flag, no stage, no score.
NONE = "none"


class PlaceFilter(Several):
    """Rows of some countries."""

    title, parameter_name = "place", "place"
    place = "place"

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        countries = Place.objects.filter(kind=Place.Kind.COUNTRY).order_by("name")
        return countries.values_list("code", "name")

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return rows.filter(**{f"{self.place}__in": values})


class ProjectPlaceFilter(PlaceFilter):
    """Rows whose project lies in some countries."""

    place = "project__place"


class RegionFilter(Several):
    """Rows of the countries of some regions, such as Latin America."""

    title, parameter_name = "region", "region"
    place = "place"

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        return Region.objects.order_by("name").values_list("code", "name")

    def meant(self, value: str) -> str:
        """A region by any of its names: ``latin-america``, Latinoamérica."""
        try:
            return next(iter(regions.found([value]).regions), value)
        except NotFoundError:
            return value

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        members = RegionMember.objects.filter(region__in=values)
        # As values, so that the database knows how many rows they are.
        return rows.filter(**{f"{self.place}__in": set(members.values_list("place", flat=True))})


class ProjectRegionFilter(RegionFilter):
    """Rows whose project lies in some regions."""

    place = "project__place"


class MineralFilter(Several):
    """Projects that yield any of some minerals, in whatever role."""

    title, parameter_name = "mineral", "mineral"
    project = "pk"

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        return Mineral.objects.order_by("name").values_list("code", "name")

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        yields = ProjectMineral.objects.filter(project=OuterRef(self.project), mineral__in=values)
        return rows.filter(Exists(yields))


class ProjectMineralFilter(MineralFilter):
    """Rows whose project yields any of some minerals."""

    project = "project_id"


class MineralOfRow(MineralFilter):
    """Rows about any of some minerals."""

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return rows.filter(mineral__in=values)


class FlagFilter(Several):
    """Projects with any of some flags; flags keep some of them out of rankings."""

    title, parameter_name = "flag", "flag"

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        plain = [(flag.value, flag.value.replace("_", " ")) for flag in Project.Flag]
        return [*plain, (NONE, "no flag")]

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        flags = [value for value in values if value != NONE]
        result = Q(flags__overlap=flags) if flags else Q(pk__in=())
        return rows.filter(result | Q(flags=[]) if NONE in values else result)


class RankedProjectFilter(Several):
    """Projects that count in rankings and profiles, each site once and only with an output."""

    title, parameter_name = "ranked", "ranked"

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        return [("yes", "ranked projects only")]

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return rows.exclude(flags__overlap=list(Project.UNRANKED))


class StageFilter(Several):
    """Projects at any of some stages."""

    title, parameter_name = "stage", "stage"

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        return [*((stage, stage) for stage in STAGES), (NONE, "unknown")]

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return rows.filter(stage__in=["" if value == NONE else value for value in values])


class BandFilter(Several):
    """Projects by the band of their composite through the buyer's view that lists show."""

    title, parameter_name = "band", "band"

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        return [*((value, str(words)) for value, words in Band.choices), (NONE, "no score yet")]

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        scores = Score.objects.filter(project=OuterRef("pk"), lens=shown_lens())
        bands = [int(value) for value in values if value != NONE]
        result = Q(Exists(scores.filter(band__in=bands))) if bands else Q(pk__in=())
        return rows.filter(result | ~Q(Exists(scores)) if NONE in values else result)


class NodeRange(Range):
    """Scores of a node from–to. Not assessed lies in no range."""

    scale = "0 to 100"


class ProjectNodeRange(NodeRange):
    """Projects whose score, through the buyer's view that lists show, lies from–to."""

    def within(self, rows: QuerySet[Any], low: Any, high: Any) -> QuerySet[Any]:
        scores = Score.objects.filter(project=OuterRef("pk"), lens=shown_lens())
        return rows.filter(Exists(scores.filter(self.between(self.field_name, low, high))))


def score_ranges(kind: type[NodeRange]) -> tuple[type[NodeRange], ...]:
    """A filter from–to for the composite, each dimension, and how much is known."""
    nodes = (
        type(f"{node}{kind.__name__}", (kind,),
             {"title": node, "parameter_name": node, "field_name": node})
        for node in NODES
    )  # fmt: skip
    known = type(
        f"Known{kind.__name__}",
        (kind,),
        {"title": "known", "parameter_name": "known", "field_name": "coverage", "unit": 0.01,
         "scale": "per cent of the weight"},
    )  # fmt: skip
    return (*nodes, known)


class VersionFilter(Several):
    """Statements that hold now, or those that a newer version has replaced."""

    title, parameter_name = "version", "version"

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        return [("current", "current"), ("superseded", "superseded")]

    def chosen(self, rows: QuerySet[Evidence], values: Values) -> QuerySet[Evidence]:
        if len(values) > 1:
            return rows
        newer = Exists(rows.model._base_manager.filter(supersedes=OuterRef("pk")))
        return rows.exclude(newer) if values == ["current"] else rows.filter(newer)
