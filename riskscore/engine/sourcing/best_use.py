"""What a buyer gains from one source: the best use of at most so many tonnes, and any other use.

The gain is how much N-1 falls, as a share of today's imports. A buyer need not take all that a
source can give: more of it may only make a new largest partner. So more tonnes on offer never gain
less, and the gain at the least and at the most that a source can give bounds it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Counts, Floats, over
from riskscore.engine.formulas.concentration import hhi01
from riskscore.engine.formulas.geopolrisk import geopolrisk_import_risk
from riskscore.engine.sourcing.new_tonnes import Rule, displaced


@dataclass(frozen=True, slots=True)
class Market:
    """One buyer's imports of one mineral, and what weighs its partners.

    ``imports`` (P,) tonnes a year, 0 at the buyer's own ``members`` (P,); ``home`` own production
    in tonnes, NaN if unknown; ``production_hhi01`` and ``risk01`` (P,) as in GeoPolRisk.
    """

    imports: Floats
    members: Bools
    home: float
    production_hhi01: float
    risk01: Floats


@dataclass(frozen=True, slots=True)
class Use:
    """The best use of sources: ``tonnes`` (n,) to take, and the fall of N-1 ``gain01`` (n,)."""

    tonnes: Floats
    gain01: Floats


def best_use(market: Market, place: Counts, tonnes: npt.ArrayLike, rule: Rule) -> Use:
    """How much to take of each source so that N-1 falls most, and by how much it falls.

    Parameters
    ----------
    market : Market
        Imports of the buyer; all 0 or NaN leaves nothing to gain (NaN).
    place : ndarray, shape (n,)
        Index of each source's place. A source at a member is own production: no partner.
    tonnes : array_like, shape (n,)
        What each can give at most.
    rule : Rule
        Who gives way.

    Returns
    -------
    Use
        0 tonnes and no gain where the place is the largest partner already.

    Examples
    --------
    >>> market = Market(np.array([60.0, 30.0, 10.0]), np.zeros(3, bool), 0.0, 1.0, np.zeros(3))
    >>> best_use(market, np.array([2, 2, 0]), [100.0, 5.0, 9.0], Rule.LARGEST_FIRST).gain01.tolist()
    [0.25, 0.05, 0.0]
    """
    offered = np.asarray(tonnes, dtype=np.float64)
    total = float(market.imports.sum())
    own, inside = market.imports[place], market.members[place]
    first, second = _largest_others(market.imports, place)
    if rule is Rule.LARGEST_FIRST:
        level = np.minimum(first - second, (first - own) / 2)
        taken = np.clip(np.minimum(offered, level), 0.0, None)
        fall = taken.copy()
        taken[inside], fall[inside] = _own_in_place_of_the_largest(market.imports, offered[inside])
        return Use(taken, over(fall, total))
    others = total - own
    level = np.where(inside, others, over(first - own, 1 + over(first, others, 0.0), 0.0))
    taken = np.clip(np.minimum(offered, level), 0.0, None)
    return Use(taken, over(first * over(taken, others, 0.0), total))


def _own_in_place_of_the_largest(imports: Floats, offered: Floats) -> tuple[Floats, Floats]:
    """(n,) tonnes of own production to use, and by how many tonnes the largest partner falls.

    Own production never becomes the largest partner, so it can take the place of one after the
    other. What only brings a partner below the next one, who then is the largest, is not taken.
    """
    partners = np.sort(np.nan_to_num(imports))[::-1]
    gone = np.concatenate([[0.0], np.cumsum(partners)])
    following = np.append(partners[1:], 0.0)
    usable = np.minimum(offered, gone[-1])
    at = np.clip(np.searchsorted(gone, usable) - 1, 0, len(partners) - 1)
    largest = np.maximum(partners[at] - np.clip(usable - gone[at], 0.0, None), following[at])
    return np.minimum(usable, gone[at] + partners[at] - largest), partners[0] - largest


def _largest_others(imports: Floats, place: Counts) -> tuple[Floats, Floats]:
    """(n,) tonnes of the largest and second largest partner other than each place."""
    order = np.argsort(-imports, kind="stable")[:3]
    top = np.concatenate([imports[order], np.zeros(max(3 - len(order), 0))])
    ranked = np.concatenate([order, np.full(max(3 - len(order), 0), -1)])
    is_first, is_second = place == ranked[0], place == ranked[1]
    first = np.where(is_first, top[1], top[0])
    second = np.where(is_first | is_second, top[2], top[1])
    return first, second


@dataclass(frozen=True, slots=True)
class Change:
    """What taking tonnes changes, after less before, each (n,). Shares are of today's imports.

    ``named01`` (n,) is the share of one country; ``geopolrisk01`` is NaN where own production is
    unknown.
    """

    tonnes: Floats
    n1_01: Floats
    hhi01: Floats
    geopolrisk01: Floats
    named01: Floats


def change(market: Market, place: int, tonnes: npt.ArrayLike, rule: Rule, named: int) -> Change:
    """What taking some tonnes (n,) from a place changes; -1 for ``named`` names no country.

    The output of the world, and with it the first factor of GeoPolRisk, is left as it is.
    """
    offered = np.asarray(tonnes, dtype=np.float64)
    after = displaced(market.imports, place, offered, rule)
    taken = after[:, place] - market.imports[place]
    before = market.imports[np.newaxis]
    return Change(
        taken,
        _n1(after, market) - _n1(before, market),
        hhi01(after) - hhi01(before),
        _geopolrisk(after, market) - _geopolrisk(before, market),
        _share(after, named) - _share(before, named),
    )


def _n1(imports: Floats, market: Market) -> Floats:
    partners = np.where(market.members, 0.0, imports)
    return over(partners.max(axis=1), market.imports.sum())


def _geopolrisk(imports: Floats, market: Market) -> Floats:
    risk = np.where(market.members, 0.0, market.risk01)
    home = np.full(len(imports), market.home)
    return market.production_hhi01 * geopolrisk_import_risk(imports, risk, home)


def _share(imports: Floats, named: int) -> Floats:
    if named < 0:
        return np.full(len(imports), np.nan)
    return over(imports[:, named], imports.sum(axis=1))
