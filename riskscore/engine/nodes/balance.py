"""Means that some terms may only raise, and others only lower.

With known terms K, raising terms U and lowering terms D the mean is the level t at which

    Σ_K w·(x − t)  +  Σ_U w·(x − t)⁺  −  Σ_D w·(t − x)⁺  =  0 ,

that is the weighted mean of K, of the raising terms above t and of the lowering terms below it.
The left side never rises with t, so the level does not depend on the order of the terms, never
falls when a raising term is added or grows, and never rises when a lowering term is added or falls.
Without D it is the greatest weighted mean that K and any choice of U can have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from riskscore.engine.arrays import Bools, Floats, Mass, masked, over


class Term(NamedTuple):
    """(b,) values, NaN where there is none, and their weights ≥ 0."""

    x: Floats
    mass: Mass


class Balance(NamedTuple):
    """``num`` / ``den`` is the mean; ``counts`` says per term where it is in both sums."""

    num: Floats
    den: Floats
    counts: tuple[Bools, ...]

    def mean(self) -> Floats:
        """(b,) the mean; NaN where nothing counts."""
        return over(self.num, self.den)


def raised(num: Floats, den: Floats, terms: Sequence[Term]) -> Balance:
    """The mean ``num`` / ``den`` with those terms that raise it, from the highest down.

    Arrays of any shape; terms may broadcast to it.

    Newton's steps on a convex function from below: each admits what lies above the mean so far,
    and one step more than there are terms reaches the level. Where ``den`` is 0 the highest term
    alone is the mean.
    """
    level = over(num, den, -np.inf)
    best = Balance(num, den, tuple(np.zeros(num.shape, dtype=bool) for _ in terms))
    for _ in range(len(terms) + 1):
        counts = tuple(np.asarray((t.x > level) & np.greater(t.mass, 0)) for t in terms)
        admitted = [np.multiply(where, t.mass) for where, t in zip(counts, terms, strict=True)]
        top, bottom = num.copy(), den.copy()
        for term, mass in zip(terms, admitted, strict=True):
            top += masked(term.x, mass)
            bottom += mass
        # Where no known term holds the mean up, the last step would leave nothing.
        found = bottom > 0
        best = Balance(
            np.where(found, top, best.num),
            np.where(found, bottom, best.den),
            tuple(np.where(found, new, old) for new, old in zip(counts, best.counts, strict=True)),
        )
        reached = over(best.num, best.den, -np.inf)
        if np.array_equal(reached, level):
            break
        level = reached
    return best


def balanced(num: Floats, den: Floats, up: Sequence[Term], down: Sequence[Term]) -> Floats:
    """(b,) the level with raising terms ``up`` and lowering terms ``down``; NaN without any term.

    The lowest level, where a range of them would do.
    """
    if not down:
        return raised(num, den, up).mean()
    if not up:
        return -raised(-num, den, [Term(-x, mass) for x, mass in down]).mean()
    points = np.stack([np.where(np.greater(mass, 0), x, np.nan) for x, mass in (*up, *down)])
    below = _last_point_below(num, den, up, down, points)
    top, bottom = num.copy(), den.copy()
    for terms, inside in ((up, np.greater), (down, np.less_equal)):
        for x, mass in terms:
            counted = np.multiply(inside(x, below), mass)
            top += masked(x, counted)
            bottom += counted
    return over(top, bottom, np.nan) if np.isneginf(below).all() else _or_point(top, bottom, below)


def _last_point_below(
    num: Floats, den: Floats, up: Sequence[Term], down: Sequence[Term], points: Floats
) -> Floats:
    """(b,) the highest value of a term at which the left side is still above 0; −∞ if none."""
    best = np.full(len(num), -np.inf)
    for point in points:
        left = num - den * point
        for x, mass in up:
            left = left + masked(np.fmax(x - point, 0.0), mass)
        for x, mass in down:
            left = left - masked(np.fmax(point - x, 0.0), mass)
        best = np.where((left > 0) & (point > best), point, best)
    return best


def _or_point(top: Floats, bottom: Floats, point: Floats) -> Floats:
    mean = over(top, bottom)
    return np.where(np.isnan(mean) & np.isfinite(point), point, mean)
