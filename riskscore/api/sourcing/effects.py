"""What scenarios do to buyers, by mineral: stored ones, several at once, or shocks on the spot."""

from typing import Any, cast

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import filters
from riskscore.api.framework.body_serializers import Body, CharField, ListField, check
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import of_body, of_parameters
from riskscore.api.framework.query_fields import DayField, KnownField, Several
from riskscore.api.framework.row_serializers import Row, RowSerializer
from riskscore.api.framework.row_viewsets import ListComputed, Rows
from riskscore.api.framework.viewsets import READ
from riskscore.api.sourcing import asking, scenarios
from riskscore.curation import scenario_edits
from riskscore.engine.sourcing.stated_shocks import MOST_SHOCKS, BadShocks, Stated
from riskscore.errors import NotFoundError, ValidationError
from riskscore.models import Scenario
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sourcing import buyers
from riskscore.sourcing.scenarios import scenario_effects
from riskscore.sourcing.scenarios.scenario_effects import Question

PLACE = "Place code."


class FillingPartnerSerializer(serializers.Serializer[Any]):
    """A partner that nothing hits."""

    place = serializers.CharField(help_text=PLACE)
    sells_buyer_t = serializers.FloatField(help_text="Tonnes a year that it sells this buyer.")
    exports_t = serializers.FloatField(
        allow_null=True, help_text="Tonnes a year that it sells everybody."
    )


class ScenarioEffectSerializer(RowSerializer):
    """What shocks do to one buyer and mineral, beside the figures as they are. Tonnes that are
    lost are lost: nobody steps in. Of direct trade alone: what those lose who refine or trade
    in between is not in it, see `world_output_hit01`. Unknown is null, never 0: see `why`.
    """

    id = serializers.CharField(help_text="Buyer and mineral.")
    buyer = serializers.CharField(help_text="Place codes of the buyer, joined by +.")
    mineral = serializers.CharField(help_text="Code of the mineral.")
    year = serializers.IntegerField(
        help_text="The last of the years that the figures are means of."
    )
    supply_lost01 = serializers.FloatField(
        allow_null=True,
        help_text="The damage: share lost of imports and own output together; negative: gained.",
    )
    supply_lost_at_most01 = serializers.FloatField(
        allow_null=True,
        help_text="The same if whatever a social condition may rule out is out; else equal.",
    )
    lost_t = serializers.FloatField(
        allow_null=True, help_text="Tonnes a year lost of imports and own output; negative: gained."
    )
    imports_lost01 = serializers.FloatField(allow_null=True, help_text="Share of the imports lost.")
    world_output_hit01 = serializers.FloatField(
        allow_null=True,
        help_text=(
            "Share of the world's output that lies in places hit, weighted by the cut: how "
            "far an indirect loss could reach."
        ),
    )
    imports_t_before = serializers.FloatField(
        allow_null=True, help_text="Imports in tonnes. As it is."
    )
    imports_t_after = serializers.FloatField(
        allow_null=True, help_text="Imports in tonnes. After the shocks."
    )
    own_production_t_before = serializers.FloatField(
        allow_null=True, help_text="Own output in tonnes of what production counts. As it is."
    )
    own_production_t_after = serializers.FloatField(
        allow_null=True,
        help_text="Own output in tonnes of what production counts. After the shocks.",
    )
    largest_supplier_before = serializers.CharField(allow_null=True, help_text=PLACE)
    largest_supplier_after = serializers.CharField(allow_null=True, help_text=PLACE)
    largest_supplier_share01_before = serializers.FloatField(
        allow_null=True, help_text="N-1: the largest supplier's share of the imports. As it is."
    )
    largest_supplier_share01_after = serializers.FloatField(
        allow_null=True,
        help_text="N-1: the largest supplier's share of the imports. After the shocks.",
    )
    largest_supplier_share_if_all_out01 = serializers.FloatField(
        allow_null=True, help_text="The same if whatever a social condition may rule out is out."
    )
    above_eu_test_before = serializers.BooleanField(
        allow_null=True, help_text="Whether one partner holds more than 65 %."
    )
    above_eu_test_after = serializers.BooleanField(
        allow_null=True, help_text="The same after the shocks."
    )
    import_quantity_hhi01_before = serializers.FloatField(
        allow_null=True, help_text="HHI of imported tonnes over sellers. As it is."
    )
    import_quantity_hhi01_after = serializers.FloatField(
        allow_null=True, help_text="HHI of imported tonnes over sellers. After the shocks."
    )
    geopolrisk01_before = serializers.FloatField(allow_null=True, help_text="GeoPolRisk. As it is.")
    geopolrisk01_after = serializers.FloatField(
        allow_null=True, help_text="GeoPolRisk. After the shocks."
    )
    agreement_share01_before = serializers.FloatField(
        allow_null=True,
        help_text=(
            "Share of the imports from places with a trade agreement or minerals "
            "partnership with the member that buys. As it is."
        ),
    )
    agreement_share01_after = serializers.FloatField(
        allow_null=True,
        help_text=(
            "Share of the imports from places with a trade agreement or minerals "
            "partnership with the member that buys. After the shocks."
        ),
    )
    fillers = FillingPartnerSerializer(
        help_text="Who sells most besides, where something is lost.", many=True
    )
    says = serializers.ListField(
        child=serializers.CharField(help_text="A sentence."),
        help_text="What the numbers cannot show.",
    )
    import_years = serializers.ListField(
        child=serializers.IntegerField(help_text="A year."), help_text="Years of trade."
    )
    releases = serializers.ListField(
        child=serializers.CharField(help_text="Code."), help_text="Releases that it came from."
    )
    why = serializers.CharField(allow_null=True, help_text="Why figures are null; null: none is.")


ORDERS = {
    "id": Order("id", "id"),
    **{
        sign + name: Order(name, "id", descending=bool(sign), nullable=True)
        for name in (
            "supply_lost01",
            "lost_t",
            "world_output_hit01",
            "largest_supplier_share01_after",
        )
        for sign in ("", "-")
    },
}


class EffectQuery(serializers.Serializer[Any]):
    """Which scenarios, and whom they hit."""

    scenario = Several(KnownField(scenarios.codes), help_text="These scenarios, all at once.")
    importer = Several(
        KnownField(filters.places),
        help_text="One row each for these places; without it and `buyer`, for all on record.",
    )
    buyer = Several(
        KnownField(filters.places), help_text="Several places seen as one buyer: `JPN,USA`."
    )
    mineral = Several(KnownField(filters.minerals), help_text="Only these minerals.")
    on = DayField(
        help_text="Only shocks in force on this day; without it all, whatever their dates."
    )


class EffectsOfNamedQuery(EffectQuery):
    """The same, where the address names no scenario."""

    scenario = Several(
        KnownField(scenarios.codes), required=True, help_text="These scenarios, all at once."
    )


def _buyers(each: list[str] | None, together: list[str] | None) -> tuple[Buyer, ...] | None:
    """The buyers that a request names; None for all on record.

    Raises NotFoundError and ValidationError as ``buyers.buyer_of`` does.
    """
    if each is None and together is None:
        return None
    found = [buyers.buyer_of([one]) for one in each or ()]
    found += [buyers.buyer_of(together)] if together else []
    return tuple(dict.fromkeys(found))


def shocks_of(named: list[str]) -> tuple[Stated, ...]:
    """The shocks of the newest versions of scenarios, all together. Each counts once."""
    shocks: list[Any] = []
    for one in dict.fromkeys(named):
        newest = Scenario.objects.filter(code=one).order_by("-version").first()
        if newest is None:
            raise Http404
        shocks += newest.shocks
    return _checked(shocks)


def _checked(shocks: list[Any]) -> tuple[Stated, ...]:
    if len(shocks) > MOST_SHOCKS:
        raise of_parameters({"scenario": f"together they have more than {MOST_SHOCKS} shocks"})
    return scenario_edits.checked(shocks)


class OnTheSpotSerializer(Body):
    """Shocks that are not stored."""

    shocks = scenarios.shocks()
    importers = ListField(
        child=CharField(help_text=PLACE),
        min_length=1,
        required=False,
        help_text="One row each; left out, with `buyer`: all on record.",
    )
    buyer = ListField(
        child=CharField(help_text=PLACE),
        min_length=1,
        required=False,
        help_text="Several places seen as one buyer.",
    )
    minerals = ListField(
        child=CharField(help_text="Code."),
        min_length=1,
        required=False,
        help_text="Only these minerals.",
    )

    def validate_minerals(self, codes: list[str]) -> list[str]:
        """Minerals that exist."""
        if wrong := sorted(set(codes) - filters.minerals()):
            raise serializers.ValidationError(f"no mineral {wrong[0][:60]!r}")
        return codes

    def validate_importers(self, codes: list[str]) -> list[str]:
        """Places that exist."""
        if wrong := sorted(set(codes) - filters.places()):
            raise serializers.ValidationError(f"{wrong[0][:60]!r} is no place")
        return codes

    validate_buyer = validate_importers


class AllEffectsSerializer(serializers.Serializer[Any]):
    """All rows."""

    items = ScenarioEffectSerializer(many=True, help_text="All rows.")


class StoredEffects(ListComputed):
    """What stored scenarios do together."""

    tag = "sourcing"
    shows = ("score", "scenario")
    serializer_class = ScenarioEffectSerializer
    queries = {"list": EffectQuery}
    orders = ORDERS

    def named(self) -> list[str]:
        """The scenarios that the request names. Raises Problem where there is none."""
        raise NotImplementedError

    def computed(self) -> Rows:
        """One row a buyer and mineral."""
        query = self.query
        try:
            named = _buyers(query["importer"], query["buyer"])
        except (NotFoundError, ValidationError) as refused:
            name = "importer" if query["importer"] else "buyer"
            raise of_parameters({name: asking.words(refused)}) from refused
        return scenario_effects.rows(
            Question(shocks_of(self.named()), named, query["mineral"], query["on"])
        )


class EffectViewSet(StoredEffects):
    """What scenarios do to buyers; POST asks it of shocks given on the spot."""

    takes = {"POST": ("view_score", "view_scenario")}
    write_scopes = frozenset({READ})
    queries = {"list": EffectsOfNamedQuery}

    def named(self) -> list[str]:
        """Those of the query, which must name one."""
        named: list[str] | None = self.query["scenario"]
        if not named:
            raise of_parameters({"scenario": "say which one, or several: a,b"})
        return named

    @extend_schema(request=OnTheSpotSerializer, responses={200: AllEffectsSerializer})
    def create(self, request: Request) -> Response:
        """Return the effects of the body's shocks; nothing is stored."""
        asked, sent = check(request, OnTheSpotSerializer), cast(dict[str, Any], request.data)
        try:
            shocks = scenario_edits.checked(sent["shocks"])
        except BadShocks as refused:
            raise of_body(refused.faults) from None
        named = _in_body(asked)
        rows = scenario_effects.rows(Question(shocks, named, asked.get("minerals")))
        return Response({"items": [ScenarioEffectSerializer.of(row) for row in rows]})


def _in_body(asked: Row) -> tuple[Buyer, ...] | None:
    """The buyers that a body names. Raises Problem that points at the field."""
    try:
        return _buyers(asked.get("importers"), asked.get("buyer"))
    except ValidationError as refused:
        raise of_body(
            {"/buyer" if asked.get("buyer") else "/importers": asking.words(refused)}
        ) from None


class EffectOfOneViewSet(StoredEffects):
    """What one stored scenario does to buyers; `scenario` adds others at the same time."""

    def named(self) -> list[str]:
        """That of the address, and those that the query adds."""
        return [self.kwargs["code"], *(self.query["scenario"] or ())]
