"""Ore → refining → buyer: who holds each stage of a buyer's mineral, and the weakest of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.sourcing import stages as of
from riskscore.engine.sourcing.stages import Held
from riskscore.models import Mineral, TradeCode
from riskscore.scoring.stored_score import not_nan
from riskscore.sourcing.buyers import Now, mineral_at
from riskscore.sourcing.chain.refining_ways import Basis, Share, Verdict, diversifying, percent
from riskscore.sourcing.chain.stage_tables import (
    MINING,
    PRODUCTION,
    REFINING,
    Output,
    Trade,
    World,
    imported,
    key_of,
    releases_of,
    world,
)

#: The stages of a chain in their order, and the trade codes that show a buyer's part of each.
CHAIN = {"mining": "ore", "refining": "refined", "product": "product"}
WORDS = {"ore": "ore", "refined": "refined forms", "product": "products"}
#: Where a mineral's own customs codes stand, by ``Mineral.trade_stage``.
OWN_CODES = {"extraction": "ore", "processing": "refined"}
NAMED = "CHN"
MOST_SHOWN = 5
TRADE = "baci.import_quantity"
KEYS = (PRODUCTION, MINING, REFINING, TRADE, *(key_of(stage) for stage in CHAIN.values()))


@dataclass(frozen=True, slots=True)
class Hands:
    """In whose hands a stage is. ``scope``: "buyer", its own imports; "world", all output.

    ``lost`` is N-1: the place with which most is lost, and what part of imports and own output that
    is (of the world's, where the world stands in; the buyer's own members are not lost); None where
    it depends on nobody. ``own_t``: what the buyer makes itself at the stage, None where unknown.
    ``rest01``: what nobody is named for. ``source``: the indicator that it is made from.
    """

    scope: str
    tonnes: float | None
    lost: Share | None
    own_t: float | None
    largest: Share
    hhi_low01: float
    hhi_high01: float
    named: Share
    rest01: float
    top: tuple[Share, ...]
    years: tuple[int, ...]
    source: str


@dataclass(frozen=True, slots=True)
class StageOfRoute:
    """One stage: the buyer's own imports at it, and the world's output; None: not on record."""

    stage: str
    buyer: Hands | None
    world: Hands | None
    missing: tuple[str, ...]

    @property
    def counts(self) -> Hands | None:
        """The buyer's own trade where it is on record, else the world's, which stands in."""
        return self.buyer or self.world


@dataclass(frozen=True)
class Route:
    """The chain of one mineral to one buyer.

    ``refined_in``: share of a named country in world refining, and in the buyer's refined imports;
    None where it is not on record.
    """

    buyer: str
    mineral: str
    stages: tuple[StageOfRoute, ...]
    named: str
    basis: Basis

    @cached_property
    def weakest(self) -> StageOfRoute | None:
        """The stage of which most is lost with one place; None where nothing is known."""
        each = (row.counts.lost if row.counts else None for row in self.stages)
        at = of.weakest([np.nan if lost is None else lost.share01 for lost in each])
        return None if at < 0 else self.stages[at]

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not on record, in words."""
        return tuple(words for row in self.stages for words in row.missing)

    def stage(self, name: str) -> StageOfRoute:
        """One stage by its name."""
        return next(row for row in self.stages if row.stage == name)

    def of_project(self, place: str, kind: str) -> Verdict:
        """Whether a project of a kind at a place may be called diversifying at refining."""
        return diversifying(place, kind, self.basis)


def route(found: Now, mineral: str, named: str = NAMED) -> Route:
    """The chain of one mineral to a buyer. Raises NotFoundError for an unknown mineral."""
    mineral_at(found, mineral)
    return routes(found, [mineral], named)[0]


def routes(found: Now, minerals: Iterable[str] | None = None, named: str = NAMED) -> list[Route]:
    """The chains of several minerals (None: all), in the order of their codes."""
    axes = found.axes
    known = _Known(found, world(axes), imported(found.buyer, axes, tuple(CHAIN.values())), named)
    wanted = None if minerals is None else set(minerals)
    return [
        _route(known, at, mineral)
        for at, mineral in enumerate(axes.minerals)
        if wanted is None or mineral in wanted
    ]


def releases() -> list[str]:
    """Codes of the releases that the stages are made from."""
    return releases_of(KEYS)


@dataclass(frozen=True)
class _Known:
    """What the routes of one buyer are made from."""

    now: Now
    world: World
    trade: Mapping[str, Trade]
    named: str

    @cached_property
    def own_stage(self) -> dict[str, str]:
        """By mineral: the stage of its own customs codes; none where it has none."""
        rows = Mineral.objects.exclude(hs6=[]).values_list("code", "trade_stage")
        return {code: OWN_CODES[stage] for code, stage in rows if stage in OWN_CODES}

    @cached_property
    def codes(self) -> dict[tuple[str, str], list[str]]:
        """By mineral and stage: the customs codes of other stages."""
        result: dict[tuple[str, str], list[str]] = {}
        for row in TradeCode.objects.all():
            result.setdefault((row.mineral_id, row.stage), []).append(row.hs6)
        return result

    def imports(self, at: int, stage: str) -> Trade | None:
        """(P,) what the buyer imports at a stage; None where no trade is on record."""
        if self.own_stage.get(self.now.axes.minerals[at]) == stage:
            years = tuple(self.now.table.found.import_years)
            found = Trade(self.now.supply.imports[at], years, TRADE)
        elif stage in self.trade:
            found = self.trade[stage]._replace(tonnes=self.trade[stage].tonnes[at])
        else:
            return None
        return None if np.isnan(found.tonnes).any() else found

    def made_t(self, at: int, stage: str) -> float:
        """What the buyer makes itself at a stage of the chain in tonnes; NaN where unknown."""
        output = {"mining": self.world.mined, "refining": self.world.refined}.get(stage)
        if output is None or output[at].held.largest < 0:
            return float("nan")
        own, rest = output[at].tonnes[self.now.members], output[at].held.rest01
        # Who is not named may be in the rest; where there is no rest, it makes nothing.
        unknown = np.isnan(own).all() if rest > 0 else np.isnan(output[at].tonnes).all()
        return float("nan") if unknown else float(np.nansum(own))


def _route(known: _Known, at: int, mineral: str) -> Route:
    outputs = {"mining": known.world.mined[at], "refining": known.world.refined[at]}
    rows = [
        _stage(known, at, stage, outputs.get(stage))
        for stage in CHAIN
        if stage != "product" or (mineral, "product") in known.codes
    ]
    return Route(known.now.buyer.name, mineral, tuple(rows), known.named, _basis(known, at))


def _stage(known: _Known, at: int, stage: str, output: Output | None) -> StageOfRoute:
    trade = known.imports(at, CHAIN[stage])
    own_t = known.made_t(at, stage)
    bought = None if trade is None else _of_buyer(known, trade, own_t)
    made = None if output is None else _of_world(known, output, own_t)
    missing = [*_no_trade(known, at, stage, trade, bought), *_no_output(stage, output, made)]
    return StageOfRoute(stage, bought, made, tuple(missing))


def _of_buyer(known: _Known, trade: Trade, own_t: float) -> Hands | None:
    lost = of.lost(trade.tonnes, known.now.members, own_t)
    held = of.held(trade.tonnes)
    return _hands(
        known, held, trade.tonnes, _About("buyer", lost, own_t, trade.years, trade.source)
    )


def _of_world(known: _Known, output: Output, own_t: float) -> Hands | None:
    held = output.held
    lost = of.lost(held.share01, known.now.members, held.rest01)
    about = _About("world", lost, own_t, output.years, output.source)
    return _hands(known, held, output.tonnes, about)


class _About(NamedTuple):
    """What stands beside the hands of a stage."""

    scope: str
    lost: of.Lost
    own_t: float
    years: tuple[int, ...]
    source: str


def _hands(known: _Known, held: Held, tonnes: Floats, about: _About) -> Hands | None:
    """None where nothing is known of who holds it, or nothing is made or bought."""
    if held.largest < 0:
        return None
    places, share = known.now.axes.places, np.nan_to_num(held.share01)
    order = [int(at) for at in np.argsort(-share, kind="stable")[:MOST_SHOWN] if share[at] > 0]
    at, lost = known.now.axes.place(known.named), about.lost
    return Hands(
        scope=about.scope,
        tonnes=None if np.isnan(tonnes).all() else float(np.nansum(tonnes)),
        lost=None if lost.place < 0 else Share(places[lost.place], lost.share01),
        own_t=not_nan(about.own_t),
        largest=Share(places[held.largest], held.n1_01),
        hhi_low01=held.hhi_low01,
        hhi_high01=held.hhi_high01,
        named=Share(known.named, float(share[at]) if at >= 0 else 0.0),
        rest01=held.rest01,
        top=tuple(Share(places[one], float(share[one])) for one in order),
        years=about.years,
        source=about.source,
    )


def _no_trade(
    known: _Known, at: int, stage: str, trade: Trade | None, bought: Hands | None
) -> Iterable[str]:
    mineral, kind = known.now.axes.minerals[at], CHAIN[stage]
    codes = known.codes.get((mineral, kind), [])
    if bought is not None:
        return
    if trade is not None:
        yield f"{stage}: {known.now.buyer.name} imported no {WORDS[kind]} in the years on record"
    elif codes:
        yield (
            f"{stage}: {WORDS[kind]} (HS {', '.join(codes)}) are not in the releases loaded; "
            "load BACI with these codes"
        )
    elif known.own_stage.get(mineral) == kind:
        yield f"{stage}: no trade of {mineral} is on record for {known.now.buyer.name}"
    else:
        yield f"{stage}: no customs code of {WORDS[kind]} of {mineral} is known"


def _no_output(stage: str, output: Output | None, made: Hands | None) -> Iterable[str]:
    if made is None:
        yield f"{stage}: no release loaded says who makes it in the world"
    elif output is not None and made.rest01 > 0:
        yield f"{stage}: {percent(made.rest01)} of the world's is a rest without names"


def _basis(known: _Known, at: int) -> Basis:
    refined, nothing = known.world.refined[at], np.full(len(known.now.axes.places), np.nan)
    ore, bought = known.imports(at, "ore"), known.imports(at, "refined")
    asked = np.nan if ore is None else float(ore.tonnes.sum())
    largest = refined.held.largest
    return Basis(
        buyer=known.now.buyer.name,
        mineral=known.now.axes.minerals[at],
        places=known.now.axes.places,
        refining=refined.held,
        refined_t=refined.tonnes,
        comparable_t=known.world.comparable_t[at] if refined.source == REFINING else nothing,
        mined_t=known.world.mined[at].tonnes,
        refined_imports_t=nothing if bought is None else bought.tonnes,
        buyer01=of.own_part01(known.made_t(at, "refining"), asked),
        buyer_is_largest=largest >= 0 and bool(known.now.members[largest]),
    )
