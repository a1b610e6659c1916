"""Scalings whose bounds come from a reference population, learnt once by ``fit``.

Formulas and names are COINr's (Becker et al. 2022), on x := direction·x, except that a unit outside
the reference never leaves the scale unless ``clip`` or ``cap`` says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from riskscore.engine.arrays import Floats, Strings
from riskscore.engine.errors import FitError
from riskscore.engine.scaling.fixed import Scaling, without_nan

Optional = float | None


def _range(x: Floats, direction: int) -> tuple[float, float]:
    """Least and greatest of direction·x; raises FitError for a constant or overflowing column."""
    values = without_nan(x) * direction
    low, high = float(values.min()), float(values.max())
    if low == high:
        raise FitError(f"the column is constant ({low * direction:g}), so it has no range")
    if not math.isfinite(1.0 / (high - low)) or not math.isfinite(high - low):
        raise FitError("the column's range is too large or too small for floating point; rescale")
    return low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class MinMax(Scaling):
    """(x − min)/(max − min)·(hi − lo) + lo; clipped to [lo, hi] unless ``clip`` is false."""

    kind: ClassVar[str] = "minmax"
    LEARNT: ClassVar[tuple[str, ...]] = ("minimum", "maximum")
    clip: bool = True
    minimum: Optional = None
    maximum: Optional = None

    def learn(self, x: Floats, keys: Strings) -> dict[str, Any]:  # noqa: ARG002
        low, high = _range(x, self.direction)
        return {"minimum": low, "maximum": high}

    def apply(self, x: Floats, out: Floats) -> None:
        low, high = _pair(self.minimum, self.maximum)
        np.multiply(x, float(self.direction), out=out)
        if self.clip:
            np.clip(out, low, high, out=out)
        np.subtract(out, low, out=out)
        np.divide(out, high - low, out=out)
        np.multiply(out, self.hi - self.lo, out=out)
        np.add(out, self.lo, out=out)

    def span(self) -> tuple[float, float]:
        return (self.lo, self.hi) if self.clip else (-math.inf, math.inf)

    def raw_range(self) -> tuple[float, float]:
        return _turned(self.minimum, self.maximum, self.direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZScore(Scaling):
    """(x − mean)/sd·``spread`` + ``centre``, with the sample standard deviation (n − 1)."""

    kind: ClassVar[str] = "zscore"
    LEARNT: ClassVar[tuple[str, ...]] = ("mean", "sd")
    centre: float = 0.0
    spread: float = 1.0
    mean: Optional = None
    sd: Optional = None

    def learn(self, x: Floats, keys: Strings) -> dict[str, Any]:  # noqa: ARG002
        values = without_nan(x, least=2) * self.direction
        # Dividing by the largest first keeps squares of 1e300 and of 1e-300 within range.
        size = float(np.abs(values).max()) or 1.0
        unit = values / size
        mean, sd = float(unit.mean()) * size, float(unit.std(ddof=1)) * size
        if not sd > 0 or not math.isfinite(1.0 / sd) or not math.isfinite(mean):
            raise FitError("the column has no spread, so it has no z-score")
        return {"mean": mean, "sd": sd}

    def apply(self, x: Floats, out: Floats) -> None:
        mean, sd = _pair(self.mean, self.sd)
        np.multiply(x, float(self.direction), out=out)
        np.subtract(out, mean, out=out)
        np.divide(out, sd, out=out)
        np.multiply(out, self.spread, out=out)
        np.add(out, self.centre, out=out)

    def span(self) -> tuple[float, float]:
        return (-math.inf, math.inf)

    def raw_range(self) -> tuple[float, float]:
        mean, sd = _pair(self.mean, self.sd)
        return _turned(mean - 4.0 * sd, mean + 4.0 * sd, self.direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked(Scaling):
    """What the rank scalings share: the sorted known values of the reference."""

    LEARNT: ClassVar[tuple[str, ...]] = ("ranked",)
    LEAST: ClassVar[int] = 1
    ranked: Floats | None = None

    def learn(self, x: Floats, keys: Strings) -> dict[str, Any]:  # noqa: ARG002
        return {"ranked": np.sort(without_nan(x, self.LEAST) * self.direction)}

    def below(self, x: Floats) -> Floats:
        """(n,) number of reference values below each value; NaN stays NaN."""
        assert self.ranked is not None, "fit first"  # noqa: S101 - Fitted never lets this through
        count = np.searchsorted(self.ranked, x * self.direction, side="left").astype(np.float64)
        return np.where(np.isnan(x), np.nan, count)

    def raw_range(self) -> tuple[float, float]:
        if self.ranked is None:
            return _pair(None, None)
        return _turned(float(self.ranked[0]), float(self.ranked[-1]), self.direction)

    def size(self) -> int:
        """Number of known reference values."""
        return 0 if self.ranked is None else len(self.ranked)


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentileRank(Ranked):
    """lo + (hi − lo)·(rank − 1)/(n − 1), ties taking the lowest rank."""

    kind: ClassVar[str] = "percentile_rank"
    LEAST: ClassVar[int] = 2

    def apply(self, x: Floats, out: Floats) -> None:
        share = np.minimum(self.below(x) / (self.size() - 1), 1.0)
        np.add(self.lo, share * (self.hi - self.lo), out=out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank(Ranked):
    """Rank 1..n from the lowest, ties taking the lowest rank; not mapped onto the scale."""

    kind: ClassVar[str] = "rank"

    def apply(self, x: Floats, out: Floats) -> None:
        np.add(self.below(x), 1.0, out=out)

    def span(self) -> tuple[float, float]:
        return (1.0, float(self.size() + 1) if self.fitted else math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Borda(Ranked):
    """Borda score, rank − 1: how many reference units lie below; not mapped onto the scale."""

    kind: ClassVar[str] = "borda"

    def apply(self, x: Floats, out: Floats) -> None:
        np.copyto(out, self.below(x))

    def span(self) -> tuple[float, float]:
        return (0.0, float(self.size()) if self.fitted else math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance(Scaling):
    """What the distance scalings share: 1 − (far − x)/(far − near), mapped onto [lo, hi].

    ``cap`` cuts values beyond ``far`` to the top. Without a cap, and below ``near``, values leave
    the scale, as in COINr.
    """

    cap: bool = False
    near: Optional = None
    far: Optional = None

    def apply(self, x: Floats, out: Floats) -> None:
        near, far = _pair(self.near, self.far)
        np.multiply(x, float(self.direction), out=out)
        np.subtract(far, out, out=out)
        np.divide(out, far - near, out=out)
        np.subtract(1.0, out, out=out)
        if self.cap:
            np.minimum(out, 1.0, out=out)
        np.multiply(out, self.hi - self.lo, out=out)
        np.add(out, self.lo, out=out)

    def span(self) -> tuple[float, float]:
        return (-math.inf, self.hi if self.cap else math.inf)

    def raw_range(self) -> tuple[float, float]:
        return _turned(self.near, self.far, self.direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceToMax(Distance):
    """1 − (max − x)/(max − min)."""

    kind: ClassVar[str] = "distance_to_max"
    LEARNT: ClassVar[tuple[str, ...]] = ("near", "far")

    def learn(self, x: Floats, keys: Strings) -> dict[str, Any]:  # noqa: ARG002
        low, high = _range(x, self.direction)
        return {"near": low, "far": high}


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceToReference(Distance):
    """1 − (ref − x)/(ref − min), where ref is the value of the reference unit called ``unit``."""

    kind: ClassVar[str] = "distance_to_reference"
    LEARNT: ClassVar[tuple[str, ...]] = ("near", "far")
    unit: str

    def learn(self, x: Floats, keys: Strings) -> dict[str, Any]:
        at = np.flatnonzero(np.asarray(keys).astype(str) == self.unit)
        if not len(at) or np.isnan(x[at[0]]):
            raise FitError(f"the reference unit {self.unit!r} is missing or unknown")
        return _towards(x, self.direction, float(x[at[0]]))


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceToTarget(Distance):
    """(x − min)/(target − min) upwards, (max − x)/(max − target) downwards (direction −1)."""

    kind: ClassVar[str] = "distance_to_target"
    LEARNT: ClassVar[tuple[str, ...]] = ("near", "far")
    target: float

    def learn(self, x: Floats, keys: Strings) -> dict[str, Any]:  # noqa: ARG002
        return _towards(x, self.direction, self.target)


def _towards(x: Floats, direction: int, target: float) -> dict[str, Any]:
    near, far = float((without_nan(x) * direction).min()), target * direction
    if not far > near:
        raise FitError(f"no known value lies short of {target:g}, so no distance can be measured")
    return {"near": near, "far": far}


@dataclass(frozen=True, slots=True, kw_only=True)
class FractionOfMax(Scaling):
    """x / max, mapped so that the greatest gets ``hi`` and zero gets ``lo``."""

    kind: ClassVar[str] = "fraction_of_max"
    LEARNT: ClassVar[tuple[str, ...]] = ("maximum",)
    maximum: Optional = None

    def learn(self, x: Floats, keys: Strings) -> dict[str, Any]:  # noqa: ARG002
        high = float((without_nan(x) * self.direction).max())
        if high == 0 or not math.isfinite(1.0 / high):
            raise FitError("the greatest value is zero (or too small), so nothing is a part of it")
        return {"maximum": high}

    def apply(self, x: Floats, out: Floats) -> None:
        high = _pair(self.maximum, 0.0)[0]
        np.divide(x, high * self.direction, out=out)
        np.multiply(out, self.hi - self.lo, out=out)
        np.add(out, self.lo, out=out)

    def span(self) -> tuple[float, float]:
        return (-math.inf, math.inf)

    def raw_range(self) -> tuple[float, float]:
        return _turned(0.0, self.maximum, self.direction)


def _pair(first: Optional, second: Optional) -> tuple[float, float]:
    if first is None or second is None:
        raise FitError("this scaling learns from data: fit the method first")
    return first, second


def _turned(first: Optional, second: Optional, direction: int) -> tuple[float, float]:
    """Two learnt bounds back in raw values."""
    low, high = _pair(first, second)
    return low * direction, high * direction
