"""From a raw value to the method's scale. ``fit`` learns bounds once; ``apply`` only uses them.

Each scaling maps NaN to NaN, never warns, and treats one unit at a time, so that a score never
depends on the units beside it. ``lo`` and ``hi`` are the ends of the output scale (0 and 100 for
risk). ``direction`` -1 turns the raw value round before anything else (x := −x).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, Strings
from riskscore.engine.errors import FitError


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling(ABC):
    """What every scaling has: the output scale, the direction, and what it has learnt."""

    kind: ClassVar[str]
    LEARNT: ClassVar[tuple[str, ...]] = ()

    lo: float = 0.0
    hi: float = 100.0
    direction: int = 1

    @abstractmethod
    def apply(self, x: Floats, out: Floats) -> None:
        """Write the scaled values of one contiguous column into ``out``; both are (n,)."""

    def fit(self, x: Floats, keys: Strings) -> Self:
        """The same scaling with its bounds learnt from a reference column ``x``, NaN unknown, whose
        units are called ``keys``."""
        return replace(self, **self.learn(x, keys)) if self.LEARNT else self

    def learn(self, x: Floats, keys: Strings) -> dict[str, Any]:
        """What ``LEARNT`` names; raises FitError when the column cannot give it."""
        raise NotImplementedError(f"{type(self).__name__} names what it learns but not how")

    def span(self) -> tuple[float, float]:
        """Least and greatest value ``apply`` can give; infinite where nothing bounds it."""
        return (self.lo, self.hi)

    def raw_range(self) -> tuple[float, float]:
        """Raw values between which the scaled value moves; a search for a score stays here."""
        return (self.lo, self.hi)

    @property
    def fitted(self) -> bool:
        """True when ``apply`` may be called."""
        return all(getattr(self, name) is not None for name in self.LEARNT)

    def parameters(self) -> dict[str, Any]:
        """Its own parameters by name, as the method spec writes them."""
        skip = {"lo", "hi", "direction", *self.LEARNT}
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in skip}

    def state(self) -> dict[str, Any]:
        """What it has learnt, as plain numbers and lists that JSON keeps exactly."""
        return {name: _plain(getattr(self, name)) for name in self.LEARNT}

    def with_state(self, state: dict[str, Any]) -> Self:
        """The same scaling with what another one learnt."""
        return replace(self, **{name: _array(state[name]) for name in self.LEARNT})

    def column(self, x: npt.ArrayLike) -> Floats:
        """Scaled values of any (n,) array, for callers outside the scoring loop."""
        raw = np.ascontiguousarray(x, dtype=np.float64)
        out = np.empty_like(raw)
        with np.errstate(over="ignore", invalid="ignore"):
            self.apply(raw, out)
        return out


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _array(value: Any) -> Any:
    return np.asarray(value, dtype=np.float64) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Goalposts(Scaling):
    """The raw value ``start`` maps to ``lo`` and ``end`` to ``hi``; beyond them it is clipped.

    ``log`` measures the way between them in logarithms: then both are positive and a value at or
    below zero lies beyond the lower one. Source: UNDP HDR technical notes; methodology of COINr.
    """

    kind: ClassVar[str] = "goalposts"
    start: float
    end: float
    log: bool = False
    clip: bool = True

    def apply(self, x: Floats, out: Floats) -> None:
        start, end = self.start, self.end
        if self.clip:
            np.clip(x, min(start, end), max(start, end), out=out)
        else:
            np.copyto(out, x)
        if self.log:
            np.log(out, out=out)
            start, end = math.log(start), math.log(end)
        np.subtract(out, start, out=out)
        slope = (self.hi - self.lo) / (end - start)
        np.multiply(out, slope, out=out)
        # Adding 0 turns the −0 of a falling scale into 0.
        if self.lo or slope < 0:
            np.add(out, self.lo, out=out)

    def span(self) -> tuple[float, float]:
        return (self.lo, self.hi) if self.clip else (-math.inf, math.inf)

    def raw_range(self) -> tuple[float, float]:
        return (self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalTable(Scaling):
    """An explicit table: the raw value ``values[i]`` maps to ``scores[i]``; no other value may."""

    kind: ClassVar[str] = "table"
    values: tuple[float, ...]
    scores: tuple[float, ...]

    def apply(self, x: Floats, out: Floats) -> None:
        order = np.argsort(self.values)
        values = np.asarray(self.values, dtype=np.float64)[order]
        scores = np.asarray(self.scores, dtype=np.float64)[order]
        at = np.minimum(np.searchsorted(values, x), len(values) - 1)
        hit = values[at] == x
        np.copyto(out, np.where(hit, scores[at], np.nan))
        stray = x[~hit & ~np.isnan(x)]
        if len(stray):
            raise FitError(f"the ordinal table has no row for the value {float(stray[0])!r}")

    def nearest(self, x: Floats) -> Floats:
        """The level of the table that lies nearest to each value; of two the lower."""
        values = np.sort(np.asarray(self.values, dtype=np.float64))
        middles = (values[:-1] + values[1:]) / 2
        return np.asarray(values[np.searchsorted(middles, x)])

    def span(self) -> tuple[float, float]:
        return (min(self.scores), max(self.scores))

    def raw_range(self) -> tuple[float, float]:
        return (min(self.values), max(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Scaling):
    """The value as it is (times the direction): it is already on the method's scale."""

    kind: ClassVar[str] = "identity"

    def apply(self, x: Floats, out: Floats) -> None:
        np.multiply(x, float(self.direction), out=out)

    def span(self) -> tuple[float, float]:
        return (-math.inf, math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic(Scaling):
    """lo + (hi − lo) / (1 + exp(−steepness·(x − midpoint)))."""

    kind: ClassVar[str] = "logistic"
    midpoint: float
    steepness: float

    def apply(self, x: Floats, out: Floats) -> None:
        np.subtract(x, self.midpoint, out=out)
        np.clip(out, -1e4 / self.steepness, 1e4 / self.steepness, out=out)
        np.multiply(out, -self.steepness * self.direction, out=out)
        np.clip(out, -700.0, 700.0, out=out)
        np.exp(out, out=out)
        np.add(out, 1.0, out=out)
        np.divide(self.hi - self.lo, out, out=out)
        np.add(out, self.lo, out=out)

    def raw_range(self) -> tuple[float, float]:
        return (self.midpoint - 40.0 / self.steepness, self.midpoint + 40.0 / self.steepness)


def without_nan(x: Floats, least: int = 1) -> Floats:
    """The values that somebody knows; raises FitError when there are fewer than ``least``."""
    not_nan = x[~np.isnan(x)]
    if len(not_nan) < least:
        raise FitError(f"{len(not_nan)} known values in the reference; at least {least} are needed")
    return not_nan
