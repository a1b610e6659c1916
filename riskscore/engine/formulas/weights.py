"""Weights that come from data or from people's comparisons, one per column, summing to 1.

Data-driven rules take (n, k) values of which complete rows count. Remember that a nominal weight
is not influence; ``audit`` measures that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import FitError

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Saaty's mean consistency index of random comparisons, for 1 to 10 items."""

CONSISTENT = 0.10
"""Greatest consistency ratio that Saaty accepts."""


class Ahp(NamedTuple):
    """Weights of an AHP matrix with its principal eigenvalue and its consistency.

    Examples
    --------
    >>> result = ahp_weights([[1.0, 3.0], [1 / 3, 1.0]])
    >>> result.weights.round(2).tolist(), round(result.consistency_ratio, 6)
    ([0.75, 0.25], 0.0)
    """

    weights: Floats
    principal: float
    consistency_index: float
    consistency_ratio: float


def _complete(values: npt.ArrayLike, least: int = 3) -> Floats:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2 or not x.shape[1]:
        raise FitError("weights need a table of units by columns")
    x = x[~np.isnan(x).any(axis=1)]
    if len(x) < least:
        raise FitError(f"{len(x)} units are known in every column; at least {least} are needed")
    return x


def _spread(x: Floats) -> Floats:
    """Columns scaled to 0..1; FitError names a constant one by position."""
    low, high = x.min(axis=0), x.max(axis=0)
    if (low == high).any():
        raise FitError(f"column {int((low == high).argmax()) + 1} is constant")
    return np.asarray((x - low) / (high - low))


def _shares(w: Floats) -> Floats:
    total = w.sum()
    if not total > 0:
        raise FitError("the rule gives every column the weight 0")
    return np.asarray(w / total)


def equal_weights(values: npt.ArrayLike) -> Floats:
    """The same weight for each column.

    Parameters
    ----------
    values : array_like, shape (n, k)
        Only k is used.

    Returns
    -------
    ndarray, shape (k,)
        Weights that sum to 1.

    Examples
    --------
    >>> equal_weights([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [0.5, 0.5]
    """
    k = np.asarray(values).shape[-1]
    return np.full(k, 1.0 / k)


def entropy_weights(values: npt.ArrayLike) -> Floats:
    """Shannon's entropy weights: columns in which units differ more weigh more.

    With p = x/Σx per column and E = −Σ p ln p / ln n, w ∝ 1 − E.

    Parameters
    ----------
    values : array_like, shape (n, k)
        Values of n units; only rows without NaN count.

    Returns
    -------
    ndarray, shape (k,)
        Weights that sum to 1.

    Raises
    ------
    FitError
        If fewer than 2 rows are complete, a value is negative, a column sums to 0 or none varies.

    References
    ----------
    Shannon, C. E. (1948), A mathematical theory of communication, Bell System Technical Journal 27.

    Examples
    --------
    >>> entropy_weights([[1.0, 1.0], [1.0, 3.0]]).round(6).tolist()
    [0.0, 1.0]
    """
    x = _complete(values, least=2)
    if (x < 0).any() or (x.sum(axis=0) == 0).any():
        raise FitError("entropy weights need values that are not negative and not all zero")
    p = x / x.sum(axis=0)
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    entropy = -(p * logs).sum(axis=0) / np.log(len(x))
    return _shares(np.maximum(1.0 - entropy, 0.0))


def critic_weights(values: npt.ArrayLike) -> Floats:
    """CRITIC: columns that vary, and that say what the others do not, weigh more.

    w ∝ σ_j · Σ_k (1 − r_jk) on columns scaled to 0..1.

    Parameters
    ----------
    values : array_like, shape (n, k)
        Values of n units; only rows without NaN count.

    Returns
    -------
    ndarray, shape (k,)
        Weights that sum to 1.

    Raises
    ------
    FitError
        If fewer than 3 rows are complete or a column is constant.

    References
    ----------
    Diakoulaki, D., Mavrotas, G. and Papayannakis, L. (1995), Determining objective weights in
    multiple criteria problems: the CRITIC method, Computers & Operations Research 22(7).

    Examples
    --------
    >>> critic_weights([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]]).round(6).tolist()
    [0.5, 0.5]
    """
    x = _spread(_complete(values))
    r = np.corrcoef(x, rowvar=False).reshape(x.shape[1], x.shape[1])
    return _shares(x.std(axis=0, ddof=1) * (1.0 - r).sum(axis=0))


def deviation_weights(values: npt.ArrayLike) -> Floats:
    """Weights in proportion to the standard deviation of the columns as they are.

    Parameters
    ----------
    values : array_like, shape (n, k)
        Values of n units; only rows without NaN count.

    Returns
    -------
    ndarray, shape (k,)
        Weights that sum to 1.

    Raises
    ------
    FitError
        If fewer than 2 rows are complete or every column is constant.

    Examples
    --------
    >>> deviation_weights([[0.0, 0.0], [1.0, 3.0]]).round(6).tolist()
    [0.25, 0.75]
    """
    return _shares(_complete(values, least=2).std(axis=0, ddof=1))


def pca_weights(values: npt.ArrayLike, *, allow_negative: bool = False) -> Floats:
    """Loadings of the first principal component of the standardised columns.

    The component is turned so that its loadings sum to a positive number.

    Parameters
    ----------
    values : array_like, shape (n, k)
        Values of n units; only rows without NaN count.
    allow_negative : bool
        Accept a negative loading, which rewards a risk; by default it is refused.

    Returns
    -------
    ndarray, shape (k,)
        Weights that sum to 1.

    Raises
    ------
    FitError
        If fewer than 3 rows are complete, a column is constant, a loading is negative without
        ``allow_negative``, or the loadings sum to zero.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, section 5; COINr (``get_PCA``).

    Examples
    --------
    >>> pca_weights([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]).round(6).tolist()
    [0.5, 0.5]
    """
    x = _complete(values)
    sd = x.std(axis=0, ddof=1)
    if (sd == 0).any():
        raise FitError(f"column {int((sd == 0).argmax()) + 1} is constant")
    _, _, axes = np.linalg.svd((x - x.mean(axis=0)) / sd, full_matrices=False)
    loadings = axes[0] * (1.0 if axes[0].sum() >= 0 else -1.0)
    if (loadings < 0).any() and not allow_negative:
        at = int((loadings < 0).argmax()) + 1
        raise FitError(f"the first component loads column {at} negatively; set allow_negative")
    total = loadings.sum()
    if not abs(total) > 1e-12:
        raise FitError("the loadings of the first component sum to zero")
    return np.asarray(loadings / total)


def ahp_weights(matrix: npt.ArrayLike) -> Ahp:
    """Saaty's analytic hierarchy process on a reciprocal matrix of comparisons.

    The weights are the principal eigenvector; CI = (λ − n)/(n − 1), CR = CI / RI(n).

    Parameters
    ----------
    matrix : array_like, shape (n, n)
        a_ij: how many times as important item i is as item j; a_ji = 1/a_ij; n from 1 to 10.

    Returns
    -------
    Ahp
        Weights (n,) that sum to 1, the eigenvalue λ, consistency index and consistency ratio.

    Raises
    ------
    FitError
        If the matrix is not square, positive and reciprocal, or has more than 10 items.

    References
    ----------
    Saaty, T. L. (1980), The Analytic Hierarchy Process, McGraw-Hill.

    Examples
    --------
    >>> ahp_weights([[1.0, 3.0], [1 / 3, 1.0]]).weights.round(6).tolist()
    [0.75, 0.25]
    """
    a = np.asarray(matrix, dtype=np.float64)
    n = len(a)
    if a.shape != (n, n) or not 1 <= n <= len(RANDOM_INDEX):
        raise FitError(f"an AHP matrix is square with 1 to 10 items, got shape {a.shape}")
    if not (np.isfinite(a).all() and (a > 0).all() and np.allclose(a * a.T, 1.0, rtol=1e-6)):
        raise FitError("an AHP matrix holds positive a_ij with a_ji = 1/a_ij")
    eigenvalues, vectors = np.linalg.eig(a)
    at = int(eigenvalues.real.argmax())
    principal = float(eigenvalues[at].real)
    index = (principal - n) / (n - 1) if n > 1 else 0.0
    random = RANDOM_INDEX[n - 1]
    ratio = index / random if random else 0.0
    return Ahp(_shares(np.abs(vectors[:, at].real)), principal, index, ratio)


def budget_weights(votes: npt.ArrayLike) -> Floats:
    """Budget allocation: experts spread points over the columns; w is the mean of their shares.

    Parameters
    ----------
    votes : array_like, shape (experts, k)
        Points ≥ 0, one row per expert.

    Returns
    -------
    ndarray, shape (k,)
        Weights that sum to 1.

    Raises
    ------
    FitError
        If a point is negative or infinite, or an expert gave none.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, section 6.

    Examples
    --------
    >>> budget_weights([[60.0, 40.0], [40.0, 60.0]]).tolist()
    [0.5, 0.5]
    """
    v = np.atleast_2d(np.asarray(votes, dtype=np.float64))
    if not np.isfinite(v).all() or (v < 0).any() or not (v.sum(axis=1) > 0).all():
        raise FitError("each expert's points are not negative and sum to more than 0")
    return _shares((v / v.sum(axis=1, keepdims=True)).mean(axis=0))


FROM_DATA: dict[str, Callable[[npt.ArrayLike], Floats]] = {
    "equal": equal_weights,
    "entropy": entropy_weights,
    "critic": critic_weights,
    "deviation": deviation_weights,
    "pca": pca_weights,
}
