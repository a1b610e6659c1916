"""Is the method what it claims to be: correlations, coherence, weights against influence, and
what happens to ranks when one indicator is left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import EngineError
from riskscore.engine.frame import Frame
from riskscore.engine.method import Fitted
from riskscore.engine.result import Result
from riskscore.engine.spec.tree import Leaf, Node, Weight

Counts = npt.NDArray[np.intp]


def correlation(x: Floats, y: Floats) -> float:
    """Pearson's r over pairs that are both known; NaN for fewer than 3 or a constant column."""
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
    """(k, k) pairwise correlations of the columns of (n, k)."""
    k = values.shape[1]
    out = np.eye(k)
    for i in range(k):
        for j in range(i + 1, k):
            out[i, j] = out[j, i] = correlation(values[:, i], values[:, j])
    return out


def correlation_p_value(r: float, n: int) -> float:
    """Two-sided p of r under independence, by Student's t with n − 2 degrees of freedom."""
    if n < 3 or np.isnan(r):
        return float("nan")
    return float(betainc((n - 2) / 2, 0.5, 1.0 - r * r))


def cronbach_alpha(values: npt.ArrayLike) -> float:
    """α = k²·(mean off-diagonal covariance)/(sum of all covariances), pairwise complete.

    Columns that say nothing (unknown or constant) are left out; NaN for fewer than two others.
    Source: COINr.
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


def effective_weights(
    node: Node, columns: Collection[str] | None = None, share: float = 1.0
) -> dict[str, float]:
    """Nominal weight of each leaf in the root: the product of renormalised weights down the tree.

    Leaves whose column is not among ``columns`` (if given) do not apply and have none. Weights by
    group use their default.
    """
    weights = [_applied(child, columns) for child in node.children]
    total = sum(weights)
    results: dict[str, float] = {}
    for child, weight in zip(node.children, weights, strict=True):
        own = share * weight / total if total else 0.0
        if isinstance(child, Leaf):
            results[child.code] = own
        else:
            results |= effective_weights(child, columns, own)
    return results


def _applied(child: Node | Leaf, columns: Collection[str] | None) -> float:
    leaves = [child] if isinstance(child, Leaf) else list(child.leaves())
    absent = columns is not None and all(leaf.column not in columns for leaf in leaves)
    return 0.0 if absent else child.weight.default


def influence(result: Result) -> dict[str, float]:
    """Measured influence of each leaf: squared correlation of its scaled value with the root."""
    root = result.scores[result.root]
    return {
        code: correlation(result.scaled[:, i], root) ** 2 for i, code in enumerate(result.leaves)
    }


def ranks(scores: Floats) -> Floats:
    """(n,) rank from 1, the highest; ties share the better rank; NaN stays NaN."""
    not_nan = np.sort(scores[~np.isnan(scores)])
    place = len(not_nan) - np.searchsorted(not_nan, scores, side="right") + 1.0
    return np.where(np.isnan(scores), np.nan, place)


def remove_one(fitted: Fitted, frame: Frame) -> dict[str, float]:
    """Mean absolute change of rank when a leaf's weight becomes 0; NaN where nothing is left."""
    nominal = ranks(fitted.score(frame).scores[fitted.root.code])
    return {leaf.code: _shift(fitted, frame, leaf.code, nominal) for leaf in fitted.root.leaves()}


def _shift(fitted: Fitted, frame: Frame, code: str, nominal: Floats) -> float:
    try:
        without = replace(fitted, root=_without(fitted.root, code))
        moved = np.abs(ranks(without.score(frame).scores[fitted.root.code]) - nominal)
    except EngineError:
        return float("nan")
    not_nan = moved[~np.isnan(moved)]
    return float(not_nan.mean()) if len(not_nan) else float("nan")


def _without(node: Node, code: str) -> Node:
    children = tuple(
        replace(child, weight=Weight(0.0))
        if child.code == code
        else child
        if isinstance(child, Leaf)
        else _without(child, code)
        for child in node.children
    )
    return replace(node, children=children)


@dataclass(frozen=True, slots=True)
class Profile:
    """(n, k) leaf positions of each unit's k best and k worst indicators, -1 where there are
    fewer. Both are relative to the population: a rank as a share of the units that are known."""

    strengths: Counts
    weaknesses: Counts


def strengths_and_weaknesses(result: Result, k: int = 3) -> Profile:
    """The indicators on which each unit stands best and worst among all units of the result."""
    rank = np.stack([ranks(column) for column in result.scaled.T], axis=1)
    rank = (rank - 1) / np.maximum((~np.isnan(rank)).sum(axis=0) - 1, 1)
    worst_first = _ordered(rank, k)
    best_first = _ordered(-rank, k)
    return Profile(strengths=best_first, weaknesses=worst_first)


def _ordered(rank: Floats, k: int) -> Counts:
    order = np.argsort(rank, axis=1, kind="stable")[:, :k]
    not_nan = ~np.isnan(np.take_along_axis(rank, order, axis=1))
    return np.where(not_nan, order, -1)


def flags(values: Floats, *, high: float = 0.92, low: float = 0.3) -> list[tuple[int, int, str]]:
    """Pairs of columns of one node that are redundant (r ≥ high), unrelated (|r| < low) or opposed
    (r < −low)."""
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


@dataclass(frozen=True, slots=True)
class Audit:
    """The whole report, by leaf or node code. ``not_nan`` is the share of units with a value.

    ``alpha`` is Cronbach's α of each node's children; ``rank_shift`` is ``remove_one``.
    """

    effective_weight: Mapping[str, float]
    influence: Mapping[str, float]
    rank_shift: Mapping[str, float]
    not_nan: Mapping[str, float]
    alpha: Mapping[str, float]
    leaf_correlations: Floats
    flags: Mapping[str, list[tuple[str, str, str]]]


def audit(fitted: Fitted, frame: Frame) -> Audit:
    """Everything above for one fitted method and one population."""
    result = fitted.score(frame)
    children = {node.code: _children(node, result) for node in fitted.root.nodes()}
    named = {
        node.code: [
            (node.children[i].code, node.children[j].code, kind)
            for i, j, kind in flags(children[node.code])
        ]
        for node in fitted.root.nodes()
    }
    not_nan = 1.0 - np.isnan(result.scaled).mean(axis=0) if len(frame) else []
    return Audit(
        effective_weight=effective_weights(fitted.root, frame.columns),
        influence=influence(result),
        rank_shift=remove_one(fitted, frame),
        not_nan=dict(zip(result.leaves, map(float, not_nan), strict=False)),
        alpha={code: cronbach_alpha(values) for code, values in children.items()},
        leaf_correlations=correlations(result.scaled),
        flags=named,
    )


def _children(node: Node, result: Result) -> Floats:
    """(n, children) values of a node's children."""
    columns = [
        result.scaled[:, result.leaves.index(child.code)]
        if isinstance(child, Leaf)
        else result.scores[child.code]
        for child in node.children
    ]
    return np.stack(columns, axis=1)
