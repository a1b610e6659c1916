"""Correlation, coherence and ranks of columns of which some cells are unknown."""

from __future__ import annotations

from bisect import bisect_right, insort

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats


def correlation(x: Floats, y: Floats) -> float:
    """Pearson's r of two columns, over the units that have both.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Values; NaN is left out.

    Returns
    -------
    float
        −1..1; NaN for fewer than 3 pairs or a constant column.

    Examples
    --------
    >>> correlation(np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0]))
    -1.0
    """
    both = ~np.isnan(x) & ~np.isnan(y)
    if both.sum() < 3:
        return float("nan")
    a, b = _unit(x[both]), _unit(y[both])
    scale = np.sqrt((a * a).sum()) * np.sqrt((b * b).sum())
    return float(np.clip((a * b).sum() / scale, -1.0, 1.0)) if scale > 0 else float("nan")


def _unit(x: Floats) -> Floats:
    """Deviations from the mean over the largest: r is the same at any scale of x."""
    size = float(np.abs(x).max()) or 1.0
    deviation = x / size - (x / size).mean()
    return np.asarray(deviation / (float(np.abs(deviation).max()) or 1.0))


def correlations(values: Floats) -> Floats:
    """Pairwise correlations of the columns.

    Parameters
    ----------
    values : ndarray, shape (n, k)
        Values; NaN is left out pair by pair.

    Returns
    -------
    ndarray, shape (k, k)
        −1..1, 1 on the diagonal; NaN as in ``correlation``.
    """
    k = values.shape[1]
    out = np.eye(k)
    for i in range(k):
        for j in range(i + 1, k):
            out[i, j] = out[j, i] = correlation(values[:, i], values[:, j])
    return out


def cronbach_alpha(values: npt.ArrayLike) -> float:
    """Cronbach's α, how coherent columns are: k²·(mean covariance)/(sum of all covariances).

    Parameters
    ----------
    values : array_like, shape (n, k)
        Values; NaN is left out pair by pair, and a column that is NaN or constant altogether.

    Returns
    -------
    float
        1 for columns that move as one; NaN for fewer than two.

    References
    ----------
    Cronbach, L. J. (1951), Coefficient alpha and the internal structure of tests, Psychometrika
    16(3); COINr (``get_cronbach``).

    Examples
    --------
    >>> cronbach_alpha([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    1.0
    """
    x = np.asarray(values, dtype=np.float64)
    x = x[:, [_covariance(column, column) > 0 for column in x.T]]
    k = x.shape[1]
    if k < 2:
        return float("nan")
    c = np.array([[_covariance(x[:, i], x[:, j]) for j in range(k)] for i in range(k)])
    total = c.sum()
    mean = (total - np.trace(c)) / (k * (k - 1))
    return float(k * k * mean / total) if total > 0 else float("nan")


def _covariance(x: Floats, y: Floats) -> float:
    both = ~np.isnan(x) & ~np.isnan(y)
    if both.sum() < 2:
        return float("nan")
    a, b = x[both], y[both]
    return float(((a - a.mean()) * (b - b.mean())).sum() / (both.sum() - 1))


def flags(values: Floats, *, high: float = 0.92, low: float = 0.3) -> list[tuple[int, int, str]]:
    """Name the pairs of columns of one node that do not belong together, or say the same.

    Parameters
    ----------
    values : ndarray, shape (n, k)
        Values of the node's children.
    high, low : float
        ``redundant`` is r ≥ high, ``unrelated`` is |r| < low, ``opposed`` is r < −low.

    Returns
    -------
    list of tuple
        Two positions and the kind, for each pair that has one.
    """
    r = correlations(values)
    results = []
    for i in range(len(r)):
        for j in range(i + 1, len(r)):
            kind = _kind(float(r[i, j]), high, low)
            if kind:
                results.append((i, j, kind))
    return results


def _kind(r: float, high: float, low: float) -> str:
    if r >= high:
        return "redundant"
    if r < -low:
        return "opposed"
    return "unrelated" if abs(r) < low else ""


def ranks(scores: Floats) -> Floats:
    """Rank of each score from 1, the highest; ties share the better rank.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Scores, NaN where not assessed.

    Returns
    -------
    ndarray, shape (n,)
        NaN where the score is NaN.

    Examples
    --------
    >>> ranks(np.array([5.0, 9.0, 5.0, np.nan])).tolist()
    [2.0, 1.0, 2.0, nan]
    """
    not_nan = np.sort(scores[~np.isnan(scores)])
    place = len(not_nan) - np.searchsorted(not_nan, scores, side="right") + 1.0
    return np.where(np.isnan(scores), np.nan, place)


def spearman(x: Floats, y: Floats) -> float:
    """Spearman's ρ: Pearson's r of the ranks, ties at their mean rank, over units that have both.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Values; NaN is left out.

    Returns
    -------
    float
        −1..1; NaN for fewer than 3 pairs or a constant column.

    Examples
    --------
    >>> round(spearman(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 9.0])), 6)
    0.8
    """
    both = ~np.isnan(x) & ~np.isnan(y)
    return correlation(_mean_ranks(x[both]), _mean_ranks(y[both]))


def _mean_ranks(values: Floats) -> Floats:
    in_order = np.sort(values)
    sides = (np.searchsorted(in_order, values, side=side) for side in ("left", "right"))
    return np.asarray(sum(sides) / 2.0, dtype=np.float64)


def kendall(x: Floats, y: Floats) -> float:
    """Kendall's τ-b: pairs in the same order less pairs in the other, with ties, of all pairs.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Values; NaN is left out.

    Returns
    -------
    float
        −1..1; NaN for fewer than 2 units or a constant column.

    References
    ----------
    Kendall, M. G. (1945), The treatment of ties in ranking problems, Biometrika 33(3).

    Examples
    --------
    >>> round(kendall(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 9.0])), 6)
    0.666667
    """
    both = ~np.isnan(x) & ~np.isnan(y)
    a, b = x[both], y[both]
    order = np.lexsort((b, a))
    seen: list[float] = []
    turned = 0
    for value in b[order].tolist():
        turned += len(seen) - bisect_right(seen, value)
        insort(seen, value)
    pairs = len(a) * (len(a) - 1) / 2
    tied_a, tied_b, tied = _tied(a), _tied(b), _tied(np.column_stack([a, b]))
    scale = np.sqrt((pairs - tied_a) * (pairs - tied_b))
    return float((pairs - tied_a - tied_b + tied - 2 * turned) / scale) if scale > 0 else np.nan


def _tied(values: Floats) -> float:
    """How many pairs of rows are equal."""
    counts = np.unique(values, axis=0, return_counts=True)[1]
    return float((counts * (counts - 1) / 2).sum())
