"""Outliers: pull in at most a few points, else take logarithms; learnt on a reference, frozen.

A column passes when |skewness| < 2 or kurtosis < 3.5. If it fails, the highest points (lowest, for
negative skewness) are set to the next one until it passes or ``winsorise`` points are treated. If
it still fails, the original column gets ln(x − min + 0.01·(max − min)). Frozen, the first becomes
a pair of bounds and the second a pair of constants. Source: COINr (``Treat``), the Commission's
practice; skewness and kurtosis are the unbiased "type 2" of Joanes & Gill (1998).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.errors import FitError

FEWEST = 4
"""Kurtosis needs four points; shorter columns pass untreated."""


def skewness(x: Floats) -> float:
    """√n·Σd³/(Σd²)^1.5 · √(n(n−1))/(n−2), d = x − mean; NaN for n < 3 or a constant column."""
    n = len(x)
    unit = _deviations(x)
    squares = float((unit**2).sum())
    if n < 3 or squares == 0:
        return math.nan
    plain = math.sqrt(n) * float((unit**3).sum()) / squares**1.5
    return float(plain * math.sqrt(n * (n - 1)) / (n - 2))


def kurtosis(x: Floats) -> float:
    """((n+1)(r−3)+6)(n−1)/((n−2)(n−3)), r = n·Σd⁴/(Σd²)²; NaN for n < 4 or a constant column."""
    n = len(x)
    unit = _deviations(x)
    squares = float((unit**2).sum())
    if n < FEWEST or squares == 0:
        return math.nan
    r = n * float((unit**4).sum()) / squares**2
    return ((n + 1) * (r - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))


def _deviations(x: Floats) -> Floats:
    """x − mean over the largest deviation: both moments are the same at any scale of x."""
    size = float(np.abs(x).max(initial=0.0))
    if size == 0:
        return np.zeros(len(x))
    deviation = x / size - float((x / size).mean())
    largest = float(np.abs(deviation).max())
    return deviation / largest if largest > 0 else deviation


@dataclass(frozen=True, slots=True)
class Treatment:
    """How to treat a column, and what was learnt: ``done`` is "", "none", "winsorised" or "log".

    ``low``/``high`` are the bounds of a winsorised column, or the original's minimum and maximum
    of a logged one. ``combine`` takes the logarithm of the winsorised column.
    """

    winsorise: int = 5
    then: str = "log"
    skew: float = 2.0
    kurtosis: float = 3.5
    combine: bool = False
    done: str = ""
    low: float = math.nan
    high: float = math.nan
    cut_low: float = -math.inf
    cut_high: float = math.inf

    def passes(self, x: Floats) -> bool:
        """|skewness| or kurtosis within its limit; what has neither passes."""
        skew, peak = skewness(x), kurtosis(x)
        return math.isnan(peak) or abs(skew) < self.skew or peak < self.kurtosis

    def fit(self, x: Floats) -> Treatment:
        """Learn from the known values of a reference column."""
        not_nan = x[~np.isnan(x)]
        if not len(not_nan) or self.passes(not_nan):
            return replace(self, done="none")
        pulled = self._winsorised(not_nan)
        low, high = float(pulled.min()), float(pulled.max())
        if self.passes(pulled) or self.then == "none":
            return replace(self, done="winsorised", cut_low=low, cut_high=high)
        base = pulled if self.combine else not_nan
        cuts = (low, high) if self.combine else (-math.inf, math.inf)
        return replace(
            self,
            done="log",
            low=float(base.min()),
            high=float(base.max()),
            cut_low=cuts[0],
            cut_high=cuts[1],
        )

    def _winsorised(self, x: Floats) -> Floats:
        """Ends set to the next value until it passes or enough points are treated.

        Counted as COINr does: the points at the ends last pulled, tied ones together.
        """
        x = x.copy()
        ends = {True: 0, False: 0}
        while sum(ends.values()) < self.winsorise and not self.passes(x):
            upper = skewness(x) >= 0
            at = x == (x.max() if upper else x.min())
            rest = x[~at]
            x[at] = rest.max() if upper else rest.min()
            ends[upper] = int(at.sum())
        return x

    def apply(self, x: Floats) -> Floats:
        """Treated values; NaN stays NaN. Values beyond the reference are cut to its ends first."""
        if not self.done:
            raise FitError("this treatment learns from data: fit the method first")
        if self.done == "none":
            return x
        cut = np.clip(x, self.cut_low, self.cut_high)
        if self.done == "winsorised":
            return cut
        cut = np.clip(cut, self.low, self.high)
        return np.log(cut - self.low + 0.01 * (self.high - self.low))

    def treated(self, x: Floats) -> npt.NDArray[np.int8]:
        """(n,) per cell: 0 as it was, 1 pulled down, 2 pulled up, 3 logged."""
        report = np.zeros(len(x), dtype=np.int8)
        if self.done == "log":
            report[~np.isnan(x)] = 3
        high: Bools = x > self.cut_high
        report[high] = 1
        report[x < self.cut_low] = 2
        return report

    def state(self) -> dict[str, Any]:
        """What it has learnt, for JSON (infinite bounds are left out)."""
        names = ("low", "high", "cut_low", "cut_high")
        numbers = {name: getattr(self, name) for name in names}
        return {"done": self.done} | {k: v for k, v in numbers.items() if math.isfinite(v)}

    def with_state(self, state: dict[str, Any]) -> Treatment:
        """The same treatment with what another one learnt."""
        return replace(self, **state)
