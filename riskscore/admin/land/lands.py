"""Mapped lands: layers come as files, outlines of projects as GeoJSON; each is checked whole."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from riskscore.admin.ui import wording
from riskscore.admin.ui.pages import Bounded, Form, ReadOnly, Rescoring
from riskscore.curation import land_layers
from riskscore.maps import MOST_BYTES, BadMap
from riskscore.models import Footprint, Land, LandLayer


class LayerForm(Form[LandLayer]):
    """A layer and its file."""

    upload = forms.FileField(
        label="File", help_text="GeoJSON, a zipped shapefile or a GeoPackage; at most 32 MB."
    )
    mapped_area = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=(
            "The region in which a land that is not on the map is not there: west, south, east,"
            " north in degrees (-74, -18, -44, 5.5), or GeoJSON polygons. Outside, all is unknown."
        ),
    )
    system = forms.CharField(
        required=False,
        label="Coordinate system",
        help_text="Only if the file's own word is wrong: EPSG:<number> or a PROJ string.",
    )
    named_by = forms.CharField(
        required=False, label="Names are in", help_text="The property that holds each land's name."
    )

    class Meta:
        model = LandLayer
        fields = ("code", "name", "steward", "source", "licence", "redistributable")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                cleaned["prepared"] = land_layers.prepare(
                    cleaned["upload"].read(MOST_BYTES + 1),
                    land_layers.mapped_area(cleaned["mapped_area"]),
                    system=cleaned["system"].strip(),
                    named_by=cleaned["named_by"].strip(),
                )
            except BadMap as error:
                raise ValidationError(f"Nothing was loaded: {error}") from None
        return cleaned


class LandLayerAdmin(Rescoring[LandLayer]):
    """A new version of a layer replaces the one with its code; all versions stay."""

    form = LayerForm
    list_display = (
        "name", "code", "steward", "lands_count", "licence", "entered_at", "entered_by", "holds",
    )  # fmt: skip
    list_select_related = ("entered_by", "edition")
    search_fields = ("name", "=code", "steward")
    actions = ("withdraw_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LandLayer]:
        return super().get_queryset(request).defer("mapped")

    def has_change_permission(self, request: HttpRequest, obj: LandLayer | None = None) -> bool:
        return False

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Whether this person may load, and so withdraw, layers."""
        return self.has_add_permission(request)

    def get_fields(self, request: HttpRequest, obj: LandLayer | None = None) -> tuple[Any, ...]:
        about = (("code", "name"), ("steward", "licence", "redistributable"))
        if obj is None:
            return (*about, "source", "upload", "mapped_area", ("system", "named_by"))
        file = ("file", "crs", "sha256", "lands_count")
        return (*about, "where", *file, ("entered_by", "entered_at", "edition"), "holds")

    def get_readonly_fields(
        self, request: HttpRequest, obj: LandLayer | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("where", "entered_at", "holds")

    def save_model(self, request: HttpRequest, obj: LandLayer, form: Any, change: bool) -> None:
        obj.file = form.cleaned_data["upload"].name[:200]
        land_layers.load_layer(obj, form.cleaned_data["prepared"], by=request.user)

    @admin.display(description="source")
    def where(self, row: LandLayer) -> Any:
        """Where it comes from."""
        return wording.link(row.source)

    @admin.display(boolean=True)
    def holds(self, row: LandLayer) -> bool:
        """Whether projects are measured by this version."""
        return bool(row.sha256) and not row.newer().exists()

    @admin.action(description="Withdraw the selected layers", permissions=["withdraw"])
    def withdraw_selected(self, request: HttpRequest, chosen: QuerySet[LandLayer]) -> None:
        over = [layer for layer in chosen if self.holds(layer)]
        for layer in over:
            land_layers.withdraw_layer(layer, by=request.user)
        level = messages.SUCCESS if over else messages.WARNING
        self.message_user(request, f"{len(over)} layers are withdrawn.", level)


class LandAdmin(ReadOnly[Land]):
    list_display = ("name", "number", "layer")
    list_filter = ("layer__code",)
    list_select_related = ("layer",)
    search_fields = ("name",)
    paginator = Bounded

    def get_queryset(self, request: HttpRequest) -> QuerySet[Land]:
        return super().get_queryset(request).defer("outline", "layer__mapped")


class OutlineForm(Form[Footprint]):
    """A project's outline as text."""

    geojson = forms.CharField(
        required=False,
        label="Outline",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="GeoJSON polygons in WGS 84, longitude first. Empty takes the outline back.",
    )

    class Meta:
        model = Footprint
        fields = ("project", "source")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["drawn"] = None
        if not self.errors and cleaned["geojson"].strip():
            try:
                text = cleaned["geojson"].strip().encode()
                cleaned["drawn"] = land_layers.outline_of(cleaned["project"], text)
            except BadMap as error:
                raise ValidationError({"geojson": str(error)}) from None
        return cleaned


class FootprintAdmin(Rescoring[Footprint]):
    """An outline counts in place of the radius by stage. A new one replaces it; both stay."""

    form = OutlineForm
    list_display = ("project", "source", "entered_by", "entered_at")
    list_select_related = ("project", "entered_by")
    search_fields = ("=project__key", "project__name")
    autocomplete_fields = ("project",)

    def has_change_permission(self, request: HttpRequest, obj: Footprint | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Footprint | None = None) -> tuple[Any, ...]:
        if obj is None:
            return ("project", "geojson", "source")
        return ("project", "source", "entered_by", "entered_at", "edition")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Footprint | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("entered_at",)

    def save_model(self, request: HttpRequest, obj: Footprint, form: Any, change: bool) -> None:
        drawn = form.cleaned_data["drawn"]
        made = land_layers.draw_outline(obj.project, drawn, obj.source, by=request.user)
        obj.pk = made.pk
