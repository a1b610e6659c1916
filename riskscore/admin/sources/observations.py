"""What publishers state: read-only, since every value is as it was published."""

from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from riskscore.admin.ui import wording
from riskscore.admin.ui.filters import MineralOfRow, PlaceFilter
from riskscore.admin.ui.lists.columns import typed
from riskscore.admin.ui.lists.several import Several, Values
from riskscore.admin.ui.pages import ReadOnly
from riskscore.admin.withdrawals.withdraw_page import Withdrawable, way
from riskscore.engine.catalogue import INDICATORS
from riskscore.models import Edition, Observation, Release, Source
from riskscore.releases import register


class SourceAdmin(ReadOnly[Source]):
    list_display = ("code", "title", "publisher", "url", "releases")
    search_fields = ("code", "title", "publisher")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).annotate(count=Count("releases"))

    @admin.display
    def releases(self, row: Source) -> SafeString:
        """How many releases of it are loaded, as a link to them."""
        place = reverse("admin:riskscore_release_changelist")
        count = row.count  # type: ignore[attr-defined]
        return format_html('<a href="{}?source__code__exact={}">{}</a>', place, row.code, count)


class ReleaseAdmin(Withdrawable[Release], ReadOnly[Release]):
    """The register: what was loaded, under which licence, and how much of the world it covers."""

    change_form_template = "admin/release.html"
    list_display = (
        "code", "source", "published_edition", "rows", "licence", "redistributable", "edition",
        "scored",
    )  # fmt: skip
    list_filter = ("redistributable", "scored", "source")
    list_select_related = ("source", "edition")
    search_fields = ("code", "source__title", "source__publisher", "published_edition")
    readonly_fields = ("values",)

    def around(self, request: HttpRequest, row: Release) -> dict[str, Any]:
        """Its coverage by indicator, and the countries that it leaves out."""
        return {
            "coverage": register.coverage(row),
            "unknown_places": register.unknown_places(row),
            "stands": register.standing(row),
            "withdraw": way(request, row),
        }

    @admin.display
    def values(self, row: Release) -> SafeString:
        """Its observations."""
        place = reverse("admin:riskscore_observation_changelist")
        return format_html('<a href="{}?release__id__exact={}">observations</a>', place, row.pk)


class EditionAdmin(ReadOnly[Edition]):
    list_display = ("number", "reason", "made_at")
    search_fields = ("reason",)


class IndicatorFilter(Several):
    """Observations of some indicators: the choices are the catalogue, not a scan of the table."""

    title, parameter_name = "indicator", "indicator"

    def lookups(self, request: HttpRequest) -> list[tuple[str, str]]:
        rows = (row for row in INDICATORS.values() if row.kind == "observation")
        return [(row.key, row.key) for row in rows]

    def chosen(self, rows: QuerySet[Observation], values: Values) -> QuerySet[Observation]:
        return rows.filter(indicator__in=values)


class ObservationAdmin(ReadOnly[Observation]):
    """Hundreds of thousands of values: found by indicator, release, place or mineral."""

    list_display = (
        "indicator", "place", "mineral", "importer", "year", "stated", "standard_error", "label",
        "release", "verified",
    )  # fmt: skip
    list_filter = (
        IndicatorFilter, PlaceFilter, MineralOfRow, "year", "value", "release", "verified",
    )  # fmt: skip
    list_select_related = ("place", "mineral", "importer", "release")
    search_fields = ("=place__code", "place__name", "=mineral__code", "mineral__name", "label")
    search_help_text = "place, mineral or label"
    readonly_fields = ("stated",)
    ordering = ("-id",)
    sortable_by = ()

    @typed(attrgetter("value"))
    @admin.display(description="value")
    def stated(self, row: Observation) -> str:
        """The value as its indicator means it; the label has the unit where units differ."""
        indicator = INDICATORS.get(row.indicator)
        return wording.raw(indicator, row.value)
