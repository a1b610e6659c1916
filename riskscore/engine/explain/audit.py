"""Is the method what it claims to be.

Correlations, coherence, nominal weights against measured influence, and what happens to ranks when
one indicator is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import EngineError
from riskscore.engine.explain.correlations import (
    correlation,
    correlations,
    cronbach_alpha,
    flags,
    ranks,
)
from riskscore.engine.frame import Frame
from riskscore.engine.method import Fitted
from riskscore.engine.result import Result
from riskscore.engine.spec.tree import Leaf, Node, Weight

Counts = npt.NDArray[np.intp]


def effective_weights(
    node: Node, columns: Collection[str] | None = None, share: float = 1.0
) -> dict[str, float]:
    """Nominal weight of each leaf in the root: renormalised weights multiplied down the tree.

    Weights by group use their default.

    Parameters
    ----------
    node : Node
        The root.
    columns : collection of str, optional
        Columns of the frame: a leaf of another column does not apply and has none.
    share : float
        Weight of ``node`` itself.

    Returns
    -------
    dict of str to float
        By leaf code; they sum to ``share``.

    Examples
    --------
    >>> from riskscore.engine import Method
    >>> spec = {
    ...     "code": "demo",
    ...     "version": 1,
    ...     "bands": [{"code": "low", "from": 0}, {"code": "high", "from": 50}],
    ...     "root": {
    ...         "code": "risk",
    ...         "children": [
    ...             {"column": "a", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...             {"column": "b", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...         ],
    ...     },
    ... }
    >>> frame = Frame.from_columns({"a": [1.0, 2.0, 3.0], "b": [2.0, 4.0, 7.0]})
    >>> fitted = Method.from_dict(spec).fit()
    >>> effective_weights(fitted.root)
    {'a': 0.5, 'b': 0.5}
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
    """Measured influence of each leaf: squared correlation of its scaled value with the root.

    Parameters
    ----------
    result : Result
        Scores of a population.

    Returns
    -------
    dict of str to float
        0..1 by leaf code; NaN as in ``correlation``.

    References
    ----------
    Paruolo, P., Saisana, M. and Saltelli, A. (2013), Ratings and rankings: voodoo or science?,
    Journal of the Royal Statistical Society A 176(3).
    """
    root = result.scores[result.root]
    return {
        code: correlation(result.scaled[:, i], root) ** 2 for i, code in enumerate(result.leaves)
    }


def remove_one(fitted: Fitted, frame: Frame) -> dict[str, float]:
    """Mean absolute change of rank when the weight of one leaf becomes 0.

    Parameters
    ----------
    fitted : Fitted
        The fitted method.
    frame : Frame
        The population.

    Returns
    -------
    dict of str to float
        In ranks, by leaf code; NaN where nothing is left to score.
    """
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
    """Positions of each unit's best and worst indicators among ``result.leaves``.

    Both are relative to the population: a rank as a share of the units that have a value.

    Parameters
    ----------
    strengths, weaknesses : ndarray of int, shape (n, k)
        The best (the worst) first; -1 where there are fewer than k.
    """

    strengths: Counts
    weaknesses: Counts


def strengths_and_weaknesses(result: Result, k: int = 3) -> Profile:
    """Find the indicators on which each unit stands best and worst among all units.

    Parameters
    ----------
    result : Result
        Scores of a population.
    k : int
        How many of each.

    Returns
    -------
    Profile
        Positions along ``result.leaves``.

    Examples
    --------
    >>> from riskscore.engine import Method
    >>> spec = {
    ...     "code": "demo",
    ...     "version": 1,
    ...     "bands": [{"code": "low", "from": 0}, {"code": "high", "from": 50}],
    ...     "root": {
    ...         "code": "risk",
    ...         "children": [
    ...             {"column": "a", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...             {"column": "b", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...         ],
    ...     },
    ... }
    >>> frame = Frame.from_columns({"a": [1.0, 2.0, 3.0], "b": [2.0, 4.0, 7.0]})
    >>> fitted = Method.from_dict(spec).fit()
    >>> frame = Frame.from_columns({"a": [1.0, 3.0], "b": [7.0, 2.0]})
    >>> strengths_and_weaknesses(fitted.score(frame), k=1).weaknesses.tolist()
    [[1], [0]]
    """
    rank = np.stack([ranks(column) for column in result.scaled.T], axis=1)
    rank = (rank - 1) / np.maximum((~np.isnan(rank)).sum(axis=0) - 1, 1)
    worst_first = _ordered(rank, k)
    best_first = _ordered(-rank, k)
    return Profile(strengths=best_first, weaknesses=worst_first)


def _ordered(rank: Floats, k: int) -> Counts:
    order = np.argsort(rank, axis=1, kind="stable")[:, :k]
    not_nan = ~np.isnan(np.take_along_axis(rank, order, axis=1))
    return np.where(not_nan, order, -1)


@dataclass(frozen=True, slots=True)
class Audit:
    """The whole report, by leaf or node code.

    Parameters
    ----------
    effective_weight, influence, rank_shift : mapping of str to float
        From ``effective_weights``, ``influence`` and ``remove_one``, by leaf.
    not_nan : mapping of str to float
        Share (0..1) of the units that have a value, by leaf.
    alpha : mapping of str to float
        Cronbach's α of each node's children.
    leaf_correlations : ndarray, shape (leaves, leaves)
        Correlations of the scaled values.
    flags : mapping of str to list
        Per node, pairs of children and what is odd about them.
    """

    effective_weight: Mapping[str, float]
    influence: Mapping[str, float]
    rank_shift: Mapping[str, float]
    not_nan: Mapping[str, float]
    alpha: Mapping[str, float]
    leaf_correlations: Floats
    flags: Mapping[str, list[tuple[str, str, str]]]


def audit(fitted: Fitted, frame: Frame) -> Audit:
    """Audit one fitted method on one population.

    Parameters
    ----------
    fitted : Fitted
        The fitted method.
    frame : Frame
        The population.

    Returns
    -------
    Audit
        Weights beside influence, rank shifts, coherence and correlation flags.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, section 7.

    Examples
    --------
    >>> from riskscore.engine import Method
    >>> spec = {
    ...     "code": "demo",
    ...     "version": 1,
    ...     "bands": [{"code": "low", "from": 0}, {"code": "high", "from": 50}],
    ...     "root": {
    ...         "code": "risk",
    ...         "children": [
    ...             {"column": "a", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...             {"column": "b", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...         ],
    ...     },
    ... }
    >>> frame = Frame.from_columns({"a": [1.0, 2.0, 3.0], "b": [2.0, 4.0, 7.0]})
    >>> fitted = Method.from_dict(spec).fit()
    >>> audit(fitted, frame).effective_weight
    {'a': 0.5, 'b': 0.5}
    """
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
