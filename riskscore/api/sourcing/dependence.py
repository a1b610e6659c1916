"""The buyer's view: supply mix, N-1, concentration, GeoPolRisk, and where they disagree."""

from typing import Any

from rest_framework import serializers

from riskscore.api import filters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.query_fields import KnownField, Several, WholeField
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListComputed, Rows
from riskscore.api.sourcing import asking
from riskscore.api.supply_risks import MineralAndYear, SupplyFigures, SupplyOrigin
from riskscore.engine.catalogue import PARTNERSHIP_LEVELS
from riskscore.errors import NotFoundError
from riskscore.sourcing.dependence import buyer_view

PLACE = "Place code."


class PartnerSerializer(serializers.Serializer[Any]):
    """One partner, the largest first."""

    place = serializers.CharField(
        allow_null=True, help_text="Place code; null: all others together."
    )
    tonnes = serializers.FloatField(help_text="Tonnes a year.")
    share01 = serializers.FloatField(help_text="Of the imports.")
    agreement = serializers.ChoiceField(
        PARTNERSHIP_LEVELS, allow_null=True, help_text="Closest agreement about this mineral."
    )
    instability01 = serializers.FloatField(
        allow_null=True, help_text="GeoPolRisk's g: political instability, 0..1."
    )


class LargestPartnerSerializer(serializers.Serializer[Any]):
    """N-1 with a name: the largest partner."""

    place = serializers.CharField(help_text=PLACE)
    tonnes = serializers.FloatField(help_text="Tonnes a year.")
    share01 = serializers.FloatField(help_text="Of the imports: what is lost when it stops.")
    share_of_supply01 = serializers.FloatField(
        allow_null=True, help_text="Of imports and own output."
    )


class NamedPartnerSerializer(serializers.Serializer[Any]):
    """The country that the query names."""

    place = serializers.CharField(help_text=PLACE)
    tonnes = serializers.FloatField(allow_null=True, help_text="Tonnes a year.")
    share01 = serializers.FloatField(allow_null=True, help_text="Of the imports.")
    above_65_percent = serializers.BooleanField(
        allow_null=True,
        help_text="The EU's test of a dependence, Regulation (EU) 2024/1252, Article 5.",
    )


class DependenceYearSerializer(serializers.Serializer[Any]):
    """One year."""

    year = serializers.IntegerField(
        help_text="The last of the three years that the figures are means of."
    )
    imports_t = serializers.FloatField(allow_null=True, help_text="Tonnes.")
    largest = serializers.CharField(allow_null=True, help_text=PLACE)
    largest_share01 = serializers.FloatField(allow_null=True, help_text="Of the imports.")
    named_share01 = serializers.FloatField(allow_null=True, help_text="The named country's share.")
    import_hhi01 = serializers.FloatField(allow_null=True, help_text="HHI over tonnes.")
    geopolrisk01 = serializers.FloatField(allow_null=True, help_text="GeoPolRisk.")


class ImportMoveSerializer(serializers.Serializer[Any]):
    """What moving a tenth of the imports from the largest partner to another producer would do."""

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python's own."""
        return {"from": serializers.CharField(help_text=PLACE), **super().get_fields()}

    to = serializers.CharField(help_text=PLACE)
    tonnes = serializers.FloatField(
        help_text="A tenth of the imports, or all that the partner sells."
    )
    output_t = serializers.FloatField(
        help_text="What the place produces, in tonnes of what production counts."
    )
    feasible = serializers.BooleanField(help_text="Whether it produces as many tonnes.")
    n1_change01 = serializers.FloatField(help_text="After less before.")
    import_hhi_change01 = serializers.FloatField(help_text="After less before.")
    geopolrisk_change_part = serializers.FloatField(
        allow_null=True, help_text="After less before, over before."
    )
    opposite = serializers.BooleanField(
        help_text="Whether concentration falls and GeoPolRisk rises."
    )


class DisagreementSerializer(serializers.Serializer[Any]):
    """One disagreement."""

    code = serializers.CharField(help_text="Which kind of disagreement; more may be added.")
    between = serializers.ListField(
        child=serializers.CharField(help_text="Field."), help_text="The figures that disagree."
    )
    words = serializers.CharField(help_text="What they say, and why they differ.")


class DisagreementsSerializer(serializers.Serializer[Any]):
    """Where the formulas point opposite ways, and why."""

    moves = ImportMoveSerializer(help_text="By output, the largest first.", many=True)
    findings = DisagreementSerializer(help_text="Empty: the figures agree.", many=True)


class DependenceKey(RowSerializer):
    """Whose dependence."""

    id = serializers.CharField(help_text="Buyer, mineral and year.")
    buyer = serializers.CharField(help_text="Place codes of the buyer, joined by +.")


class SupplyMix(RowSerializer):
    """Who sells, how far the buyer hangs on them, and where figures disagree."""

    largest = LargestPartnerSerializer(allow_null=True)
    named = NamedPartnerSerializer()
    mix = PartnerSerializer(help_text="Partners; empty: none, or no trade on record.", many=True)
    agreement_share01 = serializers.FloatField(
        allow_null=True,
        help_text=(
            "Share of the imports from places with a trade agreement or minerals partnership "
            "with the member that buys; a trade bloc or a forum does not count, nor does an "
            "agreement with a place that restricts exports of the mineral."
        ),
    )
    expected_loss01 = serializers.FloatField(
        allow_null=True,
        help_text=(
            "Share of the imports that the disruption model expects to fail next year: Σ "
            "share × probability × 0.4, a lower bound."
        ),
    )
    expected_loss_covers01 = serializers.FloatField(
        allow_null=True, help_text="Share of the imports that the model speaks of."
    )
    trend = DependenceYearSerializer(help_text="Oldest first.", many=True)
    disagreements = DisagreementsSerializer()


class DependenceSerializer(DependenceKey, MineralAndYear, SupplyMix, SupplyFigures, SupplyOrigin):
    """What a buyer gets of one mineral, from whom, and how far it hangs on them. Computed when
    asked from the newest tables; no job is needed. Unknown is null, never 0: see `why`.
    """


ORDERS = {
    "mineral": Order("mineral", "id"),
    **{
        sign + name: Order(name, "id", descending=bool(sign), nullable=True)
        for name in ("largest_supplier_share01", "import_quantity_hhi01", "geopolrisk01")
        for sign in ("", "-")
    },
}


class DependenceQuery(asking.NamedCountry, asking.ForBuyer):
    """Whose dependence is asked for."""

    mineral = Several(KnownField(filters.minerals), help_text="Only these minerals.")
    year = WholeField(1900, 2100, help_text="The newest by default.")


class DependenceViewSet(ListComputed):
    """A buyer's dependence by mineral: mix, N-1, concentration, GeoPolRisk, and disagreements."""

    tag = "sourcing"
    shows = ("score",)
    serializer_class = DependenceSerializer
    queries = {"list": DependenceQuery}
    orders = ORDERS

    def computed(self) -> Rows:
        """A row for each mineral asked for."""
        query = self.query
        question = buyer_view.Question(
            asking.buyer(query), query["mineral"], query["named"], query["year"]
        )
        try:
            return buyer_view.rows(question)
        except NotFoundError as refused:
            raise of_parameters({refused.place: asking.words(refused)}) from refused
