"""What scores are made of: methods, indicators, places, minerals, lenses."""

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.filters import within
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Detail, Endpoint, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import choice
from riskscore.api.framework.resources import Resource, plain
from riskscore.api.lenses import LENS
from riskscore.engine.catalogue import INDICATORS, Indicator, Level
from riskscore.models import Lens, Method, Mineral, Place
from riskscore.models.methods import scoring_method

CODE = {"code": Order("code", "code")}
ID = {"id": Order("id", "id")}
TEXTS = shapes.text("A text.")

PLACE = Resource(
    "Place",
    "A country by its ISO 3166 alpha-3 code, or a group of countries.",
    (
        plain("code", shapes.text("ISO 3166 alpha-3, or the code of a group.")),
        plain("name", shapes.text("English name.")),
        plain("kind", shapes.one_of(Place.Kind.values, "A country or a group.")),
        plain("region", shapes.text("Region.")),
        plain("iso_numeric", shapes.text("ISO 3166 numeric code; empty for a group.")),
        plain("aliases", shapes.several(TEXTS, "Other names that publishers use.")),
    ),
)
MINERAL = Resource(
    "Mineral",
    "A mineral as production statistics count it.",
    (
        plain("code", shapes.text("Our code, stable for ever.")),
        plain("name", shapes.text("English name.")),
        plain("basis", shapes.text("What a tonne is a tonne of.")),
        plain("production_stage", shapes.text("Where production is counted.")),
        plain("trade_stage", shapes.text("Stage of the HS codes, not of production.")),
        plain("hs6", shapes.several(TEXTS, "HS codes that carry its trade.")),
        plain(
            "eol_rir",
            shapes.optional(shapes.number("End-of-life recycling input rate, 0..1.")),
        ),
        plain("aliases", shapes.several(TEXTS, "Other names that publishers use.")),
    ),
)
METHOD_FIELDS = (
    plain("code", shapes.text("Code of the method.")),
    plain("version", shapes.whole("Version; published versions never change.")),
    plain("state", shapes.one_of(Method.State.values, "Retired versions score no more.")),
    plain("hash", shapes.text("SHA-256 of the canonical specification.")),
    plain("reason", shapes.text("Why this version exists.")),
    plain("created_at", shapes.moment("When it was recorded.")),
    plain(
        "edition",
        shapes.optional(shapes.whole("Since which edition we know it.")),
        "edition_id",
    ),
)
METHOD_ITEM = Resource("MethodSummary", "A version of a method.", METHOD_FIELDS)
METHOD = Resource(
    "Method",
    "A version of a method with its whole specification: tree, weights, scales, reasons.",
    (
        *METHOD_FIELDS,
        plain("spec", shapes.record({}, "The specification, as it is scored by.")),
    ),
)
INDICATOR = shapes.record(
    {
        "key": shapes.text("Stable key."),
        "label": shapes.text("Name."),
        "kind": shapes.one_of(
            ["observation", "indicator"], "As a publisher states it, or as a method scores it."
        ),
        "level": shapes.one_of([level.value for level in Level], "What one value belongs to."),
        "unit": shapes.text("Unit of the raw value."),
        "worse": shapes.whole("1: a higher value is riskier; -1: safer.", enum=[1, -1]),
        "about": shapes.text("What it measures."),
        "sources": shapes.several(TEXTS, "Codes of its sources."),
        "derived_from": shapes.several(TEXTS, "Keys of the observations it is derived from."),
        "levels": shapes.several(TEXTS, "Ordinal: the value is the index into this list."),
        "proxy_for": shapes.text("What it stands in for, if it is a proxy."),
        "caution": shapes.text("Show this text wherever a value is shown."),
    },
    "A row of the catalogue.",
)


class Places(Listing):
    """All places."""

    tag = "catalogues"
    shows = ("place",)
    resource = PLACE
    orders = CODE
    parameters = listing_parameters(
        PLACE,
        CODE,
        choice("kind", Place.Kind.values, "Countries or groups.", many=True, where=within("kind")),
    )

    def queryset(self) -> QuerySet[Any]:
        """All of them."""
        return Place.objects.all()


class OnePlace(Detail):
    """One place by its code."""

    tag = "catalogues"
    shows = ("place",)
    resource = PLACE
    parameters = (PLACE.picker,)

    def queryset(self) -> QuerySet[Any]:
        """The place with this code."""
        return Place.objects.filter(code=self.kwargs["code"])


class Minerals(Listing):
    """All minerals."""

    tag = "catalogues"
    shows = ("mineral",)
    resource = MINERAL
    orders = CODE
    parameters = listing_parameters(MINERAL, CODE)

    def queryset(self) -> QuerySet[Any]:
        """All of them."""
        return Mineral.objects.all()


class OneMineral(Detail):
    """One mineral by its code."""

    tag = "catalogues"
    shows = ("mineral",)
    resource = MINERAL
    parameters = (MINERAL.picker,)

    def queryset(self) -> QuerySet[Any]:
        """The mineral with this code."""
        return Mineral.objects.filter(code=self.kwargs["code"])


class Lenses(Listing):
    """The lenses through which something was scored."""

    tag = "catalogues"
    shows = ("lens",)
    resource = LENS
    orders = ID
    parameters = listing_parameters(LENS, ID)

    def queryset(self) -> QuerySet[Any]:
        """All of them."""
        return Lens.objects.all()


def versions() -> QuerySet[Method]:
    """The method versions that the API shows; drafts, in review or not, are their authors' own."""
    return Method.objects.filter(state__in=Method.EVER_PUBLISHED)


class Methods(Listing):
    """All published versions of all methods."""

    tag = "methods"
    shows = ("method",)
    resource = METHOD_ITEM
    orders = ID
    parameters = listing_parameters(METHOD_ITEM, ID)

    def queryset(self) -> QuerySet[Any]:
        """All that were ever published."""
        return versions()


class OneMethod(Detail):
    """One method: the version of the address, else the one that scores now."""

    tag = "methods"
    shows = ("method",)
    resource = METHOD
    parameters = (METHOD.picker,)

    def queryset(self) -> QuerySet[Any]:
        """The version asked for; of a method that is retired as a whole, the newest."""
        found = versions().filter(**self.kwargs).order_by("-version")
        now = None if "version" in self.kwargs else scoring_method(self.kwargs["code"])
        return found.filter(pk=now.pk) if now else found


class Indicators(Endpoint):
    """The catalogue of observations and indicators, which the engine declares."""

    tag = "catalogues"
    shows = ("method",)
    answers = {
        "get": (
            200,
            shapes.record(
                {
                    "items": shapes.several(INDICATOR, "All."),
                    "next": shapes.optional(shapes.text("None.")),
                },
                "All.",
            ),
        )
    }

    def get(self, _request: Request) -> Response:
        """Return the whole catalogue; it is short and has no pages."""
        return Response({"items": [_row(row) for row in INDICATORS.values()], "next": None})


class OneIndicator(Endpoint):
    """One row of the catalogue."""

    tag = "catalogues"
    shows = ("method",)
    answers = {"get": (200, INDICATOR)}

    def get(self, _request: Request, key: str) -> Response:
        """Return the row."""
        if key not in INDICATORS:
            raise Http404
        return Response(_row(INDICATORS[key]))


def _row(indicator: Indicator) -> dict[str, Any]:
    return asdict(indicator)
