"""Who holds how much: shares with bounds, and what they make of concentration.

An owner's share is what a source says. A statement counts at least for what it is worth
(``riskscore.engine.inputs.owner_values``) and at most for all that it says; a share that nobody
states lies between nothing and what the stated ones leave. Where only one owner's share is
missing, the rest is that one's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from riskscore.engine.arrays import Floats


@dataclass(frozen=True, slots=True)
class ShareBounds:
    """Shares 0..1 of the owners of one project, arrays (n,): the least and the most of each."""

    low: Floats
    high: Floats


def shares(stated: Sequence[float | None]) -> ShareBounds:
    """What each owner holds, by the stated shares alone; None is a share that nobody states.

    Stated shares above 1 in sum, where sources overlap, are brought down to it.

    >>> found = shares([0.25, None, None])
    >>> found.low.tolist(), found.high.tolist()
    ([0.25, 0.0, 0.0], [0.25, 0.75, 0.75])
    """
    given = np.array([np.nan if share is None else share for share in stated], dtype=np.float64)
    missing = np.isnan(given)
    known = np.where(missing, 0.0, given)
    known = known / max(float(known.sum()), 1.0)
    left = max(1.0 - float(known.sum()), 0.0)
    alone = int(missing.sum()) == 1
    return ShareBounds(
        np.where(missing, left if alone else 0.0, known), np.where(missing, left, known)
    )


@dataclass(frozen=True, slots=True)
class Split:
    """How an amount falls to names: shares of it, and how concentrated they are.

    ``low`` and ``high`` are shares by name, the greatest first; ``least`` and ``most`` the amounts
    that these are shares of. ``unknown01`` is the part that no name surely holds. ``hhi01`` and
    ``n1`` (the part that is lost with the largest) are the least and the most that they can be; NaN
    of nothing.
    """

    least: Mapping[str, float]
    most: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    unknown01: float
    hhi01: tuple[float, float]
    n1: tuple[float, float]


def split(low: Mapping[str, float], high: Mapping[str, float], total: float) -> Split:
    """Amounts by name, at least ``low`` and at most ``high``, as shares of their ``total``.

    At its least, what is unknown is divided without end; at its most, it is all the largest's.

    >>> one = split({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 3.0}, 4.0)
    >>> one.n1, one.unknown01
    ((0.5, 0.75), 0.25)
    """
    names = sorted(low, key=lambda name: (-high[name], -low[name], name))
    if total <= 0:
        nothing = (float("nan"), float("nan"))
        return Split(low, high, {}, {}, float("nan"), nothing, nothing)
    least = np.array([low[name] / total for name in names])
    most = np.array([min(high[name] / total, 1.0) for name in names])
    unknown = min(max(1.0 - float(least.sum()), 0.0), 1.0)
    if unknown < 1e-12:
        unknown = 0.0
    largest = float(least.max(initial=0.0))
    squares = float((least**2).sum())
    return Split(
        low,
        high,
        dict(zip(names, least.tolist(), strict=True)),
        dict(zip(names, most.tolist(), strict=True)),
        unknown,
        (squares, min(squares - largest**2 + (largest + unknown) ** 2, 1.0)),
        (largest, min(largest + unknown, 1.0)),
    )
