"""How much of a node must be known before it counts; below that it is "not assessed"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskscore.engine.arrays import Bools, Floats


@dataclass(frozen=True, slots=True)
class Minimum:
    """How much of a node must be known before it is assessed. All given rules must hold.

    ``weight``: share (0..1) of the weight whose child is assessed. ``share``: share (0..1) of the
    children, as COINr's data threshold. ``count``: number of children. Without any rule, one
    assessed child is enough.
    """

    weight: float = 0.0
    share: float = 0.0
    count: int = 1

    @property
    def counts(self) -> bool:
        """True when children must be counted."""
        return self.count > 1 or self.share > 0

    def met(
        self, present: Floats, total: Floats | float, number: Floats | None, of: Floats | float
    ) -> Bools:
        """(n,) true where enough is known. ``present`` and ``total`` are sums of weights,
        ``number`` and ``of`` counts of children; a tolerance of 1e-12 forgives rounding."""
        fine = (present > 0) & (present >= (self.weight - 1e-12) * total)
        if self.counts and number is not None:
            fine &= (number >= self.count) & (number >= (self.share - 1e-12) * of)
        return np.asarray(fine, dtype=bool)
