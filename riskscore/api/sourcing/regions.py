"""Parts of the world as people name them, with the places that lie in each."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet
from rest_framework import serializers

from riskscore.api.framework.pagination import Order
from riskscore.api.framework.row_serializers import Made, RowSerializer
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.errors import NotFoundError
from riskscore.models import Region
from riskscore.sourcing import regions

CODE = {"code": Order("code", "code")}


class RegionSerializer(RowSerializer):
    """A part of the world as people name it. No buyer: groups such as EUU are places."""

    code = serializers.CharField(help_text="Our code, from the English name; stable.")
    name = serializers.CharField(help_text="English name.")
    number = serializers.CharField(
        help_text="Code in UN M49; empty for usual names that are not in it."
    )
    aliases = serializers.ListField(
        child=serializers.CharField(help_text="A name."), help_text="Other usual names."
    )
    verified = serializers.BooleanField(help_text="False where the definition is from memory.")
    source = serializers.CharField(help_text="Where the definition is from.")
    places = Made(
        serializers.ListField(
            child=serializers.CharField(help_text="Place code."),
            help_text="Countries that lie in it, sorted.",
        ),
        "places",
        make=lambda row: row["places"] or [],
    )


def _regions() -> QuerySet[Any]:
    places = ArrayAgg("members__place_id", order_by="members__place_id", filter=None, default=[])
    return Region.objects.annotate(places=places)


class RegionViewSet(ListRows, RetrieveRow):
    """Regions by which projects may be asked for, such as Latin America."""

    tag = "sourcing"
    shows = ("region",)
    serializer_class = RegionSerializer
    orders = CODE
    about_one = "One region by its code, or by any name that a region may be asked for by."
    lookup_field = "code"
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Any]:
        """All of them."""
        return _regions()

    def one(self) -> QuerySet[Any]:
        """The region of this code, or of any name that a region may be asked for by."""
        try:
            codes = regions.found([self.kwargs["code"]]).regions
        except NotFoundError:
            codes = ()
        return _regions().filter(code__in=codes)
