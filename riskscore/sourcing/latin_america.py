"""The question of the project, answered from what is loaded: could Japan and the United States
draw critical minerals from Latin America instead of depending on China, and at what human cost?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils import timezone

from riskscore.engine.sourcing import supply_mix as of
from riskscore.engine.sourcing.supply_mix import Supply
from riskscore.scoring.stored_score import not_nan
from riskscore.sourcing import candidates as listed
from riskscore.sourcing import regions
from riskscore.sourcing.buyers import Now, buyer_of, mineral_at, now
from riskscore.sourcing.candidates import Asked, Candidates
from riskscore.sourcing.offers import Offers, markets, offers

MINERALS = ("lithium", "copper", "cobalt", "nickel", "graphite", "rare_earths")
BUYERS = (("JPN",), ("USA",), ("JPN", "USA"))
REGION = "Latin America"
CHINA = "CHN"
#: A fall of N-1, as a share of today's imports, that counts as an answer; and one that does not.
ENOUGH01, LITTLE01 = 0.05, 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """One buyer and mineral. Shares are 0..1 of the imports, None where no trade is on record.

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
    projects: int
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
        if self.region_share01 >= 0.5:
            return "is Latin American already"
        if self.gain_low01 is not None and self.gain_low01 >= ENOUGH01:
            return "can"
        if self.gain_high01 is None or self.gain_high01 < LITTLE01:
            return "cannot, or little"
        return "not told: capacities unknown"


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
        len(chosen),
        _most(given.gain_low),
        _most(given.gain_high),
        **_cost(chosen, given),
    )


def _share(found: Now, supply: Supply, places: frozenset[str]) -> float | None:
    mask = np.array([code in places for code in found.axes.places])
    return not_nan(float(of.share_of01(supply, mask)))


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
