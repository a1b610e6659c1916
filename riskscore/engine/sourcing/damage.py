"""Figures of supplies before and after shocks, for all buyers and minerals at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskscore.engine.arrays import Bools, Counts, Floats
from riskscore.engine.sourcing import supply_mix as of
from riskscore.engine.sourcing.supply_mix import Supply

#: How many other partners are named who could fill a gap.
FILLERS = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """(B, M) each: what a supply looks like. ``largest`` is an index of a place, -1 for none."""

    imports_t: Floats
    home_t: Floats
    n1_imports01: Floats
    n1_supply01: Floats
    hhi01: Floats
    geopolrisk01: Floats
    largest: Counts
    above_eu_test: Bools

    @property
    def supply_t(self) -> Floats:
        """Imports and own output, NaN where one of them is unknown."""
        return np.asarray(self.imports_t + self.home_t, dtype=np.float64)


def figures(supply: Supply, production_hhi01: Floats, risk01: Floats) -> Figures:
    """The figures of supplies (B, M, P); ``production_hhi01`` (M,), ``risk01`` (P,)."""
    return Figures(
        of.imports_t(supply),
        supply.home,
        of.n1_imports01(supply),
        of.n1_supply01(supply),
        of.import_hhi01(supply),
        of.geopolrisk01(supply, production_hhi01, risk01),
        of.largest_partner(supply),
        of.above_eu_test(supply),
    )


def fillers(after: Floats, hit: Bools, count: int = FILLERS) -> Counts:
    """(..., count) indices of the largest partners that nothing hits, -1 where there is none.

    ``after`` (..., P) tonnes that are left, ``hit`` (..., P) whose supply shrank.
    """
    tonnes = np.where(hit, 0.0, np.nan_to_num(after))
    found = np.argsort(-tonnes, axis=-1, kind="stable")[..., :count].astype(np.int64)
    return np.where(np.take_along_axis(tonnes, found, axis=-1) > 0, found, -1)
