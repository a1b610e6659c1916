"""Joining several values into one: weighted power means of any p, and the maximum.

A weighted power mean is M_p = (Σ w·x^p / Σ w)^(1/p): p = 1 arithmetic, p → 0 geometric, p = −1
harmonic; p → ∞ tends to the maximum. All of them share one shape, f⁻¹(Σ w·f(x) / Σ w), and that
is how they are computed. Weights are renormalised over what is known. Formulas: OECD/JRC Handbook
on Constructing Composite Indicators (2008), §6; names as in COINr.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import NumberError

MEANS = ("arithmetic", "geometric", "harmonic", "power")
KINDS = (*MEANS, "max", "copeland")
TIE = 1e-12
FIXED_P = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}


@dataclass(frozen=True, slots=True)
class Aggregation:
    """How a node joins its children.

    ``floor`` lifts smaller values (and zero) to itself before a mean that zero would break
    (p ≤ 0); a floor of 0 says that one zero makes the node zero. ``rescale`` maps Copeland's
    −(n−1)..n−1 onto the method's scale.
    """

    kind: str = "arithmetic"
    p: float = 1.0
    floor: float | None = None
    rescale: bool = False

    @property
    def additive(self) -> bool:
        """True for the weighted arithmetic mean, whose parts simply add up."""
        return self.kind in MEANS and self.p == 1.0

    def forward(self, x: Floats) -> Floats:
        """f(x): what is averaged. NaN stays NaN."""
        if self.p == 1.0:
            return x
        if self.floor is not None:
            x = np.maximum(x, self.floor)
        if self.p == 0.0:
            return _finite_log(x)
        if self.p == 2.0:
            return x * x
        return _power(x, self.p)

    def inverse(self, y: Floats) -> Floats:
        """f⁻¹(y): back to the scale of the values. NaN stays NaN."""
        if self.p == 1.0:
            return y
        if self.p == 0.0:
            return np.exp(y)
        if self.p == 2.0:
            return np.sqrt(y)
        return _power(y, 1.0 / self.p)


def _finite_log(x: Floats) -> Floats:
    """ln x with ln 0 = −∞ and no warning."""
    out = np.full_like(x, -np.inf)
    np.log(x, out=out, where=x > 0)
    np.copyto(out, np.nan, where=np.isnan(x))
    return out


def _power(x: Floats, p: float) -> Floats:
    """x^p for x ≥ 0 with 0^negative = ∞, ∞^negative = 0 and no warning."""
    out = np.full_like(x, np.inf if p < 0 else 0.0)
    np.power(x, p, out=out, where=(x > 0) & (x < np.inf))
    np.copyto(out, 0.0 if p < 0 else np.inf, where=x == np.inf)
    np.copyto(out, np.nan, where=np.isnan(x))
    return out


def power_mean(
    values: npt.ArrayLike, weights: npt.ArrayLike | None = None, p: float = 1.0
) -> Floats:
    """Weighted power mean over the last axis, re-weighted over known values; NaN if none is known.

    Raises NumberError for a value that the mean has no answer for: zero or below for p ≤ 0, below
    zero for any other p but 1. Values are divided by their largest before powers are taken, so
    that neither 1e300 nor a subnormal value is lost.
    """
    x = np.asarray(values, dtype=np.float64)
    w = np.broadcast_to(
        np.ones(x.shape[-1:]) if weights is None else np.asarray(weights, dtype=np.float64), x.shape
    )
    _refuse(x, p)
    not_nan = ~np.isnan(x)
    mass = np.where(not_nan, w, 0.0)
    share = _ratio(mass, mass.sum(axis=-1, keepdims=True))
    size = np.max(np.abs(x), axis=-1, keepdims=True, initial=0.0, where=not_nan)
    unit = np.divide(x, size, out=np.where(not_nan, 0.0, np.nan), where=not_nan & (size > 0))
    rule = Aggregation("power", p)
    terms = np.multiply(share, rule.forward(unit), out=np.zeros_like(share), where=mass > 0)
    mean = rule.inverse(terms.sum(axis=-1)) * size[..., 0]
    return np.asarray(np.where(mass.sum(axis=-1) > 0, mean, np.nan), dtype=np.float64)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros(np.broadcast(top, bottom).shape), where=bottom > 0)


def _refuse(x: Floats, p: float) -> None:
    bad = (x <= 0).any() if p <= 0 else (x < 0).any() and p != 1.0
    if bad or np.isinf(x).any():
        need = "> 0" if p <= 0 else ">= 0"
        raise NumberError(f"a power mean with p = {p:g} needs finite values {need}; set a floor")


def arithmetic_mean(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Σ w·x / Σ w over the known values of the last axis."""
    return power_mean(values, weights, 1.0)


def geometric_mean(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """exp(Σ w·ln x / Σ w); raises NumberError on a value ≤ 0."""
    return power_mean(values, weights, 0.0)


def harmonic_mean(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Σ w / Σ (w/x); raises NumberError on a value ≤ 0."""
    return power_mean(values, weights, -1.0)


def outranking_matrix(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """(n, n) o_ij = Σ w[x_i > x_j] + ½ Σ w[x_i = x_j], weights summing to 1; the diagonal is 0."""
    x = np.asarray(values, dtype=np.float64)
    margins = outranking(x, x, _normal(weights, x.shape[1]))
    np.fill_diagonal(margins, 0.0)
    return margins


def copeland(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """(n,) how many units each unit outranks, less how many outrank it; −(n−1)..n−1."""
    x = np.asarray(values, dtype=np.float64)
    return copeland_against(x, x, _normal(weights, x.shape[1]))


def _normal(weights: npt.ArrayLike | None, k: int) -> Floats:
    w = np.ones(k) if weights is None else np.asarray(weights, dtype=np.float64)
    return np.asarray(w / w.sum())


def outranking(x: Floats, reference: Floats, weights: Floats) -> Floats:
    """(n, m) outranking of each unit over each reference unit, over what both of them know.

    Where the two share no known value they tie (0.5).
    """
    won = np.zeros((len(x), len(reference)))
    mass = np.zeros_like(won)
    for column, weight in enumerate(weights):
        a, b = x[:, column, None], reference[None, :, column]
        both = ~np.isnan(a) & ~np.isnan(b)
        won += weight * ((a > b) + 0.5 * (a == b))
        mass += weight * both
    return np.divide(won, mass, out=np.full_like(won, 0.5), where=mass > 0)


def copeland_against(x: Floats, reference: Floats, weights: Floats) -> Floats:
    """(n,) Copeland score against a frozen reference: +1 where o > 0.5, −1 where o < 0.5.

    Sums of weights that should tie may differ in the last bits, so 1e-12 counts as a tie.
    """
    over = outranking(x, reference, weights) - 0.5
    return np.asarray(((over > TIE).astype(float) - (over < -TIE)).sum(axis=1))
