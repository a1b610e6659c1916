"""Effective observations that may be passed on: the figures behind the scores."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from riskscore.api import filters
from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.query_fields import ChoiceField, KnownField, Several, WholeField
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListRows
from riskscore.engine.catalogue import INDICATORS
from riskscore.releases import register

KEYS = [row.key for row in INDICATORS.values() if row.kind == "observation"]
CODE = "Code; null where the indicator has none."


class ObservationSerializer(RowSerializer):
    """One value as its publisher states it. The columns are those of the generic table, so that
    an export can be taken in elsewhere.
    """

    indicator = serializers.ChoiceField(KEYS, help_text="Key of the observation.")
    place = serializers.CharField(help_text=CODE, allow_null=True, source="place_id")
    mineral = serializers.CharField(help_text=CODE, allow_null=True, source="mineral_id")
    importer = serializers.CharField(help_text=CODE, allow_null=True, source="importer_id")
    project = serializers.CharField(
        allow_null=True, help_text="Key of the project.", source="project__key"
    )
    year = serializers.IntegerField(help_text="The year it is about.")
    value = serializers.FloatField(help_text="In the indicator's unit; a level is its index.")
    standard_error = serializers.FloatField(allow_null=True, help_text="Null: unstated.")
    unit = serializers.CharField(help_text="Unit, stage or good, as published.", source="label")
    quality = serializers.CharField(
        help_text="A flag of its quality, such as estimated or at_least; may be empty."
    )
    since = serializers.DateField(allow_null=True, help_text="First day on which it holds.")
    until = serializers.DateField(allow_null=True, help_text="Last day on which it holds.")
    verified = serializers.BooleanField(help_text="Whether it was checked against its source.")
    release = serializers.CharField(help_text="Code of its release.", source="release__code")


ORDERS = {"id": Order("pk", "pk")}


class StatedKey(ChoiceField):
    """The key of an observation; an indicator's leads to where its values are."""

    def to_internal_value(self, text: Any) -> Any:
        """The key. Raises ValidationError that names the address of what nobody states."""
        if text in INDICATORS and text not in KEYS:
            raise serializers.ValidationError(
                f"{text} is an indicator, which no publisher states: its values are at "
                f"/api/v1/indicators/{text}/values"
            )
        return text


class ObservationQuery(serializers.Serializer[Any]):
    """Which indicator is asked for."""

    indicator = StatedKey(KEYS, required=True, help_text="The observation's key. Needed.")


class ObservationFilters(FilterSet):
    """Filters of observations."""

    place = Filter(
        Several(KnownField(filters.places), help_text="Only these places."), "place_id__in"
    )
    mineral = Filter(
        Several(KnownField(filters.minerals), help_text="Only these minerals."), "mineral_id__in"
    )
    importer = Filter(
        Several(KnownField(filters.places), help_text="Only these importers."), "importer_id__in"
    )
    year__gte = Filter(WholeField(1900, 2100, help_text="Only years from this one."), "year__gte")
    year__lte = Filter(WholeField(1900, 2100, help_text="Only years up to this one."), "year__lte")


class ObservationViewSet(ListRows):
    """What publishers state about one indicator, where their licence lets it be passed on."""

    tag = "catalogues"
    shows = ("observation",)
    serializer_class = ObservationSerializer
    filterset_class = ObservationFilters
    queries = {"list": ObservationQuery}
    orders = ORDERS

    def get_queryset(self) -> QuerySet[Any]:
        """The effective rows of the indicator: a correction in place of what it corrects."""
        if self.query["indicator"] is None:
            raise of_parameters({"indicator": "say which one; /api/v1/indicators lists them"})
        return register.passed_on(self.query["indicator"])
