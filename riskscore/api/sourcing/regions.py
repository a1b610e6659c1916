"""Parts of the world as people name them, with the places that lie in each."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet

from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Detail, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.resources import Resource, made, plain
from riskscore.errors import NotFoundError
from riskscore.models import Region
from riskscore.sourcing import regions

CODE = {"code": Order("code", "code")}
REGION = Resource(
    "Region",
    "A part of the world as people name it. No buyer: groups such as EUU are places.",
    (
        plain("code", shapes.text("Our code, from the English name; stable.")),
        plain("name", shapes.text("English name.")),
        plain("number", shapes.text("Code in UN M49; empty for usual names that are not in it.")),
        plain("aliases", shapes.several(shapes.text("A name."), "Other usual names.")),
        plain("verified", shapes.flag("False where the definition is from memory.")),
        plain("source", shapes.text("Where the definition is from.")),
        made(
            "places",
            shapes.several(shapes.text("Place code."), "Countries that lie in it, sorted."),
            lambda row: row["places"] or [],
            "places",
        ),
    ),
)


def _regions() -> QuerySet[Any]:
    places = ArrayAgg("members__place_id", order_by="members__place_id", filter=None, default=[])
    return Region.objects.annotate(places=places)


class Regions(Listing):
    """Regions by which projects may be asked for, such as Latin America."""

    tag = "sourcing"
    shows = ("region",)
    resource = REGION
    orders = CODE
    parameters = listing_parameters(REGION, CODE)

    def queryset(self) -> QuerySet[Any]:
        """All of them."""
        return _regions()


class OneRegion(Detail):
    """One region by its code, or by any name that a region may be asked for by."""

    tag = "sourcing"
    shows = ("region",)
    resource = REGION
    parameters = (REGION.picker,)

    def queryset(self) -> QuerySet[Any]:
        """The region of this code or name."""
        try:
            codes = regions.found([self.kwargs["code"]]).regions
        except NotFoundError:
            codes = ()
        return _regions().filter(code__in=codes)
