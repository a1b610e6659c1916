"""Ore → refining → buyer over HTTP: who holds each stage, and the weakest of them."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from riskscore.api import filters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.query_fields import ChoiceField, KnownField, Several
from riskscore.api.framework.row_serializers import Row, RowSerializer
from riskscore.api.framework.row_viewsets import ListComputed, Rows
from riskscore.api.project_parts.owner_fields import countries
from riskscore.api.sourcing import asking
from riskscore.errors import NotFoundError
from riskscore.models import Project
from riskscore.sourcing import buyers
from riskscore.sourcing.chain import stages
from riskscore.sourcing.chain.refining_ways import Verdict
from riskscore.sourcing.chain.stages import Hands, Route, StageOfRoute

PLACE = "Place code."
STAGE = "Mining, refining, or what is made of it."


class StageShareSerializer(serializers.Serializer[Any]):
    """A place's share."""

    place = serializers.CharField(help_text=PLACE)
    share01 = serializers.FloatField(help_text="0..1.")


class StageHandsSerializer(serializers.Serializer[Any]):
    """In whose hands a stage is. `lost` is N-1: with which place most is lost, as a share of
    imports and own output (`scope` buyer; where `own_t` is null, an upper bound) or of the
    world's; the buyer's own members are not lost. `largest` and `named` are shares of the
    imports, or of the world's output.
    """

    scope = serializers.ChoiceField(
        ("buyer", "world"), help_text="The buyer's imports, or the world's output."
    )
    tonnes = serializers.FloatField(
        allow_null=True, help_text="Together, of what its source counts."
    )
    lost = StageShareSerializer(allow_null=True)
    own_t = serializers.FloatField(
        allow_null=True, help_text="What the buyer makes itself; null: unknown."
    )
    largest = StageShareSerializer()
    hhi_low01 = serializers.FloatField(
        help_text="HHI if the rest without names is split without end."
    )
    hhi_high01 = serializers.FloatField(
        help_text="HHI if it comes in blocks as large as the smallest named."
    )
    named = StageShareSerializer()
    rest01 = serializers.FloatField(help_text="Share of places that are not named.")
    top = StageShareSerializer(help_text="The largest, downwards.", many=True)
    years = serializers.ListField(
        child=serializers.IntegerField(help_text="A year."), help_text="Mean of these years."
    )
    source = serializers.CharField(help_text="The indicator that it is made from.")


class StageOfChainSerializer(serializers.Serializer[Any]):
    """One stage."""

    stage = serializers.ChoiceField(tuple(stages.CHAIN), help_text=STAGE)
    buyer = StageHandsSerializer(allow_null=True)
    world = StageHandsSerializer(allow_null=True)
    counts = serializers.ChoiceField(
        ("buyer", "world"),
        allow_null=True,
        help_text="Which counts: the world stands in for the buyer.",
    )
    missing = serializers.ListField(
        child=serializers.CharField(help_text="What is not on record."), help_text="Empty: nothing."
    )


class WeakestStageSerializer(serializers.Serializer[Any]):
    """The stage of which most is lost with one place."""

    stage = serializers.ChoiceField(tuple(stages.CHAIN), help_text=STAGE)
    scope = serializers.ChoiceField(("buyer", "world"), help_text="Whose figures.")
    place = serializers.CharField(help_text=PLACE)
    share01 = serializers.FloatField(help_text="What is lost with that place.")


class RefinedInSerializer(serializers.Serializer[Any]):
    """How much is refined in the named country."""

    place = serializers.CharField(help_text=PLACE)
    of_world01 = serializers.FloatField(allow_null=True, help_text="Its share of world refining.")
    of_imports01 = serializers.FloatField(
        allow_null=True, help_text="Its share of the buyer's imports of refined forms."
    )


class ProjectInChainSerializer(serializers.Serializer[Any]):
    """A project of this kind at this place, where the query names a place."""

    place = serializers.CharField(help_text=PLACE)
    kind = serializers.ChoiceField(Project.Kind.values, help_text="Kind of site.")
    diversifying = serializers.BooleanField(
        allow_null=True,
        help_text="False: it ships to a refining stage that one place holds to 90 %.",
    )
    way = serializers.CharField(help_text="Which way it takes through refining.")
    bottleneck = StageShareSerializer(allow_null=True)
    why = serializers.CharField(help_text="Why.")
    assumed = serializers.CharField(help_text="What is not known and taken so; empty: nothing.")


class ChainSerializer(RowSerializer):
    """The stages of one mineral on its way to a buyer. Computed when asked from the newest
    tables. Unknown is null, never 0: see `missing`.
    """

    id = serializers.CharField(help_text="Buyer and mineral.")
    buyer = serializers.CharField(help_text="Place codes of the buyer, joined by +.")
    mineral = serializers.CharField(help_text="Code of the mineral.")
    weakest = WeakestStageSerializer(allow_null=True)
    weakest_share01 = serializers.FloatField(allow_null=True, help_text="Its share, to sort by.")
    refined_in = RefinedInSerializer()
    stages = StageOfChainSerializer(help_text="From the ore on.", many=True)
    project = ProjectInChainSerializer(allow_null=True)
    missing = serializers.ListField(
        child=serializers.CharField(help_text="What is not on record."), help_text="All stages."
    )
    releases = serializers.ListField(
        child=serializers.CharField(help_text="Code."), help_text="What it is made from."
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


class ChainQuery(asking.ForBuyer):
    """Whose supply, and of what."""

    mineral = Several(KnownField(filters.minerals), help_text="Only these minerals.")
    named = KnownField(countries, default=stages.NAMED, help_text="A country to name.")
    place = KnownField(countries, help_text="Where a project would be.")
    kind = ChoiceField(
        Project.Kind.values, help_text="What kind of site, at `place`; a mine by default."
    )


class ChainViewSet(ListComputed):
    """Ore, refining, buyer: who holds each stage of a mineral, and which stage is the weakest."""

    tag = "sourcing"
    shows = ("score",)
    serializer_class = ChainSerializer
    queries = {"list": ChainQuery}
    orders = ORDERS

    def computed(self) -> Rows:
        """A row for each mineral asked for."""
        query = self.query
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
        place, kind = self.query["place"], self.query["kind"] or Project.Kind.MINE
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
