"""Over which of the complete years output counts: the last three, and of them the newest alone
where much of the output changes hands.

A mean of three years keeps a strike or a flood from looking like a change of structure. Where the
structure itself changes from year to year it lags: then the newest complete year counts alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.derive.observation_rows import mean_of_not_nan
from riskscore.engine.derive.supply import SUPPLY_YEARS, output
from riskscore.engine.formulas.concentration import hhi01, shares
from riskscore.engine.inputs.axes import Axes, Observations

FAST = 0.10
"""Share of world output that changes hands within the window, from which the newest year counts."""


@dataclass(frozen=True, slots=True)
class Supply:
    """Who produces how much of each mineral, by World Mining Data.

    * ``share``: (M, P) of world output, over the years that count; NaN where nobody knows;
    * ``newest``: (M, P) the same of the newest complete year alone;
    * ``hhi``: (M,) HHI01 of the years that count;
    * ``fast``: (M,) true where only the newest complete year counts;
    * ``year``: (M,) the newest complete year; 0 where there is none;
    * ``first_year``: (M,) the oldest year that counts, the same where only the newest does.
    """

    share: Floats
    newest: Floats
    hhi: Floats
    fast: Bools
    year: npt.NDArray[np.int16]
    first_year: npt.NDArray[np.int16]


def supply(observations: Mapping[str, Observations], axes: Axes) -> Supply | None:
    """The years that count of each mineral, and what they show; None without production."""
    made = output(observations, axes, SUPPLY_YEARS)
    if made is None or not len(made.amounts):
        return None
    share, hhi = shares(made.amounts), hhi01(made.amounts)
    fast = is_fast(share)
    year = np.where(np.isnan(hhi[-1]), 0, made.newest).astype(np.int16)
    return Supply(
        share=np.where(fast[:, None], share[-1], mean_of_not_nan(share)),
        newest=share[-1],
        hhi=np.where(fast, hhi[-1], mean_of_not_nan(hhi)),
        fast=fast,
        year=year,
        first_year=np.where(fast | (year == 0), year, made.oldest).astype(np.int16),
    )


def is_fast(share: Floats) -> Bools:
    """(M,) where more than a tenth of world output changed hands from the first to the last of
    (years, M, P) shares, and farther than in any step between: it moves on, and not back."""
    whole = changed_hands(share[0], share[-1])
    steps = [changed_hands(*pair) for pair in pairwise(share)]
    return np.asarray((whole > FAST) & (whole > np.max([0 * whole, *steps], axis=0)))


def changed_hands(before: Floats, after: Floats) -> Floats:
    """(M,) share of world output that has other producers than before: ½ Σ |s − s'|."""
    moved = np.abs(np.asarray(after) - np.asarray(before))
    return np.asarray(moved.sum(axis=1) / 2)
