"""Places, their groups, minerals, and the points of the land layers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from riskscore.admin.map import small_map
from riskscore.admin.ui import wording
from riskscore.admin.ui.pages import Page, Part, ReadOnly
from riskscore.models import Locality, Mineral, Place, PlaceMember, Region, RegionMember, TradeCode
from riskscore.sourcing import regions


@admin.display(description="profile")
def profile(row: Place | Region | Mineral) -> SafeString:
    """Its profile: scores, supply, projects, sources."""
    if row.pk in regions.NOWHERE:
        return format_html("{}", wording.NOTHING)
    kind = "mineral" if isinstance(row, Mineral) else "place"
    link = reverse(f"admin:profile_{kind}", args=[row.pk])
    return format_html('<a href="{}" aria-label="Profile of {}">profile</a>', link, row.name)


class MembersOfGroup(Part[PlaceMember, Place]):
    """Who belongs to a group: as loaded, since every score from its side depends on it."""

    model = PlaceMember
    fk_name = "group"
    fields = ("member", "since", "until")
    verbose_name_plural = "members"

    def has_add_permission(self, request: HttpRequest, obj: Place | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Place | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Place | None = None) -> bool:
        return False


class PlaceAdmin(Page[Place]):
    """Countries and groups. The code is what everything else refers to."""

    list_display = ("code", "name", profile, "kind", "region", "aliases", "verified")
    list_filter = ("kind", "verified", "region")
    search_fields = ("=code", "name", "aliases")
    inlines = (MembersOfGroup,)
    change_form_template = "admin/map/beside_form.html"

    def around(self, request: HttpRequest, row: Place) -> dict[str, Any]:
        return {"small_map": small_map.of_place(request, row.code, row.name)}

    def get_readonly_fields(
        self, request: HttpRequest, obj: Place | None = None
    ) -> tuple[str, ...]:
        return ("code", "kind") if obj else ()


class PlaceMemberAdmin(ReadOnly[PlaceMember]):
    list_display = ("group", "member", "since", "until")
    list_filter = ("group",)
    list_select_related = ("group", "member")
    search_fields = ("member__name", "=member__code")


class MembersOfRegion(Part[RegionMember, Region]):
    """Which places lie in a region."""

    model = RegionMember
    fields = ("place", "verified", "source")
    autocomplete_fields = ("place",)
    verbose_name_plural = "members"


class RegionAdmin(Page[Region]):
    """Parts of the world as people name them; ask for one by its code, name or an alias."""

    list_display = ("code", "name", profile, "number", "aliases", "verified", "source")
    list_filter = ("verified",)
    search_fields = ("code", "name", "aliases")
    inlines = (MembersOfRegion,)
    change_form_template = "admin/map/beside_form.html"

    def around(self, request: HttpRequest, row: Region) -> dict[str, Any]:
        return {"small_map": small_map.of_place(request, row.code, row.name)}

    def get_readonly_fields(
        self, request: HttpRequest, obj: Region | None = None
    ) -> tuple[str, ...]:
        return ("code",) if obj else ()


class TradeCodesOfMineral(Part[TradeCode, Mineral]):
    """Customs codes of other stages, which scores do not read."""

    model = TradeCode
    fields = ("hs6", "stage", "what", "verified", "source")


class MineralAdmin(Page[Mineral]):
    """Minerals as statistics count them."""

    list_display = (
        "code", "name", profile, "basis", "production_stage", "hs6", "eol_rir", "aliases",
    )  # fmt: skip
    list_filter = ("production_stage", "trade_stage")
    search_fields = ("code", "name", "aliases")
    inlines = (TradeCodesOfMineral,)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Mineral | None = None
    ) -> tuple[str, ...]:
        return ("code",) if obj else ()


class LocalityAdmin(ReadOnly[Locality]):
    list_display = ("name", "code", "family", "latitude", "longitude", "release")
    list_filter = ("release",)
    list_select_related = ("release",)
    search_fields = ("name", "family")
