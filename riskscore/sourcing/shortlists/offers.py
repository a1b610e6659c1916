"""What projects could give a buyer, in tonnes of what it imports, and what that would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.sourcing.best_use import Market, best_use, change
from riskscore.engine.sourcing.new_tonnes import Rule
from riskscore.engine.sourcing.product import Product, product
from riskscore.models import Mineral
from riskscore.scoring.stored_score import not_nan
from riskscore.sourcing.buyers import SPAN, Now, years_of
from riskscore.sourcing.shortlists.candidates import Candidates

Row = dict[str, Any]
#: What a marginal change is stated for.
ONE_KT = 1000.0


@dataclass(frozen=True, slots=True)
class Markets:
    """One buyer and mineral: the mean of the last years, and each of those years alone, whose
    spread is what is known of the error of the shares."""

    mean: Market
    years: tuple[Market, ...]
    total_t: float

    @property
    def every(self) -> tuple[Market, ...]:
        """The mean first, then the years."""
        return (self.mean, *self.years)


def markets(found: Now, at: int) -> Markets:
    """The markets of a mineral; where no trade is on record, imports are NaN."""
    mean = _market(found, at)
    alone = years_of(found.buyer, 1)
    within = [year for year in alone if found.year - SPAN < year <= found.year]
    years = (_market(Now(found.buyer, year, alone[year]), at) for year in within)
    return Markets(mean, tuple(years), float(mean.imports.sum()))


def _market(found: Now, at: int) -> Market:
    columns = found.table.found.columns
    return Market(
        found.supply.imports[at],
        found.members,
        float(found.supply.home[at]),
        float(columns["production_hhi01"][at]),
        found.table.found.risk01,
    )


@dataclass(frozen=True, slots=True)
class Offers:
    """What each of n projects can give the buyer in a year, in tonnes of traded product.

    ``low`` ≤ ``high``; infinite where nothing bounds it. ``gain_low``, ``gain_high``: by how much
    N-1 falls at best, 0..1 of today's imports, over both ends of what it can give and over the
    years; NaN where no trade is on record.
    """

    place: Any
    low: Floats
    high: Floats
    gain_low: Floats
    gain_high: Floats


def offers(chosen: Candidates, found: Now, mineral: str, bought: Markets) -> Offers:
    """What projects offer, and the best that the buyer can make of it."""
    at = {code: i for i, code in enumerate(found.axes.places)}
    place = np.array([at[code] for code in chosen.places], np.int64)
    low, high = _usable(chosen, mineral, _output(found, mineral)[place])
    least = [best_use(market, place, low, Rule.LARGEST_FIRST).gain01 for market in bought.every]
    most = [best_use(market, place, high, Rule.LARGEST_FIRST).gain01 for market in bought.every]
    return Offers(place, low, high, np.min(least, axis=0), np.max(most, axis=0))


def _output(found: Now, mineral: str) -> Floats:
    """(P,) what each place produces in a year, in tonnes of product; NaN where it is no mass."""
    made = products(mineral, "t")
    output = found.table.found.output_t[found.axes.mineral(mineral)]
    return output * made.factor if made else np.full_like(output, np.nan)


def _usable(chosen: Candidates, mineral: str, output: Floats) -> tuple[Floats, Floats]:
    """Free capacity in tonnes of product, (n,) least and most.

    Where nobody states a range, no site gives more than its country (``output``, (n,)) does. A
    tonne of content is in at least a tonne of ore: nothing bounds what is traded as ore.
    """
    factor = np.full(len(chosen), np.nan)
    for unit in np.unique(chosen.units):
        if made := products(mineral, str(unit)):
            factor[chosen.units == unit] = made.factor
    free = 1 - chosen.bound01
    low = np.nan_to_num(chosen.least * factor * free)
    stated = chosen.most * factor * free
    high = np.where(np.isnan(stated), output * free, stated)
    unbounded = np.isnan(high) | (_is_ore(mineral) & (high > 0))
    return low, np.where(unbounded, np.inf, high)


def products(mineral: str, unit: str) -> Product | None:
    """How a unit of output of a mineral becomes tonnes of what is traded."""
    return product(mineral, unit, _trade_stage(mineral))


@lru_cache(maxsize=256)
def _trade_stage(mineral: str) -> str:
    return Mineral.objects.get(code=mineral).trade_stage


def _is_ore(mineral: str) -> bool:
    return _trade_stage(mineral) == "extraction"


@dataclass(frozen=True, slots=True)
class Taker:
    """Whose change is shown: its markets, the row of the named country (-1: none), its name."""

    bought: Markets
    named: int
    places: Sequence[str]


def uses(taker: Taker, place: int, tonnes: float) -> list[Row]:
    """What taking tonnes from a place changes, by rule and amount: one kt, the best use, in place
    of the whole largest partner, and all that can be used. Empty where nothing is imported."""
    mean = taker.bought.mean
    if not taker.bought.total_t > 0:
        return []
    rows = []
    for rule in Rule:
        offered = min(tonnes, taker.bought.total_t)
        best = best_use(mean, np.array([place]), [offered], rule)
        others = np.where(np.arange(len(mean.imports)) == place, 0.0, mean.imports)
        amounts = {
            "one_kt": min(ONE_KT, offered),
            "best_use": float(best.tonnes[0]),
            "instead_of_largest": min(offered, float(others.max())),
            "all": offered,
        }
        rows += _uses(taker, place, rule, amounts)
    return rows


def _uses(taker: Taker, place: int, rule: Rule, amounts: dict[str, float]) -> list[Row]:
    tonnes = list(amounts.values())
    found = [change(market, place, tonnes, rule, taker.named) for market in taker.bought.every]
    mean = found[0]
    n1, hhi = (np.stack([getattr(each, name) for each in found]) for name in ("n1_01", "hhi01"))
    return [
        {
            "amount": name,
            "rule": str(rule),
            "tonnes": float(mean.tonnes[i]),
            "n1_change01": float(n1[0, i]),
            "n1_change_low01": float(n1[:, i].min()),
            "n1_change_high01": float(n1[:, i].max()),
            "import_hhi_change01": float(hhi[0, i]),
            "import_hhi_change_low01": float(hhi[:, i].min()),
            "import_hhi_change_high01": float(hhi[:, i].max()),
            "geopolrisk_change01": not_nan(float(mean.geopolrisk01[i])),
            "named_share_change01": not_nan(float(mean.named01[i])),
        }
        for i, name in enumerate(amounts)
    ]


def gains_at(bought: Markets, place: int, tonnes: float) -> tuple[float, float]:
    """Least and greatest fall of N-1 at the best use of so many tonnes, over the years."""
    found = [
        best_use(market, np.array([place]), [tonnes], Rule.LARGEST_FIRST) for market in bought.every
    ]
    gains = [float(each.gain01[0]) for each in found]
    return min(gains), max(gains)
