"""Ore → refining → buyer over HTTP: who holds each stage, and the weakest of them."""

from dataclasses import asdict
from typing import Any

from riskscore.api import filters
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Computed, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import choice, code
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.resources import Resource, Row, plain
from riskscore.api.sourcing import asking
from riskscore.errors import NotFoundError
from riskscore.models import Project
from riskscore.sourcing import buyers
from riskscore.sourcing.chain import stages
from riskscore.sourcing.chain.refining_ways import Verdict
from riskscore.sourcing.chain.stages import Hands, Route, StageOfRoute

PLACE = shapes.text("Place code.")
STAGE = shapes.one_of(tuple(stages.CHAIN), "Mining, refining, or what is made of it.")
SHARE = shapes.record({"place": PLACE, "share01": shapes.number("0..1.")}, "A place's share.")
HANDS = shapes.record(
    {
        "scope": shapes.one_of(("buyer", "world"), "The buyer's imports, or the world's output."),
        "tonnes": shapes.optional(shapes.number("Together, of what its source counts.")),
        "lost": shapes.optional(SHARE),
        "own_t": shapes.optional(shapes.number("What the buyer makes itself; null: unknown.")),
        "largest": SHARE,
        "hhi_low01": shapes.number("HHI if the rest without names is split without end."),
        "hhi_high01": shapes.number("HHI if it comes in blocks as large as the smallest named."),
        "named": SHARE,
        "rest01": shapes.number("Share of places that are not named."),
        "top": shapes.several(SHARE, "The largest, downwards."),
        "years": shapes.several(shapes.whole("A year."), "Mean of these years."),
        "source": shapes.text("The indicator that it is made from."),
    },
    "In whose hands a stage is. `lost` is N-1: with which place most is lost, as a share of "
    "imports and own output (`scope` buyer; where `own_t` is null, an upper bound) or of the "
    "world's; the buyer's own members are not lost. `largest` and `named` are shares of the "
    "imports, or of the world's output.",
)
ROW = shapes.record(
    {
        "stage": STAGE,
        "buyer": shapes.optional(HANDS),
        "world": shapes.optional(HANDS),
        "counts": shapes.optional(
            shapes.one_of(("buyer", "world"), "Which counts: the world stands in for the buyer.")
        ),
        "missing": shapes.several(shapes.text("What is not on record."), "Empty: nothing."),
    },
    "One stage.",
)
WEAKEST = shapes.record(
    {
        "stage": STAGE,
        "scope": shapes.one_of(("buyer", "world"), "Whose figures."),
        "place": PLACE,
        "share01": shapes.number("What is lost with that place."),
    },
    "The stage of which most is lost with one place.",
)
REFINED_IN = shapes.record(
    {
        "place": PLACE,
        "of_world01": shapes.optional(shapes.number("Its share of world refining.")),
        "of_imports01": shapes.optional(
            shapes.number("Its share of the buyer's imports of refined forms.")
        ),
    },
    "How much is refined in the named country.",
)
PROJECT = shapes.record(
    {
        "place": PLACE,
        "kind": shapes.one_of(Project.Kind.values, "Kind of site."),
        "diversifying": shapes.optional(
            shapes.flag("False: it ships to a refining stage that one place holds to 90 %.")
        ),
        "way": shapes.text("Which way it takes through refining."),
        "bottleneck": shapes.optional(SHARE),
        "why": shapes.text("Why."),
        "assumed": shapes.text("What is not known and taken so; empty: nothing."),
    },
    "A project of this kind at this place, where the query names a place.",
)
CHAIN = Resource(
    "Chain",
    "The stages of one mineral on its way to a buyer. Computed when asked from the newest tables. "
    "Unknown is null, never 0: see `missing`.",
    (
        plain("id", shapes.text("Buyer and mineral.")),
        plain("buyer", shapes.text("Place codes of the buyer, joined by +.")),
        plain("mineral", shapes.text("Code of the mineral.")),
        plain("weakest", shapes.optional(WEAKEST)),
        plain("weakest_share01", shapes.optional(shapes.number("Its share, to sort by."))),
        plain("refined_in", REFINED_IN),
        plain("stages", shapes.several(ROW, "From the ore on.")),
        plain("project", shapes.optional(PROJECT)),
        plain("missing", shapes.several(shapes.text("What is not on record."), "All stages.")),
        plain("releases", shapes.several(shapes.text("Code."), "What it is made from.")),
    ),
)
ORDERS = {
    "mineral": Order("mineral", "id"),
    **{
        f"{sign}weakest_share01": Order(
            "weakest_share01", "id", descending=bool(sign), nullable=True
        )
        for sign in ("", "-")
    },
}


class Chains(Computed):
    """Ore, refining, buyer: who holds each stage of a mineral, and which stage is the weakest."""

    tag = "sourcing"
    shows = ("score",)
    resource = CHAIN
    orders = ORDERS
    parameters = listing_parameters(
        CHAIN,
        ORDERS,
        asking.BUYER,
        code("mineral", "Only these minerals.", filters.minerals, many=True),
        code("named", "A country to name.", filters.countries, default=stages.NAMED),
        code("place", "Where a project would be.", filters.countries),
        choice("kind", Project.Kind.values, "What kind of site, at `place`; a mine by default."),
    )

    def computed(self) -> list[Row]:
        """A row for each mineral asked for."""
        query = self.query_values
        if query["kind"] and not query["place"]:
            raise of_parameters({"place": "say where the site would be"})
        try:
            found = buyers.now(asking.buyer(query))
        except NotFoundError as refused:
            raise of_parameters({refused.place: asking.words(refused)}) from refused
        releases = stages.releases()
        return [
            {**_row(chain), "project": self._project(chain), "releases": releases}
            for chain in stages.routes(found, query["mineral"], query["named"])
        ]

    def _project(self, chain: Route) -> Row | None:
        place, kind = self.query_values["place"], self.query_values["kind"] or Project.Kind.MINE
        return None if place is None else _verdict(place, kind, chain.of_project(place, kind))


def _row(chain: Route) -> Row:
    weakest, refining = chain.weakest, chain.stage("refining")
    share = None if weakest is None else _weakest(weakest)
    return {
        "id": f"{chain.buyer}/{chain.mineral}",
        "buyer": chain.buyer,
        "mineral": chain.mineral,
        "weakest": share,
        "weakest_share01": share and share["share01"],
        "refined_in": {
            "place": chain.named,
            "of_world01": refining.world and refining.world.named.share01,
            "of_imports01": refining.buyer and refining.buyer.named.share01,
        },
        "stages": [_stage(row) for row in chain.stages],
        "missing": list(chain.missing),
    }


def _weakest(row: StageOfRoute) -> Row | None:
    if row.counts is None or row.counts.lost is None:
        return None
    return {"stage": row.stage, "scope": row.counts.scope, **row.counts.lost._asdict()}


def _stage(row: StageOfRoute) -> Row:
    return {
        "stage": row.stage,
        "buyer": row.buyer and _hands(row.buyer),
        "world": row.world and _hands(row.world),
        "counts": row.counts and row.counts.scope,
        "missing": list(row.missing),
    }


def _hands(hands: Hands) -> Row:
    shares: dict[str, Any] = {
        "lost": hands.lost and hands.lost._asdict(),
        "largest": hands.largest._asdict(),
        "named": hands.named._asdict(),
        "top": [share._asdict() for share in hands.top],
        "years": list(hands.years),
    }
    return asdict(hands) | shares


def _verdict(place: str, kind: str, found: Verdict) -> Row:
    return {
        "place": place,
        "kind": kind,
        "diversifying": found.diversifying,
        "way": str(found.way),
        "bottleneck": found.bottleneck and found.bottleneck._asdict(),
        "why": found.why,
        "assumed": found.assumed,
    }
