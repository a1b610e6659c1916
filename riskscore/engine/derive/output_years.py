"""Over which years output counts: the newest complete ones, and of them the newest alone where
much of the output changes hands.

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
from riskscore.engine.derive.observation_rows import mean_of_not_nan, newest_years, rows_of
from riskscore.engine.derive.supply import SUPPLY_YEARS, production
from riskscore.engine.formulas.concentration import hhi01, shares
from riskscore.engine.inputs.axes import Axes, Observations

FAST = 0.10
"""Share of world output that changes hands within the window, from which the newest year counts."""
COMPLETE = 0.9
"""Producers that a year lists, as a share of the year before, from which it is complete."""


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
    output = production(observations, axes, SUPPLY_YEARS + 1)
    rows = rows_of(observations, "wmd.production", axes)
    if output is None or rows is None:
        return None
    years = np.array(newest_years(rows.take(rows.value > 0), SUPPLY_YEARS + 1), dtype=np.int16)
    late = ~is_complete(output)
    counted = np.where(late[:, None], _a_year_earlier(output), output)[-SUPPLY_YEARS:]
    share, hhi = shares(counted), hhi01(counted)
    year = np.where(late, years[-2] if len(years) > 1 else 0, years[-1])
    fast = is_fast(share)
    year = np.where(np.isnan(hhi[-1]), 0, year).astype(np.int16)
    begins = np.where(late, years[:-1][-SUPPLY_YEARS:].min(initial=0), years[-SUPPLY_YEARS:][0])
    return Supply(
        share=np.where(fast[:, None], share[-1], mean_of_not_nan(share)),
        newest=share[-1],
        hhi=np.where(fast, hhi[-1], mean_of_not_nan(hhi)),
        fast=fast,
        year=year,
        first_year=np.where(fast | (year == 0), year, begins).astype(np.int16),
    )


def _a_year_earlier(output: Floats) -> Floats:
    """(years, M, P) output with each year in the place of the next; the first is unknown."""
    return np.concatenate([np.full_like(output[:1], np.nan), output[:-1]])


def is_complete(output: Floats) -> Bools:
    """(M,) whether the newest year of (years, M, P) output lists nearly as many producers as the
    year before."""
    number = (np.nan_to_num(output) > 0).sum(axis=2)
    before = number[-2] if len(number) > 1 else 0
    return np.asarray(number[-1] >= COMPLETE * before)


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
