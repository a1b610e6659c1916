"""What a buyer's positions expose it to, and what each of them adds.

A position is tonnes a year of one project. The exposure to a dimension is the mean of the scores,
weighted by tonnes: Σ tonnes · score ÷ Σ tonnes. A position whose score is unknown is never left out
in silence: its bounds count in the bounds of the whole, and the coverage is the part of the tonnes
that is assessed.

All sums are exactly rounded (``math.fsum``), so that no figure depends on the order of positions, a
position of 0 kt changes none, and one that is added and dropped again leaves every bit as it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.errors import NumberError


@dataclass(frozen=True, slots=True)
class Positions:
    """Positions of one portfolio.

    Parameters
    ----------
    kt : ndarray, shape (n,)
        Thousand tonnes a year, finite and ≥ 0.
    score : ndarray, shape (n, D)
        Score per dimension, 0..100; NaN where it is not assessed.
    low, high : ndarray, shape (n, D)
        The least and the most that each score can be; never NaN.

    Raises
    ------
    NumberError
        If tonnes are negative or not finite, or bounds are unknown or out of order.
    """

    kt: Floats
    score: Floats
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        if not np.isfinite(self.kt).all() or (self.kt < 0).any():
            raise NumberError("kt a year must be finite and not negative; correct the position")
        if not (self.low <= self.high).all():
            raise NumberError("a position needs bounds, the lower one first; 0 and 100 if unknown")

    def take(self, rows: Bools) -> Positions:
        """Some of the positions."""
        return Positions(self.kt[rows], self.score[rows], self.low[rows], self.high[rows])


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure per dimension, arrays (D,); NaN where there are no tonnes.

    ``score``: NaN unless all tonnes are assessed. ``assessed``: the mean over those that are.
    ``low`` and ``high``: of all tonnes. ``coverage01``: the part of the tonnes that is assessed.
    """

    score: Floats
    assessed: Floats
    low: Floats
    high: Floats
    coverage01: Floats


def exposure(positions: Positions) -> Exposure:
    """The exposure of a portfolio to each dimension.

    >>> two = Positions(np.array([1.0, 3.0]), np.array([[20.0], [40.0]]),
    ...                 np.array([[20.0], [30.0]]), np.array([[20.0], [70.0]]))
    >>> whole = exposure(two)
    >>> float(whole.score[0]), float(whole.low[0]), float(whole.high[0])
    (35.0, 27.5, 57.5)
    """
    kt, known = positions.kt, ~np.isnan(positions.score)
    total = math.fsum(kt)
    columns = range(positions.score.shape[1])
    seen = np.array([math.fsum(kt[known[:, at]]) for at in columns])
    assessed = np.array([_mean(kt, positions.score[:, at]) for at in columns])
    missing = np.array([bool((kt[~known[:, at]] > 0).any()) for at in columns], dtype=bool)
    return Exposure(
        np.where(missing, np.nan, assessed),
        assessed,
        np.array([_mean(kt, positions.low[:, at]) for at in columns]),
        np.array([_mean(kt, positions.high[:, at]) for at in columns]),
        seen / total if total > 0 else np.full(len(seen), np.nan),
    )


def _mean(kt: Floats, values: Floats) -> float:
    """Σ kt · value ÷ Σ kt over the known values; NaN without tonnes."""
    known = ~np.isnan(values)
    total = math.fsum(kt[known])
    if total <= 0:
        return math.nan
    mean = math.fsum(kt[known] * values[known]) / total
    # A mean of equal values must not leave them by its rounding.
    held = values[known & (kt > 0)]
    return min(max(mean, float(held.min())), float(held.max()))


def without(positions: Positions) -> list[Exposure]:
    """For each position, the exposure of the others."""
    everyone = np.arange(len(positions.kt))
    return [exposure(positions.take(everyone != at)) for at in everyone]
