"""The buyer's view: supply mix, N-1, concentration, GeoPolRisk, and where they disagree."""

from riskscore.api import filters
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Computed, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import Parameter, code, whole
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.resources import Resource, Row, plain
from riskscore.api.framework.shapes import Schema
from riskscore.api.sourcing import asking
from riskscore.api.supply_risks import SUPPLY_RISK
from riskscore.engine.catalogue import PARTNERSHIP_LEVELS
from riskscore.errors import NotFoundError
from riskscore.sourcing.dependence import buyer_view


def _maybe(about: str) -> Schema:
    return shapes.optional(shapes.number(about))


PLACE = shapes.text("Place code.")
PARTNER = shapes.record(
    {
        "place": shapes.optional(shapes.text("Place code; null: all others together.")),
        "tonnes": shapes.number("Tonnes a year."),
        "share01": shapes.number("Of the imports."),
        "agreement": shapes.optional(
            shapes.one_of(PARTNERSHIP_LEVELS, "Closest agreement about this mineral.")
        ),
        "instability01": _maybe("GeoPolRisk's g: political instability, 0..1."),
    },
    "One partner, the largest first.",
)
LARGEST = shapes.record(
    {
        "place": PLACE,
        "tonnes": shapes.number("Tonnes a year."),
        "share01": shapes.number("Of the imports: what is lost when it stops."),
        "share_of_supply01": _maybe("Of imports and own output."),
    },
    "N-1 with a name: the largest partner.",
)
NAMED = shapes.record(
    {
        "place": PLACE,
        "tonnes": _maybe("Tonnes a year."),
        "share01": _maybe("Of the imports."),
        "above_65_percent": shapes.optional(
            shapes.flag("The EU's test of a dependence, Regulation (EU) 2024/1252, Article 5.")
        ),
    },
    "The country that the query names.",
)
YEAR = shapes.record(
    {
        "year": shapes.whole("The last of the three years that the figures are means of."),
        "imports_t": _maybe("Tonnes."),
        "largest": shapes.optional(PLACE),
        "largest_share01": _maybe("Of the imports."),
        "named_share01": _maybe("The named country's share."),
        "import_hhi01": _maybe("HHI over tonnes."),
        "geopolrisk01": _maybe("GeoPolRisk."),
    },
    "One year.",
)
MOVE = shapes.record(
    {
        "from": PLACE,
        "to": PLACE,
        "tonnes": shapes.number("A tenth of the imports, or all that the partner sells."),
        "output_t": shapes.number("What the place produces, in tonnes of what production counts."),
        "feasible": shapes.flag("Whether it produces as many tonnes."),
        "n1_change01": shapes.number("After less before."),
        "import_hhi_change01": shapes.number("After less before."),
        "geopolrisk_change_part": _maybe("After less before, over before."),
        "opposite": shapes.flag("Whether concentration falls and GeoPolRisk rises."),
    },
    "What moving a tenth of the imports from the largest partner to another producer would do.",
)
FINDING = shapes.record(
    {
        "code": shapes.text("Which kind of disagreement; more may be added."),
        "between": shapes.several(shapes.text("Field."), "The figures that disagree."),
        "words": shapes.text("What they say, and why they differ."),
    },
    "One disagreement.",
)
DISAGREEMENTS = shapes.record(
    {
        "moves": shapes.several(MOVE, "By output, the largest first."),
        "findings": shapes.several(FINDING, "Empty: the figures agree."),
    },
    "Where the formulas point opposite ways, and why.",
)
#: What a supply risk says besides: its figures, years, members, releases and reasons.
SHARED = tuple(field for field in SUPPLY_RISK.fields if field.name not in ("id", "importer"))
DEPENDENCE = Resource(
    "Dependence",
    "What a buyer gets of one mineral, from whom, and how far it hangs on them. Computed when "
    "asked from the newest tables; no job is needed. Unknown is null, never 0: see `why`.",
    (
        plain("id", shapes.text("Buyer, mineral and year.")),
        plain("buyer", shapes.text("Place codes of the buyer, joined by +.")),
        *(field for field in SHARED if field.name in ("mineral", "year")),
        plain("largest", shapes.optional(LARGEST)),
        plain("named", NAMED),
        plain("mix", shapes.several(PARTNER, "Partners; empty: none, or no trade on record.")),
        plain(
            "agreement_share01",
            _maybe(
                "Share of the imports from places with a trade agreement or minerals partnership "
                "with the member that buys; a trade bloc or a forum does not count, nor does an "
                "agreement with a place that restricts exports of the mineral."
            ),
        ),
        plain(
            "expected_loss01",
            _maybe(
                "Share of the imports that the disruption model expects to fail next year: "
                "Σ share × probability × 0.4, a lower bound."
            ),
        ),
        plain("expected_loss_covers01", _maybe("Share of the imports that the model speaks of.")),
        plain("trend", shapes.several(YEAR, "Oldest first.")),
        plain("disagreements", DISAGREEMENTS),
        *(field for field in SHARED if field.name not in ("mineral", "year")),
    ),
)
ORDERS = {
    "mineral": Order("mineral", "id"),
    **{
        sign + name: Order(name, "id", descending=bool(sign), nullable=True)
        for name in ("largest_supplier_share01", "import_quantity_hhi01", "geopolrisk01")
        for sign in ("", "-")
    },
}
NAMED_COUNTRY = code(
    "named", "A country whose share is tested.", filters.countries, default=buyer_view.NAMED
)
YEAR_ASKED = Parameter(
    name="year",
    schema=shapes.whole("The newest by default.", minimum=1900, maximum=2100),
    read=whole(1900, 2100),
)


class Dependences(Computed):
    """A buyer's dependence by mineral: mix, N-1, concentration, GeoPolRisk, and disagreements."""

    tag = "sourcing"
    shows = ("score",)
    resource = DEPENDENCE
    orders = ORDERS
    parameters = listing_parameters(
        DEPENDENCE,
        ORDERS,
        asking.BUYER,
        code("mineral", "Only these minerals.", filters.minerals, many=True),
        NAMED_COUNTRY,
        YEAR_ASKED,
    )

    def computed(self) -> list[Row]:
        """A row for each mineral asked for."""
        query = self.query_values
        question = buyer_view.Question(
            asking.buyer(query), query["mineral"], query["named"], query["year"]
        )
        try:
            return buyer_view.rows(question)
        except NotFoundError as refused:
            raise of_parameters({refused.place: asking.words(refused)}) from refused
