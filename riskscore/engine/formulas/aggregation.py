"""Joining several values into one: weighted power means of any p, the maximum, Copeland's score.

A weighted power mean is M_p = (Σ w·x^p / Σ w)^(1/p): p = 1 arithmetic, p → 0 geometric, p = −1
harmonic; p → ∞ tends to the maximum. All of them share one shape, f⁻¹(Σ w·f(x) / Σ w), and that
is how they are computed. Weights are renormalised over the values that are not NaN. Formulas:
OECD/JRC Handbook on Constructing Composite Indicators (2008), section 6; names as in COINr.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskscore.engine.arrays import Floats

MEANS = ("arithmetic", "geometric", "harmonic", "power")
KINDS = (*MEANS, "max", "copeland")
TIE = 1e-12
FIXED_P = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}


@dataclass(frozen=True, slots=True)
class Aggregation:
    """How a node joins its children.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    p : float
        Exponent of the power mean; NaN for ``max`` and ``copeland``.
    floor : float, optional
        Lifts smaller values (and zero) to itself before a mean that zero would break (p ≤ 0); a
        floor of 0 says that one zero makes the node zero.
    rescale : bool
        Maps Copeland's −(n−1)..n−1 onto the method's scale.

    Examples
    --------
    >>> import numpy as np
    >>> square = Aggregation("power", 2.0)
    >>> float(square.inverse(square.forward(np.array([3.0, 4.0])).mean()))
    3.5355339059327378
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
    """Natural logarithm with ln 0 = −∞ and no warning."""
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


def outranking(x: Floats, reference: Floats, weights: Floats) -> Floats:
    """Outranking of each unit over each unit of a reference.

    Parameters
    ----------
    x : ndarray, shape (n, k)
        Values of the units.
    reference : ndarray, shape (m, k)
        Values of the reference.
    weights : ndarray, shape (k,)
        Weights that sum to 1.

    Returns
    -------
    ndarray, shape (n, m)
        0..1 over the columns that are not NaN in both; 0.5 (a tie) where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> outranking(np.array([[2.0]]), np.array([[1.0], [2.0]]), np.array([1.0])).tolist()
    [[1.0, 0.5]]
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
    """Copeland's score against a frozen reference.

    Sums of weights that should tie may differ in the last bits, so 1e-12 counts as a tie.

    Parameters
    ----------
    x : ndarray, shape (n, k)
        Values of the units.
    reference : ndarray, shape (m, k)
        Values of the reference.
    weights : ndarray, shape (k,)
        Weights that sum to 1.

    Returns
    -------
    ndarray, shape (n,)
        Σ over the reference of +1 where the outranking is above 0.5 and −1 where it is below.

    Examples
    --------
    >>> import numpy as np
    >>> copeland_against(np.array([[2.0]]), np.array([[1.0], [2.0]]), np.array([1.0])).tolist()
    [1.0]
    """
    over = outranking(x, reference, weights) - 0.5
    return np.asarray(((over > TIE).astype(float) - (over < -TIE)).sum(axis=1))
