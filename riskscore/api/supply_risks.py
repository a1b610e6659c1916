"""Supply risk of an importer: GeoPolRisk, HHI, N-1, the Commission's formula, and their parts."""

from typing import Any

from rest_framework import serializers

from riskscore.api import filters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.query_fields import KnownField, Several, WholeField
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListComputed, Rows
from riskscore.scoring.indicators import supply_risk_rows
from riskscore.scoring.indicators.buyer import Buyer

SPAN = 3
YEARS = "A year."
CODE = "Place code."


class SupplyFigures(RowSerializer):
    """The figures of supply risk."""

    geopolrisk01 = serializers.FloatField(
        allow_null=True, help_text="GeoPolRisk score: production_hhi01 × import_risk01."
    )
    production_hhi01 = serializers.FloatField(
        allow_null=True, help_text="HHI of world production over countries, mean of each year's."
    )
    import_risk01 = serializers.FloatField(
        allow_null=True,
        help_text=(
            "Imports weighted by the sellers' political instability, over imports and own "
            "output. A seller without an estimate counts 0.5. The indicator "
            "con.import_risk."
        ),
    )
    geopolrisk_midpoint_kusd_per_t = serializers.FloatField(
        allow_null=True, help_text="geopolrisk01 × price_kusd_per_t."
    )
    geopolrisk_cf_kg_cu_eq_per_kg = serializers.FloatField(
        allow_null=True,
        help_text=(
            "Characterisation factor, kg copper equivalents per kg: the midpoint over that "
            "of copper."
        ),
    )
    price_kusd_per_t = serializers.FloatField(
        allow_null=True, help_text="Import value over imports, thousand USD per tonne."
    )
    imports_t = serializers.FloatField(
        allow_null=True, help_text="Imports in tonnes of traded product, from outside the importer."
    )
    import_value_kusd = serializers.FloatField(
        allow_null=True, help_text="Import value in thousand USD."
    )
    own_production_t = serializers.FloatField(
        allow_null=True, help_text="Own output in tonnes of what production counts (`basis`)."
    )
    import_value_hhi01 = serializers.FloatField(
        allow_null=True, help_text="HHI of import value over sellers: con.import_hhi."
    )
    import_quantity_hhi01 = serializers.FloatField(
        allow_null=True, help_text="HHI of imported tonnes over sellers."
    )
    supply_hhi01 = serializers.FloatField(
        allow_null=True,
        help_text="HHI of supply: imported tonnes by seller, and own output as one supplier.",
    )
    largest_supplier = serializers.CharField(
        allow_null=True, help_text="Place code of the seller of the most tonnes."
    )
    largest_supplier_share01 = serializers.FloatField(
        allow_null=True, help_text="Its share of the imported tonnes."
    )
    n1_imports_left01 = serializers.FloatField(
        allow_null=True, help_text="N-1: share of the imports left if the largest supplier fails."
    )
    n1_supply_left01 = serializers.FloatField(
        allow_null=True,
        help_text="N-1: share of imports and own output left if the largest supplier fails.",
    )
    known_partner_share01 = serializers.FloatField(
        allow_null=True, help_text="Share of imports whose seller's stability is known."
    )
    ec_supply_risk = serializers.FloatField(
        allow_null=True,
        help_text=(
            "The European Commission's supply risk, 0 to about 6, critical from 1, with the"
            " importer in the EU's place: (world HHI × IR/2 + own HHI × (1 − IR/2)) × (1 − "
            "EoL-RIR) × SI_SR."
        ),
    )
    ec_supply_risk_at_most = serializers.FloatField(
        allow_null=True,
        help_text=(
            "The greatest it can be where the substitution index or import reliance is unknown."
        ),
    )
    ec_hhi_wgi_t_world10 = serializers.FloatField(
        allow_null=True, help_text="HHI_WGI,t of world production: 0..10 before t."
    )
    ec_hhi_wgi_t_importer10 = serializers.FloatField(
        allow_null=True, help_text="HHI_WGI,t of imports and own output: 0..10 before t."
    )
    ec_mix = serializers.ChoiceField(
        ("both", "world", "importer"),
        allow_null=True,
        help_text=(
            "Which of the two is known; one alone counts alone, as in the Commission's tables."
        ),
    )
    import_reliance01 = serializers.FloatField(
        allow_null=True, help_text="Net imports over own output and net imports, 0..1 (IR)."
    )
    eol_rir01 = serializers.FloatField(
        allow_null=True, help_text="End-of-life recycling input rate."
    )
    substitution01 = serializers.FloatField(
        allow_null=True, help_text="Substitution index SI_SR; 1 is no substitute."
    )


class MineralAndYear(RowSerializer):
    """What a row of supply is about."""

    mineral = serializers.CharField(help_text="Code of the mineral.")
    year = serializers.IntegerField(
        help_text="The last of the years that the figures are means of."
    )


class SupplyOrigin(RowSerializer):
    """Years, members, releases and reasons of the figures of supply."""

    production_stage = serializers.CharField(
        allow_null=True, help_text="Where production is counted: mine or refinery."
    )
    trade_stage = serializers.CharField(
        allow_null=True, help_text="Stage of the customs codes, which may be another."
    )
    import_years = serializers.ListField(
        child=serializers.IntegerField(help_text=YEARS), help_text="Years of trade."
    )
    production_years = serializers.ListField(
        child=serializers.IntegerField(help_text=YEARS), help_text="Years of production."
    )
    governance_year = serializers.IntegerField(
        allow_null=True, help_text="Newest year of governance."
    )
    releases = serializers.ListField(
        child=serializers.CharField(help_text="Code."), help_text="Releases that it came from."
    )
    members = serializers.ListField(
        child=serializers.CharField(help_text=CODE),
        help_text="A group's members on the year's last day.",
    )
    note = serializers.CharField(
        allow_null=True,
        help_text="Of a group: what its members trade among themselves is left out.",
    )
    why = serializers.CharField(allow_null=True, help_text="Why figures are null; null: none is.")


class SupplyKey(RowSerializer):
    """Whose supply."""

    id = serializers.CharField(help_text="Importer, mineral and year.")
    importer = serializers.CharField(help_text=CODE)


class SupplyRiskSerializer(SupplyKey, MineralAndYear, SupplyFigures, SupplyOrigin):
    """Supply risk of one importer, mineral and year. The end of a name is its scale or unit: 01
    is 0..1, hhi01 is the Herfindahl–Hirschman index 0..1. Recycling rates and trade parameters
    are those of the Commission's study of 2023 in every year. Unknown is null, never 0: see
    `why`.
    """


ORDERS = {
    "id": Order("id", "id"),
    **{
        sign + name: Order(name, "id", descending=bool(sign), nullable=True)
        for name in ("geopolrisk01", "largest_supplier_share01", "ec_supply_risk_at_most")
        for sign in ("", "-")
    },
}


class SupplyRiskQuery(serializers.Serializer[Any]):
    """Whose supply risk is asked for."""

    importer = Several(
        KnownField(filters.places), required=True, help_text="The importers: place codes. Needed."
    )
    mineral = Several(KnownField(filters.minerals), help_text="Only these minerals.")
    year = Several(WholeField(1900, 2100), help_text="Only these years.")
    span = WholeField(
        1,
        10,
        default=SPAN,
        help_text="Mean of how many years up to `year`; scores use 3, published GeoPolRisk 1.",
    )


class SupplyRiskViewSet(ListComputed):
    """Supply risk by importer, mineral and year: GeoPolRisk, HHI, N-1, the Commission's formula."""

    tag = "catalogues"
    shows = ("observation", "exportflow")
    serializer_class = SupplyRiskSerializer
    queries = {"list": SupplyRiskQuery}
    orders = ORDERS

    def computed(self) -> Rows:
        """Those of the importers, minerals and years that the query names."""
        query = self.query
        return [
            row
            for importer in _importers(query["importer"])
            for row in supply_risk_rows.of_buyer(Buyer.of(importer), query["span"])
            if query["mineral"] is None or row["mineral"] in query["mineral"]
            if query["year"] is None or row["year"] in query["year"]
        ]


def _importers(codes: list[str] | None) -> list[str]:
    """The codes, each once. Raises Problem where there is none, or nobody in particular."""
    if codes is None:
        raise of_parameters({"importer": "say whose: a place code such as JPN or EUU"})
    if nobody := {"WLD", "ROW"} & set(codes):
        raise of_parameters({"importer": f"{min(nobody)} is no buyer: name one"})
    return sorted(set(codes))
