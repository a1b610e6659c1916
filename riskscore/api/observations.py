"""Effective observations that may be passed on: the figures behind the scores."""

from typing import Any

from django.db.models import Q, QuerySet

from riskscore.api import filters
from riskscore.api.filters import within
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import Parameter, choice, code, whole
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.resources import Resource, plain
from riskscore.engine.catalogue import INDICATORS
from riskscore.releases import register

KEYS = [row.key for row in INDICATORS.values() if row.kind == "observation"]
CODE = shapes.optional(shapes.text("Code; null where the indicator has none."))
OBSERVATION = Resource(
    "Observation",
    "One value as its publisher states it. The columns are those of the generic table, so that an "
    "export can be taken in elsewhere.",
    (
        plain("indicator", shapes.one_of(KEYS, "Key of the observation.")),
        plain("place", CODE, "place_id"),
        plain("mineral", CODE, "mineral_id"),
        plain("importer", CODE, "importer_id"),
        plain("project", shapes.optional(shapes.text("Key of the project.")), "project__key"),
        plain("year", shapes.whole("The year it is about.")),
        plain("value", shapes.number("In the indicator's unit; a level is its index.")),
        plain("standard_error", shapes.optional(shapes.number("Null: unstated."))),
        plain("unit", shapes.text("Unit, stage or good, as published."), "label"),
        plain(
            "quality",
            shapes.text("A flag of its quality, such as estimated or at_least; may be empty."),
        ),
        plain("since", shapes.optional(shapes.day("First day on which it holds."))),
        plain("until", shapes.optional(shapes.day("Last day on which it holds."))),
        plain("verified", shapes.flag("Whether it was checked against its source.")),
        plain("release", shapes.text("Code of its release."), "release__code"),
    ),
)  # fmt: skip
ORDERS = {"id": Order("pk", "pk")}


def _year(side: str, words: str) -> Parameter:
    return Parameter(
        name=f"year__{side}",
        schema=shapes.whole(f"Only years {words} this one.", minimum=1900, maximum=2100),
        read=whole(1900, 2100),
        where=lambda year: Q(**{f"year__{side}": year}),
    )


def _stated(key: str) -> str:
    """The key; raises ValueError that names the address of what no publisher states."""
    if key in INDICATORS and key not in KEYS:
        raise ValueError(
            f"{key} is an indicator, which no publisher states: its values are at "
            f"/api/v1/indicators/{key}/values"
        )
    return key


class Observations(Listing):
    """What publishers state about one indicator, where their licence lets it be passed on."""

    tag = "catalogues"
    shows = ("observation",)
    resource = OBSERVATION
    orders = ORDERS
    parameters = listing_parameters(
        OBSERVATION,
        ORDERS,
        choice("indicator", KEYS, "The observation's key. Needed.", read=_stated),
        code("place", "Only these places.", filters.places, many=True, where=within("place_id")),
        code(
            "mineral", "Only these minerals.", filters.minerals, many=True,
            where=within("mineral_id"),
        ),
        code(
            "importer", "Only these importers.", filters.places, many=True,
            where=within("importer_id"),
        ),
        _year("gte", "from"),
        _year("lte", "up to"),
    )  # fmt: skip

    def queryset(self) -> QuerySet[Any]:
        """The effective rows of the indicator: a correction in place of what it corrects."""
        if self.query_values["indicator"] is None:
            raise of_parameters({"indicator": "say which one; /api/v1/indicators lists them"})
        return register.passed_on(self.query_values["indicator"])
