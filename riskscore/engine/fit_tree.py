"""Fitting on a reference frame, once: scales, treatments, imputed values, weights, references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import EngineError, FitError
from riskscore.engine.formulas.weights import FROM_DATA, ahp_weights, budget_weights, pca_weights
from riskscore.engine.frame import Frame
from riskscore.engine.nodes.block import Block, admitted_and_filled
from riskscore.engine.nodes.evaluate_tree import evaluate
from riskscore.engine.scaling.distribution import Distribution
from riskscore.engine.scaling.preparation import Preparation
from riskscore.engine.spec.tree import Leaf, Node, Weight

EVERYONE = slice(None)


def needs_reference(root: Node) -> bool:
    """Whether anything in the tree is learnt from data."""
    leaves = any(leaf.scaling.LEARNT or _learns(leaf.preparation) for leaf in root.leaves())
    return leaves or any(
        node.row_imputation is not None
        or node.weighting.kind in FROM_DATA
        or node.aggregation.kind == "copeland"
        for node in root.nodes()
    )


def _learns(steps: Preparation) -> bool:
    return steps.imputation is not None or steps.treatment is not None


def fit_tree(root: Node, frame: Frame | None, scale: tuple[float, float]) -> Node:
    """Return the tree with everything learnt from ``frame``, which may be None when nothing is."""
    if frame is None:
        if needs_reference(root):
            raise FitError(f"{root.code}: this method learns from data; fit it on a frame")
        frame = Frame.from_columns({})
    with np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore"):
        return _fit_node(root, frame, scale)


def filled_frame(root: Node, frame: Frame) -> Frame:
    """The frame with the gaps filled that the tree's leaves fill, by what the whole frame shows."""
    values = frame.values.copy()
    for node in root.nodes():
        fitted = _fit_fillings(node, frame)
        for leaf in fitted.children:
            if isinstance(leaf, Leaf) and leaf.column in frame.columns:
                values[:, frame.index(leaf.column)] = admitted_and_filled(leaf, frame, EVERYONE)
        for code, column in _filled(fitted, frame).items():
            leaf = next(child for child in fitted.children if child.code == code)
            assert isinstance(leaf, Leaf)  # noqa: S101 - only leaves are filled
            values[:, frame.index(leaf.column)] = column
    return replace(frame, values=values)


def _fit_node(node: Node, frame: Frame, scale: tuple[float, float]) -> Node:
    node = _fit_fillings(node, frame)
    filled = _filled(node, frame)
    children = tuple(
        _fit_node(child, frame, scale)
        if isinstance(child, Node)
        else _fit_leaf(child, frame, filled.get(child.code))
        for child in node.children
    )
    node = replace(node, children=children)
    if node.weighting.kind != "given":
        node = _fit_weights(node, frame, scale)
    if node.aggregation.kind == "copeland":
        node = replace(node, reference=_child_values(node, frame, scale))
    return node


def _fit_fillings(node: Node, frame: Frame) -> Node:
    """Column imputations of the leaves, then the row imputation of the node."""
    children = tuple(
        _fit_imputation(child, frame) if isinstance(child, Leaf) else child
        for child in node.children
    )
    node = replace(node, children=children)
    if node.row_imputation is None:
        return node
    columns = {
        leaf.code: leaf.preparation.admit(frame.column(leaf.column), frame, EVERYONE)
        for leaf in children
        if isinstance(leaf, Leaf)
    }
    directions = {leaf.code: leaf.scaling.direction for leaf in children if isinstance(leaf, Leaf)}
    learnt = _named(node.path, node.row_imputation.fit, columns, directions)
    return replace(node, row_imputation=learnt)


def _fit_imputation(leaf: Leaf, frame: Frame) -> Leaf:
    steps = leaf.preparation
    if steps.imputation is None or leaf.column not in frame.columns:
        return leaf
    x = steps.admit(frame.column(leaf.column), frame, EVERYONE)
    learnt = _named(_name(leaf), steps.imputation.fit, x, frame.group)
    return replace(leaf, preparation=replace(steps, imputation=learnt))


def _filled(node: Node, frame: Frame) -> dict[str, Floats]:
    if node.row_imputation is None:
        return {}
    leaves = [child for child in node.children if isinstance(child, Leaf)]
    columns = {leaf.code: admitted_and_filled(leaf, frame, EVERYONE) for leaf in leaves}
    directions = {leaf.code: leaf.scaling.direction for leaf in leaves}
    return node.row_imputation.fill(columns, directions)


def _fit_leaf(leaf: Leaf, frame: Frame, filled: Floats | None) -> Leaf:
    steps = leaf.preparation
    if not leaf.scaling.LEARNT and steps.treatment is None:
        return leaf
    if leaf.when_present and leaf.column not in frame.columns:
        raise FitError(f"{_name(leaf)}: the reference has no such column to learn from")
    x = admitted_and_filled(leaf, frame, EVERYONE) if filled is None else filled
    x = _named(_name(leaf), steps.transform, x, leaf.column, frame.keys)
    if steps.treatment is not None:
        steps = replace(steps, treatment=_named(_name(leaf), steps.treatment.fit, x))
        _refuse_flattened(leaf, x, steps.treat(x))
    scaling = _named(_name(leaf), leaf.scaling.fit, steps.treat(x), frame.keys)
    return replace(leaf, preparation=steps, scaling=scaling)


def _refuse_flattened(leaf: Leaf, x: Floats, treated: Floats) -> None:
    """A column that only its treatment made constant is not constant: say what did it."""
    before, after = (np.unique(values[~np.isnan(values)]) for values in (x, treated))
    if len(after) == 1 and len(before) > 1:
        raise FitError(
            f"{_name(leaf)}: the treatment of outliers made its {len(before)} different values "
            f"one ({after[0]:g}); write `treatment: none`"
        )


def _fit_weights(node: Node, frame: Frame, scale: tuple[float, float]) -> Node:
    weighting = node.weighting
    if weighting.kind == "ahp":
        weights = ahp_weights(weighting.table).weights
    elif weighting.kind == "budget":
        weights = budget_weights(weighting.table)
    elif weighting.kind == "equal":
        weights = np.full(len(node.children), 1.0 / len(node.children))
    elif weighting.kind == "pca":
        values = _child_values(node, frame, scale)
        weights = _named(node.path, pca_weights, values, allow_negative=weighting.allow_negative)
    else:
        values = _child_values(node, frame, scale)
        weights = _named(node.path, FROM_DATA[weighting.kind], values)
    return with_weights(node, weights)


def with_weights(node: Node, weights: Floats) -> Node:
    """The node with other weights for its children."""
    return replace(
        node,
        children=tuple(
            replace(child, weight=Weight(float(weight)))
            for child, weight in zip(node.children, weights, strict=True)
        ),
    )


def _child_values(node: Node, frame: Frame, scale: tuple[float, float]) -> Floats:
    """(n, children) values of the children over the reference, as their parent would join them."""
    number = len(tuple(node.leaves()))
    scratch = np.empty((number, len(frame))), np.empty((number, len(frame)))
    block = Block(frame, EVERYONE, node, *scratch, scale)
    columns = [
        scratch[0][block.index[child.code]].copy()
        if isinstance(child, Leaf)
        else evaluate(child, block).value
        for child in node.children
    ]
    return np.stack(columns, axis=1)


def _name(leaf: Leaf) -> str:
    return f"{leaf.path}, column {leaf.column!r}"


def _named(place: str, learn: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Call ``learn``; an error of the engine says where it happened."""
    try:
        return learn(*args, **options)
    except EngineError as error:
        raise FitError(f"{place}: {error}") from None


def state_of(root: Node) -> dict[str, Any]:
    """Everything learnt, by node or leaf code, as plain values that JSON keeps exactly."""
    leaves = {leaf.code: state for leaf in root.leaves() if (state := _leaf_state(leaf))}
    nodes = {node.code: state for node in root.nodes() if (state := _node_state(node))}
    return {"leaves": leaves, "nodes": nodes}


def _leaf_state(leaf: Leaf) -> dict[str, Any]:
    state: dict[str, Any] = {}
    if leaf.scaling.LEARNT:
        state["scaling"] = leaf.scaling.state()
    if leaf.preparation.imputation is not None:
        imputation = leaf.preparation.imputation
        state["imputation"] = {
            "overall": imputation.overall,
            "by_group": imputation.by_group,
            "residuals": list(imputation.residuals),
        }
    if leaf.preparation.treatment is not None:
        state["treatment"] = leaf.preparation.treatment.state()
    if leaf.distribution is not None:
        state["distribution"] = leaf.distribution.state()
    return state


def _node_state(node: Node) -> dict[str, Any]:
    state: dict[str, Any] = {}
    if node.weighting.kind != "given":
        state["weights"] = [child.weight.default for child in node.children]
    if node.row_imputation is not None:
        learnt = node.row_imputation
        state["ranges"] = {code: list(ends) for code, ends in learnt.ranges.items()}
        state["residuals"] = {code: list(values) for code, values in learnt.residuals.items()}
    if node.reference is not None:
        state["reference"] = [
            [None if np.isnan(value) else value for value in row] for row in node.reference.tolist()
        ]
    if node.distribution is not None:
        state["distribution"] = node.distribution.state()
    return state


def restore(node: Node, state: dict[str, Any]) -> Node:
    """The inverse of ``state_of`` on an unfitted tree; FitError names what is missing."""
    children = tuple(
        restore(child, state) if isinstance(child, Node) else _restore_leaf(child, state["leaves"])
        for child in node.children
    )
    node = replace(node, children=children)
    own = state["nodes"].get(node.code, {})
    if node.weighting.kind != "given":
        node = with_weights(node, np.array(_learnt(own, "weights", node.path)))
    if node.row_imputation is not None:
        ranges = {code: (a, b) for code, (a, b) in _learnt(own, "ranges", node.path).items()}
        apart = {code: tuple(values) for code, values in own.get("residuals", {}).items()}
        row_imputation = replace(node.row_imputation, ranges=ranges, residuals=apart)
        node = replace(node, row_imputation=row_imputation)
    if node.aggregation.kind == "copeland":
        rows = np.array(_learnt(own, "reference", node.path), dtype=np.float64)
        node = replace(node, reference=rows.reshape(-1, len(node.children)))
    if "distribution" in own:
        node = replace(node, distribution=Distribution.with_state(own["distribution"]))
    return node


def _restore_leaf(leaf: Leaf, states: dict[str, Any]) -> Leaf:
    own, steps = states.get(leaf.code, {}), leaf.preparation
    if leaf.scaling.LEARNT:
        leaf = replace(leaf, scaling=leaf.scaling.with_state(_learnt(own, "scaling", leaf.path)))
    if steps.imputation is not None:
        learnt = _learnt(own, "imputation", leaf.path)
        learnt = {**learnt, "residuals": tuple(learnt.get("residuals", ()))}
        steps = replace(steps, imputation=replace(steps.imputation, **learnt))
    if steps.treatment is not None:
        learnt = _learnt(own, "treatment", leaf.path)
        steps = replace(steps, treatment=steps.treatment.with_state(learnt))
    if "distribution" in own:
        leaf = replace(leaf, distribution=Distribution.with_state(own["distribution"]))
    return replace(leaf, preparation=steps)


def _learnt(own: dict[str, Any], key: str, path: str) -> Any:
    if key not in own:
        raise FitError(f"{path}: the frozen method lacks what was learnt for {key!r}")
    return own[key]
