"""Maps: layers come as files that a worker imports, outlines of projects as GeoJSON."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from riskscore.admin.map import small_map
from riskscore.admin.ui import wording
from riskscore.admin.ui.confirmed_actions import Consequence
from riskscore.admin.ui.pages import Form, OneButton, ReadOnly, Rescoring
from riskscore.admin.withdrawals.withdraw_page import Withdrawable, way
from riskscore.curation import land_layers
from riskscore.intake import requests
from riskscore.models import Footprint, Intake, Land, LandLayer, Lens, Withdrawal
from riskscore.sources.maps import BadMap
from riskscore.sources.tables import map_layers

#: How a file is taken in.
WAYS = ("dry_run", "skip_bad", "repair", "replace")


class LayerForm(Form[LandLayer]):
    """What a map is, and its file, which a worker reads."""

    upload = forms.FileField(
        label="File",
        help_text=(
            "GeoJSON, a zipped shapefile or a GeoPackage; at most 32 MB. Communities and languages"
            " are points; they may come as CSV or Excel too, with name, latitude and longitude."
        ),
    )
    mapped_area = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=(
            "Where what is not on the map is not there: west, south, east, north in degrees"
            " (-74, -18, -44, 5.5), GeoJSON polygons, or codes of countries (ARG, CHL). Outside,"
            " all is unknown. Empty: the map never tells absence."
        ),
    )
    system = forms.CharField(
        required=False,
        label="Coordinate system",
        help_text="Only if the file's own word is wrong: EPSG:<number> or a PROJ string.",
    )
    named_by = forms.CharField(
        required=False, label="Names are in", help_text="The property or column of the names."
    )
    people_by = forms.CharField(
        required=False, label="Peoples are in", help_text="The property or column of the peoples."
    )
    code_by = forms.CharField(
        required=False, label="Codes are in", help_text="The steward's own number of each."
    )

    replace = forms.BooleanField(
        required=False, label="Smaller", help_text="It may lack much of the version before."
    )
    dry_run = forms.BooleanField(
        required=False,
        initial=True,
        label="Preview first",
        help_text="Only say what would change and what is wrong; you then confirm it.",
    )
    skip_bad = forms.BooleanField(
        required=False,
        label="Without what is wrong",
        help_text=(
            "Load the rest; what is left out is named, and counts as absent in the mapped area."
        ),
    )
    repair = forms.BooleanField(
        required=False,
        label="Mend shapes",
        help_text=(
            "Close rings, undo loops and spikes, join parts that overlap, cut at 180°. The report"
            " says for each by how much its area moved. What could mean two things stays a fault."
        ),
    )

    class Meta:
        model = LandLayer
        fields = (
            "kind", "code", "name", "steward", "source", "published_edition", "licence",
            "attribution", "redistributable",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        stated = ("kind", "code", "name", "steward", "source", "attribution", "system")
        chosen = {
            "name": cleaned["named_by"].strip(),
            "people": cleaned["people_by"].strip(),
            "code": cleaned["code_by"].strip(),
        }
        cleaned["options"] = requests.ImportOptions(
            source=map_layers.SOURCE.code,
            layer={
                **{name: cleaned[name].strip() for name in stated},
                "mapped": cleaned["mapped_area"],
            },
            mapping={ours: theirs for ours, theirs in chosen.items() if theirs},
            licence=cleaned["licence"],
            redistributable=cleaned["redistributable"],
            published_edition=cleaned["published_edition"],
            **{way: cleaned[way] for way in WAYS},
        )
        try:
            requests.check(cleaned["options"])
        except requests.CannotTakeIn as error:
            raise ValidationError(f"Nothing was loaded: {error}") from None
        return cleaned


class LandLayerAdmin(Withdrawable[LandLayer], OneButton[LandLayer], Rescoring[LandLayer]):
    """A new version of a layer replaces the one with its code; all versions stay.

    A worker reads the file; its page shows how far it is and what is wrong with it.
    """

    form = LayerForm
    change_form_template = "admin/land_layer.html"
    list_display = (
        "name", "kind", "code", "steward", "lands_count", "licence", "entered_at", "entered_by",
        "holds",
    )  # fmt: skip
    list_filter = ("kind",)
    list_select_related = ("entered_by", "edition")
    search_fields = ("name", "=code", "steward")
    actions = ("withdraw_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LandLayer]:
        """With whether a later version is there, in the same question."""
        newer = LandLayer.objects.filter(code=OuterRef("code"), edition__gt=OuterRef("edition"))
        rows = super().get_queryset(request).defer("mapped")
        return rows.annotate(is_replaced=Exists(newer))

    def around(self, request: HttpRequest, row: LandLayer) -> dict[str, Any]:
        """The way to its withdrawal, or what became of it."""
        gone = Withdrawal.objects.filter(layer=row).first()
        may = "" if row.is_replaced else way(request, row)  # type: ignore[attr-defined]
        return {"withdraw": may, "withdrawn": gone}

    def has_change_permission(self, request: HttpRequest, obj: LandLayer | None = None) -> bool:
        return False

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Whether this person may load, and so withdraw, layers."""
        return self.has_add_permission(request)

    def get_fields(self, request: HttpRequest, obj: LandLayer | None = None) -> tuple[Any, ...]:
        about = ("kind", ("code", "name"), ("steward", "published_edition"))
        rights = (("licence", "redistributable"), "attribution")
        if obj is None:
            names = (("named_by", "people_by", "code_by"), "system", *WAYS)
            return (*about, "source", *rights, "upload", "mapped_area", *names)
        file = ("file", "crs", "sha256", ("lands_count", "places"))
        record = (("entered_by", "entered_at", "edition"), "holds")
        return (*about, "where", *rights, *file, *record)

    def get_readonly_fields(
        self, request: HttpRequest, obj: LandLayer | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("where", "entered_at", "holds")

    def save_model(self, request: HttpRequest, obj: LandLayer, form: Any, change: bool) -> None:
        upload, options = form.cleaned_data["upload"], form.cleaned_data["options"]
        requests.take_in(upload, upload.name, options, by=request.user)

    def log_addition(self, request: HttpRequest, obj: LandLayer, message: Any) -> Any:
        """Nothing: there is no layer yet, and the import says who asked for it."""

    def response_add(
        self, request: HttpRequest, obj: LandLayer, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To the page that follows the file, for who may see it."""
        if not request.user.has_perm("riskscore.view_intake"):
            self.message_user(request, "A worker reads the file; the layer appears here then.")
            return HttpResponseRedirect(reverse("admin:riskscore_landlayer_changelist"))
        newest = Intake.objects.filter(created_by=request.user.pk).latest("id")
        return HttpResponseRedirect(reverse("admin:riskscore_intake_change", args=[newest.pk]))

    @admin.display(description="source")
    def where(self, row: LandLayer) -> Any:
        """Where it comes from."""
        return wording.link(row.source)

    @admin.display(description="in force", boolean=True)
    def holds(self, row: LandLayer) -> bool:
        """Whether projects are measured by this version."""
        return bool(row.sha256) and not row.is_replaced  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        mended = self.admin_site.admin_view(require_POST(self.mended))
        ours = [path("mended/<uuid:key>/", mended, name="riskscore_landlayer_mended")]
        return [*ours, *super().get_urls()]

    def mended(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Preview a map again, with shapes mended that can be."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        shown = get_object_or_404(Intake, pk=key)
        try:
            shown = requests.preview_mended(shown, by=request.user)
        except requests.CannotTakeIn as error:
            self.message_user(request, f"Nothing was started: {error}", messages.ERROR)
        return HttpResponseRedirect(reverse("admin:riskscore_intake_change", args=[shown.pk]))

    def consequences(
        self, request: HttpRequest, action: str, chosen: QuerySet[LandLayer]
    ) -> Sequence[Consequence]:
        over = [layer.pk for layer in chosen if self.holds(layer)]
        return (
            ("will be withdrawn: projects are not measured by them any more", len(over)),
            ("lands and places are on them", Land.objects.filter(layer__in=over).count()),
            ("are not in force and stay as they are", chosen.count() - len(over)),
            ("jobs are started at most, one for each buyer’s view with projects near",
             Lens.objects.filter(kept_current=True).count()),
        )  # fmt: skip

    @admin.action(description="Withdraw the selected layers", permissions=["withdraw"])
    def withdraw_selected(self, request: HttpRequest, chosen: QuerySet[LandLayer]) -> None:
        over = [layer for layer in chosen if self.holds(layer)]
        for layer in over:
            land_layers.withdraw_layer(layer, by=request.user)
        level = messages.SUCCESS if over else messages.WARNING
        self.message_user(request, f"Withdrawn: {wording.count(len(over), 'layer')}.", level)


class LandAdmin(ReadOnly[Land]):
    list_display = ("name", "people", "number", "layer")
    list_filter = ("layer__kind", "layer__code")
    list_select_related = ("layer",)
    search_fields = ("name", "people", "=code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Land]:
        return super().get_queryset(request).defer("outline", "layer__mapped")


class OutlineForm(Form[Footprint]):
    """A project's outline: corners, which the map adds by click, or GeoJSON."""

    corners = forms.CharField(
        required=False,
        label="Corners",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=(
            "One a line: latitude, longitude in degrees of WGS 84. A click on the map adds one; the"
            " last is joined to the first."
        ),
    )
    geojson = forms.CharField(
        required=False,
        label="Outline",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=(
            "In place of corners: GeoJSON polygons in WGS 84, longitude first. Both empty take the"
            " outline back."
        ),
    )

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = Footprint
        fields = ("project", "source")

    def implausible(self) -> Iterator[tuple[str, str]]:
        """An outline that nobody saw beside this form: it would be replaced unseen."""
        seen = self.cleaned_data.get("seen")
        newest = land_layers.newest_outline(self.cleaned_data["project"].pk)
        if newest is not None and seen is not None and newest.pk > seen:
            who, when = newest.entered_by or "a file", f"{newest.entered_at:%Y-%m-%d %H:%M}"
            words = f"{who} drew a newer outline on {when} ({newest.source})"
            yield "project", f"{words}. Yours would replace it."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["drawn"] = None
        if not self.errors:
            corners, text = cleaned["corners"].strip(), cleaned["geojson"].strip()
            if corners and text:
                raise ValidationError({"geojson": "Give corners or GeoJSON, not both."})
            field = "corners" if corners else "geojson"
            try:
                text = land_layers.polygon_of(corners) if corners else text
                if text:
                    cleaned["drawn"] = land_layers.outline_of(cleaned["project"], text.encode())
            except BadMap as error:
                raise ValidationError({field: str(error)}) from None
        return cleaned


class FootprintAdmin(Rescoring[Footprint]):
    """An outline counts in place of the radius by stage. A new one replaces it; both stay."""

    form = OutlineForm
    change_form_template = "admin/map/draw.html"
    list_display = ("project", "source", "entered_by", "entered_at")
    list_select_related = ("project", "entered_by")
    search_fields = ("=project__key", "project__name")
    autocomplete_fields = ("project",)

    def has_change_permission(self, request: HttpRequest, obj: Footprint | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Footprint | None = None) -> tuple[Any, ...]:
        if obj is None:
            return ("project", "corners", "geojson", "source", "seen")
        return ("project", "source", "entered_by", "entered_at", "edition")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Footprint | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("entered_at",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """With the newest outline that there is: a later one was not seen by this person."""
        newest = Footprint.objects.aggregate(last=Max("pk"))["last"] or 0
        return {**super().get_changeform_initial_data(request), "seen": newest}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form beside a map that shows the project, where one is named."""
        number = request.POST.get("project") or request.GET.get("project", "")
        shown = {"drawing": small_map.to_draw(request, number), **(extra_context or {})}
        return super().add_view(request, form_url, shown)

    def save_model(self, request: HttpRequest, obj: Footprint, form: Any, change: bool) -> None:
        drawn = form.cleaned_data["drawn"]
        made = land_layers.draw_outline(obj.project, drawn, obj.source, by=request.user)
        obj.pk = made.pk
