"""What scenarios do to buyers, by mineral: stored ones, several at once, or shocks on the spot."""

from datetime import date
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import filters
from riskscore.api.framework import bodies, shapes
from riskscore.api.framework.endpoint import Computed, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import Parameter, code
from riskscore.api.framework.problems import of_body, of_parameters
from riskscore.api.framework.resources import Field, Resource, Row, item, plain
from riskscore.api.framework.shapes import Schema
from riskscore.api.sourcing import asking, scenarios
from riskscore.curation import scenario_edits
from riskscore.engine.sourcing.stated_shocks import MOST_SHOCKS, BadShocks, Stated
from riskscore.errors import NotFoundError, ValidationError
from riskscore.models import Scenario
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sourcing import buyers
from riskscore.sourcing.scenarios import scenario_effects
from riskscore.sourcing.scenarios.scenario_effects import Question

PLACE = shapes.text("Place code.")


def _number(name: str, about: str) -> Field:
    return plain(name, shapes.optional(shapes.number(about)))


def _both(name: str, about: str) -> tuple[Field, Field]:
    """A figure as it is, and after the shocks."""
    return (
        _number(f"{name}_before", f"{about} As it is."),
        _number(f"{name}_after", f"{about} After the shocks."),
    )


FILLER = shapes.record(
    {
        "place": PLACE,
        "sells_buyer_t": shapes.number("Tonnes a year that it sells this buyer."),
        "exports_t": shapes.optional(shapes.number("Tonnes a year that it sells everybody.")),
    },
    "A partner that nothing hits.",
)
EFFECT = Resource(
    "ScenarioEffect",
    "What shocks do to one buyer and mineral, beside the figures as they are. Tonnes that are lost "
    "are lost: nobody steps in. Of direct trade alone: what those lose who refine or trade in "
    "between is not in it, see `world_output_hit01`. Unknown is null, never 0: see `why`.",
    (
        plain("id", shapes.text("Buyer and mineral.")),
        plain("buyer", shapes.text("Place codes of the buyer, joined by +.")),
        plain("mineral", shapes.text("Code of the mineral.")),
        plain("year", shapes.whole("The last of the years that the figures are means of.")),
        _number(
            "supply_lost01",
            "The damage: share lost of imports and own output together; negative: gained.",
        ),
        _number(
            "supply_lost_at_most01",
            "The same if whatever a social condition may rule out is out; else equal.",
        ),
        _number("lost_t", "Tonnes a year lost of imports and own output; negative: gained."),
        _number("imports_lost01", "Share of the imports lost."),
        _number(
            "world_output_hit01",
            "Share of the world's output that lies in places hit, weighted by the cut: how far an "
            "indirect loss could reach.",
        ),
        *_both("imports_t", "Imports in tonnes."),
        *_both("own_production_t", "Own output in tonnes of what production counts."),
        plain("largest_supplier_before", shapes.optional(PLACE)),
        plain("largest_supplier_after", shapes.optional(PLACE)),
        *_both("largest_supplier_share01", "N-1: the largest supplier's share of the imports."),
        _number(
            "largest_supplier_share_if_all_out01",
            "The same if whatever a social condition may rule out is out.",
        ),
        plain(
            "above_eu_test_before",
            shapes.optional(shapes.flag("Whether one partner holds more than 65 %.")),
        ),
        plain("above_eu_test_after", shapes.optional(shapes.flag("The same after the shocks."))),
        *_both("import_quantity_hhi01", "HHI of imported tonnes over sellers."),
        *_both("geopolrisk01", "GeoPolRisk."),
        *_both(
            "agreement_share01",
            "Share of the imports from places with a trade agreement or minerals partnership with "
            "the member that buys.",
        ),
        plain(
            "fillers", shapes.several(FILLER, "Who sells most besides, where something is lost.")
        ),
        plain("says", shapes.several(shapes.text("A sentence."), "What the numbers cannot show.")),
        plain("import_years", shapes.several(shapes.whole("A year."), "Years of trade.")),
        plain("releases", shapes.several(shapes.text("Code."), "Releases that it came from.")),
        plain("why", shapes.optional(shapes.text("Why figures are null; null: none is."))),
    ),
)
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


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("say a day such as 2026-01-31") from None


BUYERS: tuple[Parameter, ...] = (
    code(
        "importer",
        "One row each for these places; without it and `buyer`, for all on record.",
        filters.places,
        many=True,
    ),
    code("buyer", "Several places seen as one buyer: `JPN,USA`.", filters.places, many=True),
    code("mineral", "Only these minerals.", filters.minerals, many=True),
    Parameter(
        name="on",
        schema=shapes.day(
            "Only shocks in force on this day; without it all, whatever their dates."
        ),
        read=_day,
    ),
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


SCENARIOS = code("scenario", "These scenarios, all at once.", scenarios.codes, many=True)


def _some(each: Schema, about: str) -> Schema:
    """A list that says something: an empty one would be nobody, or everybody."""
    return {**shapes.several(each, about), "minItems": 1}


ON_THE_SPOT = {
    **shapes.record(
        {
            "shocks": scenarios.SHOCKS,
            "importers": _some(PLACE, "One row each; left out, with `buyer`: all on record."),
            "buyer": _some(PLACE, "Several places seen as one buyer."),
            "minerals": _some(shapes.text("Code."), "Only these minerals."),
        },
        "Shocks that are not stored.",
        required=["shocks"],
    ),
    "additionalProperties": False,
}


class _Effects(Computed):
    """What stored scenarios do together."""

    tag = "sourcing"
    shows = ("score", "scenario")
    resource = EFFECT
    orders = ORDERS
    parameters = listing_parameters(EFFECT, ORDERS, SCENARIOS, *BUYERS)

    def named(self) -> list[str]:
        """The scenarios that the request names. Raises Problem where there is none."""
        raise NotImplementedError

    def computed(self) -> list[Row]:
        """One row a buyer and mineral."""
        query = self.query_values
        try:
            named = _buyers(query["importer"], query["buyer"])
        except (NotFoundError, ValidationError) as refused:
            name = "importer" if query["importer"] else "buyer"
            raise of_parameters({name: asking.words(refused)}) from refused
        return scenario_effects.rows(
            Question(shocks_of(self.named()), named, query["mineral"], query["on"])
        )


class Effects(_Effects):
    """What scenarios do to buyers; POST asks it of shocks given on the spot."""

    takes = {"POST": ("view_score", "view_scenario")}
    body = ON_THE_SPOT
    answers = {
        "post": (
            200,
            shapes.record(
                {"items": shapes.several(shapes.reference(EFFECT.name), "All rows.")}, "All rows."
            ),
        )
    }

    def named(self) -> list[str]:
        """Those of the query, which must name one."""
        named: list[str] | None = self.query_values["scenario"]
        if not named:
            raise of_parameters({"scenario": "say which one, or several: a,b"})
        return named

    def post(self, request: Request) -> Response:
        """Return the effects of the body's shocks; nothing is stored."""
        asked = bodies.check(request.data, ON_THE_SPOT)
        if wrong := sorted(set(asked.get("minerals", ())) - filters.minerals()):
            raise of_body({"/minerals": f"no mineral {wrong[0][:60]!r}"})
        try:
            shocks = scenario_edits.checked(asked["shocks"])
        except BadShocks as refused:
            raise of_body(refused.faults) from None
        named = _in_body(asked)
        rows = scenario_effects.rows(Question(shocks, named, asked.get("minerals")))
        return Response({"items": [item(EFFECT.fields, row) for row in rows]})


def _in_body(asked: Row) -> tuple[Buyer, ...] | None:
    """The buyers that a body names. Raises Problem that points at the field."""
    for field in ("importers", "buyer"):
        if wrong := sorted(set(asked.get(field, ())) - filters.places()):
            raise of_body({f"/{field}": f"{wrong[0][:60]!r} is no place"})
    try:
        return _buyers(asked.get("importers"), asked.get("buyer"))
    except ValidationError as refused:
        raise of_body(
            {"/buyer" if asked.get("buyer") else "/importers": asking.words(refused)}
        ) from None


class EffectsOfOne(_Effects):
    """What one stored scenario does to buyers; `scenario` adds others at the same time."""

    def named(self) -> list[str]:
        """That of the address, and those that the query adds."""
        return [self.kwargs["code"], *(self.query_values["scenario"] or ())]
