"""What happens to a raw column before it is scaled: admit, divide, fill, transform, treat.

Each step may learn from a reference frame; what it learnt is frozen in the fitted method. A filled
cell moves the value of its node, is flagged, and stays unknown for coverage and bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from riskscore.engine.arrays import Bools, Floats, Strings, over
from riskscore.engine.errors import FitError, NumberError
from riskscore.engine.frame import Frame
from riskscore.engine.scaling.distribution import quantiles
from riskscore.engine.scaling.treatment import Treatment

CENTRES: dict[str, Callable[[Floats], Any]] = {"mean": np.mean, "median": np.median}
IMPUTATIONS = ("mean", "median", "group_mean", "group_median")


RESIDUALS = 64
"""Residuals of an imputation that are kept: their 1/128, 3/128, … quantiles."""


def residuals_of(apart: Sequence[Floats], *, alone: bool = False) -> tuple[float, ...]:
    """Quantiles of differences from a centre, over groups of units.

    A value lies (n − 1)/n times as far from the mean of all n as from the mean of the others, which
    is what a filled cell has; ``alone`` when the differences are from the others already.
    """
    kept = [x if alone else x * (len(x) / (len(x) - 1)) for x in apart if alone or len(x) > 1]
    values = np.concatenate(kept) if kept else np.empty(0)
    return quantiles(values, RESIDUALS) if len(values) else ()


@dataclass(frozen=True, slots=True)
class Imputation:
    """Fill unknown cells of a column with a centre of the reference, overall or by group.

    ``residuals``: equally likely differences of a value from such a centre of the others, by which
    draws vary a filled cell.
    """

    kind: str
    overall: float | None = None
    by_group: dict[str, float] = field(default_factory=dict)
    residuals: tuple[float, ...] = ()

    def fit(self, x: Floats, group: Strings | None) -> Imputation:
        """Learn the centres from a reference column."""
        centre = CENTRES[self.kind.removeprefix("group_")]
        not_nan = ~np.isnan(x)
        if not not_nan.any():
            raise FitError("no value is known, so nothing can be imputed")
        if not self.kind.startswith("group_"):
            overall = float(centre(x[not_nan]))
            return replace(self, overall=overall, residuals=residuals_of([x[not_nan] - overall]))
        if group is None:
            raise FitError(f"{self.kind} needs the frame's groups")
        names = sorted({str(name) for name in group[not_nan]})
        results = {name: float(centre(x[not_nan & (group == name)])) for name in names}
        apart = [x[not_nan & (group == name)] - results[name] for name in names]
        return replace(self, by_group=results, residuals=residuals_of(apart))

    def fill(self, x: Floats, group: Strings | None) -> Floats:
        """The column without its gaps; a group that the reference never saw keeps them."""
        missing = np.isnan(x)
        if self.overall is not None:
            return np.where(missing, self.overall, x)
        out = x.copy()
        for name, centre in self.by_group.items():
            if group is not None:
                out[missing & (group == name)] = centre
        return out


@dataclass(frozen=True, slots=True)
class RowImputation:
    """Fill a node's unknown leaves with the centre of what the same unit's other leaves show.

    Leaves are brought to 0..1 by the reference's minimum and maximum (turned by direction), the
    centre over the row is taken, and mapped back to each leaf's raw scale. Source: COINr.
    """

    kind: str
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    residuals: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def fit(self, columns: dict[str, Floats], directions: dict[str, int]) -> RowImputation:
        """Learn each column's range from the reference, and how far a known value lies from what
        would fill it."""
        ranges = {}
        for code, x in columns.items():
            not_nan = x[~np.isnan(x)]
            if not len(not_nan) or not np.ptp(not_nan) > 0:
                raise FitError(f"{code} is constant or unknown, so a row cannot be imputed")
            ranges[code] = (float(not_nan.min()), float(not_nan.max()))
        learnt = replace(self, ranges=ranges)
        residuals = {}
        for code, x in columns.items():
            hidden = {**columns, code: np.full(len(x), np.nan)}
            apart = x - learnt.fill(hidden, directions)[code]
            residuals[code] = residuals_of([apart[~np.isnan(apart)]], alone=True)
        return replace(learnt, residuals=residuals)

    def fill(self, columns: dict[str, Floats], directions: dict[str, int]) -> dict[str, Floats]:
        """The columns without gaps, except in rows where nothing at all is known."""
        unit = np.stack([self._to_unit(code, x, directions[code]) for code, x in columns.items()])
        centre = _row_centre(unit, self.kind)
        return {
            code: np.where(np.isnan(x), self._from_unit(code, centre, directions[code]), x)
            for code, x in columns.items()
        }

    def _to_unit(self, code: str, x: Floats, direction: int) -> Floats:
        low, high = self.ranges[code]
        share = (x - low) / (high - low)
        return share if direction > 0 else 1.0 - share

    def _from_unit(self, code: str, unit: Floats, direction: int) -> Floats:
        low, high = self.ranges[code]
        return low + (unit if direction > 0 else 1.0 - unit) * (high - low)


def _row_centre(unit: Floats, kind: str) -> Floats:
    """(n,) mean or median of each column of an (m, n) array over what is known."""
    not_nan = ~np.isnan(unit)
    number = not_nan.sum(axis=0)
    if kind == "mean":
        total = np.zeros(unit.shape[1])
        for row in unit:
            total += np.nan_to_num(row)
        return over(total, number)
    ranked = np.sort(unit, axis=0)
    last = np.maximum(number - 1, 0)
    columns = np.arange(unit.shape[1])
    middle = (ranked[last // 2, columns] + ranked[(last + 1) // 2, columns]) / 2
    return np.where(number > 0, middle, np.nan)


@dataclass(frozen=True, slots=True)
class Preparation:
    """The steps of one leaf, in their order. ``denominator`` is a column; x is divided by it and
    multiplied by ``factor``."""

    known_range: tuple[float, float] | None = None
    unknown_for: tuple[str, ...] = ()
    denominator: str = ""
    factor: float = 1.0
    imputation: Imputation | None = None
    log: bool = False
    treatment: Treatment | None = None

    @property
    def plain(self) -> bool:
        """True when a raw column goes to its scale as it is."""
        return self == Preparation()

    def admit(self, x: Floats, frame: Frame, rows: slice) -> Floats:
        """Raw values with NaN where the method does not admit them, over the denominator."""
        if self.known_range is not None:
            low, high = self.known_range
            x = np.where((x >= low) & (x <= high), x, np.nan)
        if self.unknown_for and frame.group is not None:
            x = np.where(np.isin(frame.group[rows], self.unknown_for), np.nan, x)
        if self.denominator:
            below = frame.column(self.denominator)[rows]
            if (below == 0).any():
                unit = str(frame.keys[rows][int((below == 0).argmax())])
                raise NumberError(f"the denominator {self.denominator!r} is 0 at unit {unit!r}")
            x = x / below * self.factor
        return x

    def spread(self, errors: Floats, frame: Frame, rows: slice) -> Floats:
        """Standard errors of the admitted values, given those of the raw column."""
        if not self.denominator:
            return errors
        return np.asarray(errors / np.abs(frame.column(self.denominator)[rows]) * abs(self.factor))

    def finish(self, x: Floats) -> Floats:
        """Transform and treatment of drawn values; a draw at or below zero has the logarithm of
        the smallest positive number, which every clipped scale puts at its end."""
        if self.log:
            x = np.log(np.maximum(x, np.finfo(np.float64).tiny))
        return self.treat(x)

    def fill(self, x: Floats, group: Strings | None) -> Floats:
        """Column imputation, if any."""
        return x if self.imputation is None else self.imputation.fill(x, group)

    def transform(self, x: Floats, name: str, keys: Strings) -> Floats:
        """Natural logarithm, if asked for; NumberError names the unit that is not positive."""
        if not self.log:
            return x
        bad = x <= 0
        if bad.any():
            unit = str(keys[int(bad.argmax())])
            raise NumberError(f"column {name!r} is not positive at unit {unit!r}: no logarithm")
        return np.asarray(np.log(x))

    def treat(self, x: Floats) -> Floats:
        """Outlier treatment, if any."""
        return x if self.treatment is None else self.treatment.apply(x)


def imputed_cells(before: Floats, after: Floats) -> Bools | None:
    """(n,) cells that were unknown and no longer are; None when there are none."""
    filled = np.isnan(before) & ~np.isnan(after)
    return filled if filled.any() else None
