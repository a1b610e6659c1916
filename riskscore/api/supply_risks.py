"""Supply risk of an importer: GeoPolRisk, HHI, N-1, the Commission's formula, and their parts."""

from typing import Any

from riskscore.api import filters
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Computed, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import Parameter, code, whole
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.resources import Field, Resource, Row, plain
from riskscore.scoring.indicators import supply_risk_rows
from riskscore.scoring.indicators.buyer import Buyer

SPAN = 3
YEARS = shapes.whole("A year.")
CODE = shapes.text("Place code.")


def _number(name: str, about: str) -> Field:
    return plain(name, shapes.optional(shapes.number(about)))


def _text(name: str, about: str) -> Field:
    return plain(name, shapes.optional(shapes.text(about)))


FIGURES = (
    _number("geopolrisk01", "GeoPolRisk score: production_hhi01 × import_risk01."),
    _number("production_hhi01", "HHI of world production over countries, mean of each year's."),
    _number(
        "import_risk01",
        "Imports weighted by the sellers' political instability, over imports and own output. "
        "A seller without an estimate counts 0.5. The indicator con.import_risk.",
    ),
    _number("geopolrisk_midpoint_kusd_per_t", "geopolrisk01 × price_kusd_per_t."),
    _number(
        "geopolrisk_cf_kg_cu_eq_per_kg",
        "Characterisation factor, kg copper equivalents per kg: the midpoint over that of copper.",
    ),
    _number("price_kusd_per_t", "Import value over imports, thousand USD per tonne."),
    _number("imports_t", "Imports in tonnes of traded product, from outside the importer."),
    _number("import_value_kusd", "Import value in thousand USD."),
    _number("own_production_t", "Own output in tonnes of what production counts (`basis`)."),
    _number("import_value_hhi01", "HHI of import value over sellers: con.import_hhi."),
    _number("import_quantity_hhi01", "HHI of imported tonnes over sellers."),
    _number(
        "supply_hhi01",
        "HHI of supply: imported tonnes by seller, and own output as one supplier.",
    ),
    _text("largest_supplier", "Place code of the seller of the most tonnes."),
    _number("largest_supplier_share01", "Its share of the imported tonnes."),
    _number("n1_imports_left01", "N-1: share of the imports left if the largest supplier fails."),
    _number(
        "n1_supply_left01",
        "N-1: share of imports and own output left if the largest supplier fails.",
    ),
    _number("known_partner_share01", "Share of imports whose seller's stability is known."),
    _number(
        "ec_supply_risk",
        "The European Commission's supply risk, 0 to about 6, critical from 1, with the importer "
        "in the EU's place: (world HHI × IR/2 + own HHI × (1 − IR/2)) × (1 − EoL-RIR) × SI_SR.",
    ),
    _number(
        "ec_supply_risk_at_most",
        "The greatest it can be where the substitution index or import reliance is unknown.",
    ),
    _number("ec_hhi_wgi_t_world10", "HHI_WGI,t of world production: 0..10 before t."),
    _number("ec_hhi_wgi_t_importer10", "HHI_WGI,t of imports and own output: 0..10 before t."),
    plain(
        "ec_mix",
        shapes.optional(
            shapes.one_of(
                ("both", "world", "importer"),
                "Which of the two is known; one alone counts alone, as in the Commission's tables.",
            )
        ),
    ),
    _number("import_reliance01", "Net imports over own output and net imports, 0..1 (IR)."),
    _number("eol_rir01", "End-of-life recycling input rate."),
    _number("substitution01", "Substitution index SI_SR; 1 is no substitute."),
)
SUPPLY_RISK = Resource(
    "SupplyRisk",
    "Supply risk of one importer, mineral and year. The end of a name is its scale or unit: 01 is "
    "0..1, hhi01 is the Herfindahl–Hirschman index 0..1. Recycling rates and trade parameters are "
    "those of the Commission's study of 2023 in every year. Unknown is null, never 0: see `why`.",
    (
        plain("id", shapes.text("Importer, mineral and year.")),
        plain("importer", CODE),
        plain("mineral", shapes.text("Code of the mineral.")),
        plain("year", shapes.whole("The last of the years that the figures are means of.")),
        *FIGURES,
        _text("production_stage", "Where production is counted: mine or refinery."),
        _text("trade_stage", "Stage of the customs codes, which may be another."),
        plain("import_years", shapes.several(YEARS, "Years of trade.")),
        plain("production_years", shapes.several(YEARS, "Years of production.")),
        plain("governance_year", shapes.optional(shapes.whole("Newest year of governance."))),
        plain("releases", shapes.several(shapes.text("Code."), "Releases that it came from.")),
        plain("members", shapes.several(CODE, "A group's members on the year's last day.")),
        _text("note", "Of a group: what its members trade among themselves is left out."),
        _text("why", "Why figures are null; null: none is."),
    ),
)
ORDERS = {
    "id": Order("id", "id"),
    **{
        sign + name: Order(name, "id", descending=bool(sign), nullable=True)
        for name in ("geopolrisk01", "largest_supplier_share01", "ec_supply_risk_at_most")
        for sign in ("", "-")
    },
}


def _several(name: str, about: str, low: int, high: int, **more: Any) -> Parameter:
    schema = shapes.whole(about, minimum=low, maximum=high)
    return Parameter(name=name, schema=schema, read=whole(low, high), **more)


class SupplyRisks(Computed):
    """Supply risk by importer, mineral and year: GeoPolRisk, HHI, N-1, the Commission's formula."""

    tag = "catalogues"
    shows = ("observation", "exportflow")
    resource = SUPPLY_RISK
    orders = ORDERS
    parameters = listing_parameters(
        SUPPLY_RISK,
        ORDERS,
        code("importer", "The importers: place codes. Needed.", filters.places, many=True),
        code("mineral", "Only these minerals.", filters.minerals, many=True),
        _several("year", "Only these years.", 1900, 2100, many=True),
        _several(
            "span",
            "Mean of how many years up to `year`; scores use 3, published GeoPolRisk 1.",
            1,
            10,
            default=SPAN,
        ),
    )

    def computed(self) -> list[Row]:
        """Those of the importers, minerals and years that the query names."""
        query = self.query_values
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
