"""The values of the derived indicators: what methods score, before it is scaled."""

from typing import Any

from django.http import Http404

from riskscore.api import filters
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Computed, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import code
from riskscore.api.framework.problems import Problem, of_parameters
from riskscore.api.framework.resources import Resource, Row, plain
from riskscore.api.lenses import NOBODY
from riskscore.engine.catalogue import INDICATORS, LEARNED
from riskscore.scoring.indicators import derived_values

ORDERS = {
    "id": Order("id", "id"),
    "value": Order("value", "id"),
    "-value": Order("value", "id", descending=True),
}
CODE = shapes.optional(shapes.text("Code; null where the indicator has none."))
VALUE = Resource(
    "IndicatorValue",
    "One value of a derived indicator, as scores made today use it. What is unknown has no row.",
    (
        plain("id", shapes.text("Importer, place and mineral, as far as the indicator has them.")),
        plain("indicator", shapes.text("Key of the indicator.")),
        plain("importer", shapes.text("From whose side: a place code; WLD is nobody.")),
        plain("place", CODE),
        plain("mineral", CODE),
        plain(
            "year",
            shapes.optional(shapes.whole("Year of the newest fact behind it; null: it has none.")),
        ),
        plain("value", shapes.number("In the indicator's unit; a level is its index.")),
        plain("standard_error", shapes.optional(shapes.number("Null: unstated."))),
        plain("unit", shapes.text("Unit of the value.")),
        plain(
            "releases",
            shapes.several(shapes.text("Code."), "The releases that the value came from."),
        ),
    ),
)


class IndicatorValues(Computed):
    """All known values of one derived indicator, with their releases."""

    tag = "catalogues"
    shows = ("observation",)
    resource = VALUE
    orders = ORDERS
    parameters = listing_parameters(
        VALUE,
        ORDERS,
        code(
            "importer",
            "The buyer from whose side to look: a place code, or WLD for nobody in particular.",
            filters.places,
            default=NOBODY,
        ),
        code("place", "Only these places.", filters.places, many=True),
        code("mineral", "Only these minerals.", filters.minerals, many=True),
    )

    def computed(self) -> list[Row]:
        """Those of the places and minerals that the query names."""
        key, query = self.kwargs["key"], self.query_values
        _refuse_what_is_not_derived(key)
        if derived_values.needs_importer(key) and query["importer"] == NOBODY:
            raise of_parameters({"importer": f"{key} is seen from a buyer's side: name one"})
        return [
            _row(key, query["importer"], derived)
            for derived in derived_values.of_indicator(key, query["importer"])
            if query["place"] is None or derived.cell.place in query["place"]
            if query["mineral"] is None or derived.cell.mineral in query["mineral"]
        ]


def _row(key: str, importer: str, derived: derived_values.Derived) -> dict[str, Any]:
    return {
        "id": "/".join(part for part in (importer, *derived.cell) if part is not None),
        "indicator": key,
        "importer": importer,
        "unit": INDICATORS[key].unit,
        "releases": derived.releases,
        **derived.cell._asdict(),
        **derived.value._asdict(),
    }


def _refuse_what_is_not_derived(key: str) -> None:
    """Raise Problem that names the address where the values are."""
    if key not in INDICATORS:
        raise Http404
    if derived_values.is_derived(key):
        return
    if INDICATORS[key].kind == "observation":
        place = f"a publisher states it: /api/v1/observations?indicator={key}"
    elif key in LEARNED.values():
        kind = next(kind for kind, fed in LEARNED.items() if fed == key)
        place = f"a model predicts it: /api/v1/models/{kind}/{{version}}/predictions"
    else:
        place = "it belongs to single projects: /api/v1/projects/{key}/score/explanation"
    raise Problem("not_found", f"{key} is not derived; {place}")
