"""What scores are made of: methods, indicators, places, minerals, lenses."""

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.query_fields import ChoiceField, Several
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.api.lenses import LensSerializer
from riskscore.engine.catalogue import INDICATORS, Level
from riskscore.models import Lens, Method, Mineral, Place
from riskscore.models.methods import scoring_method

CODE = {"code": Order("code", "code")}
ID = {"id": Order("id", "id")}
TEXTS = "A text."


class PlaceSerializer(RowSerializer):
    """A country by its ISO 3166 alpha-3 code, or a group of countries."""

    code = serializers.CharField(help_text="ISO 3166 alpha-3, or the code of a group.")
    name = serializers.CharField(help_text="English name.")
    kind = serializers.ChoiceField(Place.Kind.values, help_text="A country or a group.")
    region = serializers.CharField(help_text="Region.")
    iso_numeric = serializers.CharField(help_text="ISO 3166 numeric code; empty for a group.")
    aliases = serializers.ListField(
        child=serializers.CharField(help_text=TEXTS), help_text="Other names that publishers use."
    )


class MineralSerializer(RowSerializer):
    """A mineral as production statistics count it."""

    code = serializers.CharField(help_text="Our code, stable for ever.")
    name = serializers.CharField(help_text="English name.")
    basis = serializers.CharField(help_text="What a tonne is a tonne of.")
    production_stage = serializers.CharField(help_text="Where production is counted.")
    trade_stage = serializers.CharField(help_text="Stage of the HS codes, not of production.")
    hs6 = serializers.ListField(
        child=serializers.CharField(help_text=TEXTS), help_text="HS codes that carry its trade."
    )
    eol_rir = serializers.FloatField(
        allow_null=True, help_text="End-of-life recycling input rate, 0..1."
    )
    aliases = serializers.ListField(
        child=serializers.CharField(help_text=TEXTS), help_text="Other names that publishers use."
    )


class MethodSummarySerializer(RowSerializer):
    """A version of a method."""

    code = serializers.CharField(help_text="Code of the method.")
    version = serializers.IntegerField(help_text="Version; published versions never change.")
    state = serializers.ChoiceField(
        Method.State.values, help_text="Retired versions score no more."
    )
    hash = serializers.CharField(help_text="SHA-256 of the canonical specification.")
    reason = serializers.CharField(help_text="Why this version exists.")
    created_at = serializers.DateTimeField(help_text="When it was recorded.")
    edition = serializers.IntegerField(
        allow_null=True, help_text="Since which edition we know it.", source="edition_id"
    )


class MethodSerializer(MethodSummarySerializer):
    """A version of a method with its whole specification: tree, weights, scales, reasons."""

    spec = serializers.DictField(help_text="The specification, as it is scored by.")


class IndicatorSerializer(serializers.Serializer[Any]):
    """A row of the catalogue."""

    key = serializers.CharField(help_text="Stable key.")
    label = serializers.CharField(help_text="Name.")
    kind = serializers.ChoiceField(
        ["observation", "indicator"],
        help_text="As a publisher states it, or as a method scores it.",
    )
    level = serializers.ChoiceField(
        [level.value for level in Level], help_text="What one value belongs to."
    )
    unit = serializers.CharField(help_text="Unit of the raw value.")
    worse = serializers.ChoiceField([1, -1], help_text="1: a higher value is riskier; -1: safer.")
    about = serializers.CharField(help_text="What it measures.")
    sources = serializers.ListField(
        child=serializers.CharField(help_text=TEXTS), help_text="Codes of its sources."
    )
    derived_from = serializers.ListField(
        child=serializers.CharField(help_text=TEXTS),
        help_text="Keys of the observations it is derived from.",
    )
    levels = serializers.ListField(
        child=serializers.CharField(help_text=TEXTS),
        help_text="Ordinal: the value is the index into this list.",
    )
    proxy_for = serializers.CharField(help_text="What it stands in for, if it is a proxy.")
    caution = serializers.CharField(help_text="Show this text wherever a value is shown.")


class IndicatorListSerializer(serializers.Serializer[Any]):
    """All indicators."""

    items = IndicatorSerializer(many=True, help_text="All.")
    next = serializers.CharField(allow_null=True, help_text="None.")


class PlaceFilters(FilterSet):
    """Filters of places."""

    kind = Filter(
        Several(ChoiceField(Place.Kind.values), help_text="Countries or groups."), "kind__in"
    )


class PlaceViewSet(ListRows, RetrieveRow):
    """All places."""

    tag = "catalogues"
    shows = ("place",)
    queryset = Place.objects.all()
    serializer_class = PlaceSerializer
    filterset_class = PlaceFilters
    orders = CODE
    about_one = "One place by its code."
    lookup_field = "code"
    lookup_value_converter = "slug"


class MineralViewSet(ListRows, RetrieveRow):
    """All minerals."""

    tag = "catalogues"
    shows = ("mineral",)
    queryset = Mineral.objects.all()
    serializer_class = MineralSerializer
    orders = CODE
    about_one = "One mineral by its code."
    lookup_field = "code"
    lookup_value_converter = "slug"


class LensViewSet(ListRows):
    """The lenses through which something was scored."""

    tag = "catalogues"
    shows = ("lens",)
    queryset = Lens.objects.all()
    serializer_class = LensSerializer
    orders = ID


def versions() -> QuerySet[Method]:
    """The method versions that the API shows; drafts, in review or not, are their authors' own."""
    return Method.objects.filter(state__in=Method.EVER_PUBLISHED)


class MethodViewSet(ListRows, RetrieveRow):
    """All published versions of all methods; one method is the version that scores now."""

    tag = "methods"
    shows = ("method",)
    serializer_class = MethodSummarySerializer
    detail_serializer = MethodSerializer
    orders = ID
    about_one = "One method: the version that scores now."
    lookup_field = "code"
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Any]:
        """All that were ever published."""
        return versions()

    def one(self) -> QuerySet[Any]:
        """The version that scores now; of a method that is retired as a whole, the newest."""
        found = versions().filter(**self.kwargs).order_by("-version")
        now = scoring_method(self.kwargs["code"])
        return found.filter(pk=now.pk) if now else found


class MethodVersionViewSet(RetrieveRow):
    """One version of a method, by the version of the address."""

    tag = "methods"
    shows = ("method",)
    serializer_class = MethodSerializer
    lookup_field = ""

    def one(self) -> QuerySet[Any]:
        """The version asked for."""
        return versions().filter(**self.kwargs)


class IndicatorViewSet(ApiViewSet):
    """The catalogue of observations and indicators, which the engine declares."""

    tag = "catalogues"
    shows = ("method",)
    about_one = "One row of the catalogue."
    lookup_field = "key"

    @extend_schema(responses=IndicatorListSerializer)
    def list(self, _request: Request) -> Response:
        """Return the whole catalogue; it is short and has no pages."""
        return Response({"items": [asdict(row) for row in INDICATORS.values()], "next": None})

    @extend_schema(responses=IndicatorSerializer)
    def retrieve(self, _request: Request, key: str) -> Response:
        """Return one row of the catalogue."""
        if key not in INDICATORS:
            raise Http404
        return Response(asdict(INDICATORS[key]))
