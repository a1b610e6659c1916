"""Filters of the lists: long ones as a select, sent by a form, so that no script is needed."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.models import Evidence, Mineral, Place, Project, ProjectMineral, Score
from riskscore.models.scores import Band


class SelectFilter(admin.SimpleListFilter):
    """A filter with too many values for a list of links."""

    template = "admin/select_filter.html"

    def choices(self, changelist: Any) -> Iterator[Any]:
        """First what the form must keep, then the options."""
        kept = changelist.get_filters_params(changelist.params).items()
        yield {
            "name": self.parameter_name,
            "kept": [(key, value) for key, value in _flat(kept) if key != self.parameter_name],
            "query": changelist.query,
        }
        for value, words in self.lookup_choices:
            yield {"value": value, "words": words, "selected": str(value) == self.value()}


def _flat(parameters: Any) -> Iterator[tuple[str, str]]:
    """(name, value) pairs; a parameter may have come several times."""
    for key, value in parameters:
        for one in value if isinstance(value, list) else [value]:
            yield key, one


class PlaceFilter(SelectFilter):
    """Rows of one country."""

    title, parameter_name = "place", "place"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        countries = Place.objects.filter(kind=Place.Kind.COUNTRY).order_by("name")
        return list(countries.values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(place=self.value()) if self.value() else queryset


class ProjectPlaceFilter(PlaceFilter):
    """Rows whose project lies in one country."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(project__place=self.value()) if self.value() else queryset


class MineralFilter(SelectFilter):
    """Projects that yield a mineral, in whatever role."""

    title, parameter_name = "mineral", "mineral"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return list(Mineral.objects.order_by("name").values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        yields = ProjectMineral.objects.filter(project=OuterRef("pk"), mineral=self.value())
        return queryset.filter(Exists(yields))


class FlagFilter(admin.SimpleListFilter):
    """Projects with a flag; flags keep some of them out of rankings."""

    title, parameter_name = "flag", "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        plain = [(flag.value, flag.value.replace("_", " ")) for flag in Project.Flag]
        return [*plain, ("none", "no flag")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "none":
            return queryset.filter(flags=[])
        return queryset.filter(flags__contains=[self.value()]) if self.value() else queryset


class RankedProjectFilter(admin.SimpleListFilter):
    """Projects that count in rankings and profiles: each site once, and only with an output."""

    title, parameter_name = "ranked", "ranked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "ranked projects only")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Project]) -> QuerySet[Project]:
        if self.value() != "yes":
            return queryset
        return queryset.exclude(flags__overlap=list(Project.UNRANKED))


class BandFilter(admin.SimpleListFilter):
    """Projects by the band of their composite through the lens that lists show."""

    title, parameter_name = "band", "band"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [*((str(value), words) for value, words in Band.choices), ("none", "no score yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        scores = Score.objects.filter(project=OuterRef("pk"), lens=shown_lens())
        if self.value() == "none":
            return queryset.exclude(Exists(scores))
        bands = {str(value): value for value in Band.values}
        matching = scores.filter(band=bands.get(self.value() or "", -1))
        return queryset.filter(Exists(matching))


class VersionFilter(admin.SimpleListFilter):
    """Statements that hold now, or all their versions."""

    title, parameter_name = "version", "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("current", "current"), ("superseded", "superseded")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Evidence]) -> QuerySet[Evidence]:
        if self.value() not in ("current", "superseded"):
            return queryset
        return queryset.filter(superseded_by__isnull=self.value() == "current")
