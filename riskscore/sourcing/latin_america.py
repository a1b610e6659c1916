"""The question of the project, answered from what is loaded: could Japan and the United States
draw critical minerals from Latin America instead of depending on China, and at what human cost?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from django.utils import timezone

from riskscore.engine.arrays import over
from riskscore.engine.sourcing import supply_mix as of
from riskscore.engine.sourcing.best_use import best_use
from riskscore.engine.sourcing.new_tonnes import Rule
from riskscore.engine.sourcing.stages import BOTTLENECK01
from riskscore.engine.sourcing.supply_mix import Supply
from riskscore.scoring.stored_score import not_nan
from riskscore.sourcing import regions
from riskscore.sourcing.buyers import Now, buyer_of, mineral_at, now
from riskscore.sourcing.chain.stages import route
from riskscore.sourcing.shortlists import candidates as listed
from riskscore.sourcing.shortlists.candidates import Asked, Candidates
from riskscore.sourcing.shortlists.offers import Offers, markets, offers, products

MINERALS = ("lithium", "copper", "cobalt", "nickel", "graphite", "rare_earths")
BUYERS = (("JPN",), ("USA",), ("JPN", "USA"))
REGION = "Latin America"
CHINA = "CHN"
#: A fall of N-1, as a share of today's imports, that counts as an answer; and one that does not.
ENOUGH01, LITTLE01 = 0.05, 0.1
#: Own output over imports and own output above which imports tell little.
MOSTLY_OWN01 = 0.9


class Weakest(NamedTuple):
    """The stage of which most is lost with one place; of the world where the buyer's own trade at
    it is not on record."""

    stage: str
    place: str
    share01: float
    of_world: bool

    def __str__(self) -> str:
        whose = "*" if self.of_world else ""
        return f"{self.stage} {self.place} {_percent(self.share01)}{whose}"


@dataclass(frozen=True, slots=True)
class Answer:
    """One buyer and mineral. Shares are 0..1 of the imports, None where no trade is on record.

    ``own_share01`` is own output over imports and own output, ``weakest`` the weakest stage of the
    chain in words. ``place_gain01``: by how much N-1 would fall at most if all that the best
    ``place`` of the region produces could be bought.
    ``projects`` of Latin America yield the mineral; ``gain_low01`` and ``gain_high01``: by how much
    the best of them lowers N-1, for certain and at most. ``gaining`` could do so by 5 points or
    more; ``assessed`` of these on the Indigenous dimension. ``cost_low``, ``cost_high``: the bounds
    of their human cost, least and greatest.
    """

    buyer: str
    mineral: str
    imports_kt: float | None
    largest: str | None
    largest_share01: float | None
    china_share01: float | None
    region_share01: float | None
    own_share01: float | None
    weakest: Weakest | None
    projects: int
    place_gain01: float
    place: str
    gain_low01: float | None
    gain_high01: float | None
    gaining: int
    assessed: int
    cost_low: float | None
    cost_high: float | None

    @property
    def verdict(self) -> str:
        """The answer in a few words."""
        if self.largest_share01 is None or self.region_share01 is None:
            return "no trade on record"
        if (self.own_share01 or 0.0) > MOSTLY_OWN01:
            return "own ore"
        if self.region_share01 >= 0.5:
            return "already"
        if max(self.gain_high01 or 0.0, self.place_gain01) < LITTLE01:
            return "cannot, or little"
        if self.is_bottleneck:
            return "ore could, refining not"
        return "can" if (self.gain_low01 or 0.0) >= ENOUGH01 else "not told"

    @property
    def is_bottleneck(self) -> bool:
        """Whether one place refines so much that ore from elsewhere changes little."""
        weakest = self.weakest
        return (
            weakest is not None
            and weakest.stage == "refining"
            and (weakest.share01 >= BOTTLENECK01)
        )


def answers() -> list[Answer]:
    """One answer for each buyer and mineral, in the order of BUYERS and MINERALS."""
    return list(_answers())


def _answers() -> Iterator[Answer]:
    places = regions.places_of([REGION])
    for codes in BUYERS:
        found = now(buyer_of(codes))
        for mineral in MINERALS:
            yield _answer(found, mineral, places)


def _answer(found: Now, mineral: str, places: frozenset[str]) -> Answer:
    at = mineral_at(found, mineral)
    supply = Supply(found.supply.imports[at], found.supply.home[at])
    members = sorted(found.axes.members)
    chosen = listed.candidates(Asked(mineral, places), members, timezone.now().date())
    given = offers(chosen, found, mineral, markets(found, at))
    partner = int(of.largest_partner(supply))
    tonnes = not_nan(float(of.imports_t(supply)))
    return Answer(
        found.buyer.name,
        mineral,
        None if tonnes is None else tonnes / 1e3,
        found.axes.places[partner] if partner >= 0 else None,
        not_nan(float(of.n1_imports01(supply))),
        _share(found, supply, frozenset({CHINA})),
        _share(found, supply, places),
        _own_share(supply),
        _weakest(found, mineral),
        len(chosen),
        *_by_output(found, mineral, at, places),
        _most(given.gain_low),
        _most(given.gain_high),
        **_cost(chosen, given),
    )


def _share(found: Now, supply: Supply, places: frozenset[str]) -> float | None:
    mask = np.array([code in places for code in found.axes.places])
    return not_nan(float(of.share_of01(supply, mask)))


def _own_share(supply: Supply) -> float | None:
    return not_nan(float(over(supply.home, of.imports_t(supply) + supply.home)))


def _weakest(found: Now, mineral: str) -> Weakest | None:
    weakest = route(found, mineral).weakest
    if weakest is None or weakest.counts is None or weakest.counts.lost is None:
        return None
    lost = weakest.counts.lost
    return Weakest(weakest.stage, lost.place, lost.share01, weakest.counts.scope == "world")


def _by_output(found: Now, mineral: str, at: int, places: frozenset[str]) -> tuple[float, str]:
    """The most that the whole output of one place of the region could take off N-1, and where."""
    made = products(mineral, "t")
    index = [i for i, code in enumerate(found.axes.places) if code in places]
    tonnes = found.table.found.output_t[at][index] * (made.factor if made else np.nan)
    market = markets(found, at).mean
    gains = best_use(market, np.array(index), np.nan_to_num(tonnes), Rule.LARGEST_FIRST).gain01
    if np.isnan(gains).all():
        return 0.0, ""
    best = int(np.nanargmax(gains))
    return float(gains[best]), found.axes.places[index[best]]


def _most(gains: Any) -> float | None:
    known = gains[~np.isnan(gains)]
    return float(known.max()) if len(known) else None


def _cost(chosen: Candidates, given: Offers) -> dict[str, Any]:
    gaining = np.nan_to_num(given.gain_high) >= ENOUGH01
    low, high = chosen.low.max(axis=1)[gaining], chosen.high.max(axis=1)[gaining]
    return {
        "gaining": int(gaining.sum()),
        "assessed": int((~np.isnan(chosen.scores[gaining, 1])).sum()),
        "cost_low": float(low.min()) if len(low) else None,
        "cost_high": float(high.max()) if len(high) else None,
    }


#: What each verdict means.
VERDICTS = {
    "can": "a project of the region would lower N-1 by 5 points or more, for certain",
    "already": "half of the imports or more come from the region",
    "own ore": "the buyer makes nine tenths of what it uses in this form",
    "ore could, refining not": "one country refines nine tenths of the world's",
    "not told": "it depends on capacities that nobody states",
    "cannot, or little": "no project nor country of the region could lower N-1 by 10 points",
}
HEADER = (
    "buyer",
    "mineral",
    "imports kt",
    "largest partner",
    "from China",
    "from Latin America",
    "weakest stage",
    "projects",
    "N-1 could fall by",
    "of these, Indigenous dimension assessed",
    "human cost",
    "Latin America",
)


def cells(answer: Answer) -> tuple[str, ...]:
    """An answer as text, in the order of HEADER; unknown is a dash."""
    return (
        answer.buyer,
        answer.mineral.replace("_", " "),
        "–" if answer.imports_kt is None else f"{answer.imports_kt:,.1f}",
        f"{answer.largest or '–'} {_percent(answer.largest_share01)}",
        _percent(answer.china_share01),
        _percent(answer.region_share01),
        str(answer.weakest or "–"),
        str(answer.projects),
        _range(answer.gain_low01, answer.gain_high01),
        f"{answer.assessed} of {answer.gaining}",
        "–" if answer.cost_low is None else f"{answer.cost_low:.0f}–{answer.cost_high:.0f}",
        answer.verdict,
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "–"
    return f"{100 * low:.0f}–{100 * high:.0f} points"
