"""How an unknown value is drawn: from what is known of units that look alike otherwise.

A distribution is a list of equally likely values on the node's scale, overall and for each class
of units. A unit's class is what the rest of its node shows: where neighbouring cells speak of high
risk, an unknown one is drawn from units whose neighbouring cells do the same (a hot deck within
adjustment classes; Andridge and Little 2010, International Statistical Review 78(1)). It is frozen
with the method, so that a unit drawn alone has the interval that it has among others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from riskscore.engine.arrays import Bools, Floats

VALUES = 20
"""Values that a learnt distribution keeps: its 1/40, 3/40, … quantiles."""
CLASSES = 8
"""Classes of equal size, by what the rest of the node shows."""
LEAST_IN_CLASS = 30
"""Units that a class must have on average, else there are fewer classes."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Equally likely values on the node's scale. Class i of ``by_class`` holds what lies from
    ``cuts[i − 1]`` up to ``cuts[i]``; ``overall`` is for units of whose rest nothing is known."""

    overall: tuple[float, ...]
    cuts: tuple[float, ...] = ()
    by_class: tuple[tuple[float, ...], ...] = ()

    def draw(self, u: Floats, beside: Floats) -> Floats:
        """(draws, n) values for uniform numbers ``u`` in (0, 1) of n cells; ``beside`` (n,) is what
        the rest of each cell's node shows, NaN where nothing."""
        out = _pick(self.overall, u)
        classes = np.where(np.isnan(beside), -1, np.searchsorted(self.cuts, beside, side="right"))
        for number, values in enumerate(self.by_class):
            inside = np.flatnonzero(classes == number)
            if len(inside):
                out[:, inside] = _pick(values, u[:, inside])
        return out

    def state(self) -> dict[str, Any]:
        """Plain values that JSON keeps exactly."""
        return {
            "overall": list(self.overall),
            "cuts": list(self.cuts),
            "by_class": [list(values) for values in self.by_class],
        }

    @classmethod
    def with_state(cls, state: Mapping[str, Any]) -> Distribution:
        """The inverse of ``state``."""
        by_class = tuple(tuple(values) for values in state["by_class"])
        return cls(tuple(state["overall"]), tuple(state["cuts"]), by_class)


def learnt(scaled: Floats, known: Bools, beside: Floats) -> Distribution | None:
    """The distribution of (n,) scaled values where they are ``known``; None where none is."""
    values, beside = scaled[known], beside[known]
    if not len(values):
        return None
    both = ~np.isnan(beside)
    number = min(CLASSES, int(both.sum()) // LEAST_IN_CLASS)
    if number < 2:
        return Distribution(quantiles(values))
    values_there, beside = values[both], beside[both]
    shares = np.arange(1, number) / number
    cuts = np.unique(np.quantile(beside, shares, method="inverted_cdf"))
    cuts = cuts[cuts > beside.min()]  # no class is empty
    classes = np.searchsorted(cuts, beside, side="right")
    by_class = tuple(quantiles(values_there[classes == i]) for i in range(len(cuts) + 1))
    return Distribution(quantiles(values), tuple(cuts.tolist()), by_class)


def quantiles(values: Floats, number: int = VALUES) -> tuple[float, ...]:
    """Order statistics, never a value between two levels of a table."""
    shares = (np.arange(number) + 0.5) / number
    return tuple(np.quantile(values, shares, method="inverted_cdf").tolist())


def _pick(values: Sequence[float], u: Floats) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    return table[np.minimum((u * len(table)).astype(np.int64), len(table) - 1)]
