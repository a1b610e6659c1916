"""Ore, refining, buyer: how much of each stage one place holds, and which way new tonnes take.

A chain is as weak as its weakest stage: ore from ten countries that is refined in one is refined
in one. Amounts of a stage are of one unit; stages are never added to each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import NumberError
from riskscore.engine.formulas.concentration import rest_of_world_bounds

BOTTLENECK01 = 0.9
"""Share of world refining from which one place counts as a bottleneck: what is mined elsewhere is
then not called diversifying unless it is shown to be refined elsewhere."""

MOST01 = 0.5
"""Least part of an output that must be seen to be refined elsewhere, to say that it is."""


class Held(NamedTuple):
    """How far a stage is in few hands.

    ``share01`` (P,): share by place, NaN where a place is not named. ``rest01``: share of places
    that are not named. ``largest``: index of the largest, -1 where nothing is known. ``n1_01``:
    its share. The HHI lies between ``hhi_low01`` and ``hhi_high01``: the same where all is named.
    """

    share01: Floats
    rest01: float
    largest: int
    n1_01: float
    hhi_low01: float
    hhi_high01: float


def held(amounts: npt.ArrayLike, rest: float = 0.0) -> Held:
    """How far a stage is in few hands, from the amounts of the named places (P,) and of the rest.

    Nobody in the rest is larger than the smallest that is named, since publishers name the largest:
    so the largest share is exact, and the HHI has bounds.

    Raises
    ------
    NumberError
        If an amount is negative or infinite.

    Examples
    --------
    >>> found = held([50.0, 25.0], 25.0)
    >>> found.largest, found.n1_01, (found.hhi_low01, found.hhi_high01)
    (0, 0.5, (0.3125, 0.375))
    """
    named = np.asarray(amounts, dtype=np.float64)
    low, high = rest_of_world_bounds(named, rest)
    total = float(np.nansum(named)) + rest
    if not total > 0 or np.isnan(low):
        return Held(np.full(named.shape, np.nan), np.nan, -1, np.nan, np.nan, np.nan)
    share = named / total
    largest = int(np.argmax(np.nan_to_num(share)))
    return Held(share, rest / total, largest, float(share[largest]), low, high)


def weakest(n1: Sequence[float]) -> int:
    """Index of the stage of which most is lost with one place; of equals the first; -1: unknown."""
    known = np.asarray(n1, dtype=np.float64)
    return -1 if np.isnan(known).all() else int(np.nanargmax(known))


class Lost(NamedTuple):
    """What a buyer loses at a stage when one place stops: which (-1: nobody), and what share."""

    place: int
    share01: float


def lost(amounts: npt.ArrayLike, own: npt.ArrayLike, home: float = 0.0) -> Lost:
    """What is lost with the largest place that is not the buyer's own.

    Parameters
    ----------
    amounts : array_like, shape (P,)
        Amounts or shares by place; NaN is a place without a figure.
    own : array_like, shape (P,)
        True for the buyer's members, on whom it does not depend.
    home : float
        What the buyer makes itself beside the amounts; NaN where that is unknown, which counts as
        nothing: the share is then an upper bound.

    Examples
    --------
    >>> lost([6.0, 2.0, 0.0], [False, False, True], 4.0)
    Lost(place=0, share01=0.5)
    """
    known = np.nan_to_num(np.asarray(amounts, dtype=np.float64))
    others = np.where(np.asarray(own, dtype=bool), 0.0, known)
    total = float(known.sum()) + float(np.nan_to_num(home))
    if not total > 0:
        return Lost(-1, np.nan)
    at = int(np.argmax(others))
    return Lost(at if others[at] > 0 else -1, float(others[at]) / total)


def own_part01(refined: float, mined: float) -> float:
    """Part of what a place mines that it refines itself, 0..1; NaN where either is unknown.

    More refined than mined is 1: it then refines others' ore too.
    """
    if not mined > 0 or np.isnan(refined):
        return float("nan")
    if refined < 0:
        raise NumberError("refined output must not be negative")
    return min(refined / mined, 1.0)


class Way(StrEnum):
    """Which way the output of a project takes through refining."""

    UNKNOWN = "unknown"
    OPEN = "open"
    """No place holds so much of refining that all ways lead there."""
    ITSELF = "itself"
    """The project refines, outside the bottleneck."""
    AT_HOME = "at_home"
    """Most of what its place mines is seen to be refined there."""
    BY_BUYER = "by_buyer"
    """The buyer refines most of what it buys as ore."""
    BOTTLENECK = "bottleneck"
    """It is in, or goes through, the place that holds nearly all refining."""


class Seen(NamedTuple):
    """What is known of a project's way. ``refines``: it is a smelter, a refinery or a plant.
    ``here01`` and ``buyer01``: parts refined in its place and by the buyer, NaN where unknown.
    ``for_largest``: the buyer is the place that refines most."""

    place: int
    refines: bool
    here01: float
    buyer01: float
    for_largest: bool = False


def way(refining: Held, project: Seen) -> Way:
    """Which way a project's output takes; see :class:`Way`.

    Where refining is a bottleneck, the way there is the rule and everything else must be seen:
    unknown parts do not count.
    """
    if refining.largest < 0:
        return Way.UNKNOWN
    if refining.n1_01 < BOTTLENECK01:
        return Way.OPEN
    if project.for_largest:
        return Way.BY_BUYER
    if project.place == refining.largest:
        return Way.BOTTLENECK
    if project.refines:
        return Way.ITSELF
    if np.nan_to_num(project.here01) >= MOST01:
        return Way.AT_HOME
    return Way.BY_BUYER if np.nan_to_num(project.buyer01) >= MOST01 else Way.BOTTLENECK


def is_diversifying(taken: Way) -> bool | None:
    """Whether a project on this way may be called diversifying at refining; None: unknown."""
    return None if taken is Way.UNKNOWN else taken is not Way.BOTTLENECK
