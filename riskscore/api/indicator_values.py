"""The values of the derived indicators: what methods score, before it is scaled."""

from typing import Any

from django.http import Http404
from rest_framework import serializers

from riskscore.api import filters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import Problem, of_parameters
from riskscore.api.framework.query_fields import KnownField, Several
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListComputed, Rows
from riskscore.api.lenses import NOBODY
from riskscore.engine.catalogue import INDICATORS, LEARNED
from riskscore.scoring.indicators import derived_values

ORDERS = {
    "id": Order("id", "id"),
    "value": Order("value", "id"),
    "-value": Order("value", "id", descending=True),
}
CODE = "Code; null where the indicator has none."


class IndicatorValueSerializer(RowSerializer):
    """One value of a derived indicator, as scores made today use it. What is unknown has no row."""

    id = serializers.CharField(
        help_text="Importer, place and mineral, as far as the indicator has them."
    )
    indicator = serializers.CharField(help_text="Key of the indicator.")
    importer = serializers.CharField(help_text="From whose side: a place code; WLD is nobody.")
    place = serializers.CharField(help_text=CODE, allow_null=True)
    mineral = serializers.CharField(help_text=CODE, allow_null=True)
    year = serializers.IntegerField(
        allow_null=True, help_text="Year of the newest fact behind it; null: it has none."
    )
    value = serializers.FloatField(help_text="In the indicator's unit; a level is its index.")
    standard_error = serializers.FloatField(allow_null=True, help_text="Null: unstated.")
    unit = serializers.CharField(help_text="Unit of the value.")
    releases = serializers.ListField(
        child=serializers.CharField(help_text="Code."),
        help_text="The releases that the value came from.",
    )


class IndicatorValueQuery(serializers.Serializer[Any]):
    """Which values are asked for."""

    importer = KnownField(
        filters.places,
        default=NOBODY,
        help_text="The buyer from whose side to look: a place code, or WLD for nobody in"
        " particular.",
    )
    place = Several(KnownField(filters.places), help_text="Only these places.")
    mineral = Several(KnownField(filters.minerals), help_text="Only these minerals.")


class IndicatorValueViewSet(ListComputed):
    """All known values of one derived indicator, with their releases."""

    tag = "catalogues"
    shows = ("observation",)
    serializer_class = IndicatorValueSerializer
    queries = {"list": IndicatorValueQuery}
    orders = ORDERS

    def computed(self) -> Rows:
        """Those of the places and minerals that the query names."""
        key, query = self.kwargs["key"], self.query
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
