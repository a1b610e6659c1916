"""What ``fit`` learns so that unknown cells, and nodes that are not assessed, can be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.frame import Frame
from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.evaluate_tree import evaluate
from riskscore.engine.nodes.evaluated import Evaluated
from riskscore.engine.scaling.distribution import Distribution, learnt
from riskscore.engine.spec.tree import Leaf, Node

Scale = tuple[float, float]


def with_given(node: Node, given: Mapping[str, Distribution]) -> Node:
    """The tree with the distributions that the method's text gives, by code of leaf or node."""
    children = tuple(
        replace(
            with_given(child, given) if isinstance(child, Node) else child,
            distribution=given.get(child.code, child.distribution),
        )
        for child in node.children
    )
    return replace(node, children=children)


def with_distributions(root: Node, frame: Frame, scale: Scale) -> Node:
    """The fitted tree whose leaves and nodes know how they are drawn, where none is given."""
    block, scores = _evaluated(root, frame, scale)
    return _learn(root, root, frame, block, scores)


def distributions_of(root: Node) -> dict[str, Distribution]:
    """The distributions that a tree holds, by code of leaf or node."""
    children = (child for node in root.nodes() for child in node.children)
    return {child.code: child.distribution for child in children if child.distribution is not None}


def _evaluated(root: Node, frame: Frame, scale: Scale) -> tuple[Block, dict[str, Evaluated]]:
    number = len(tuple(root.leaves()))
    scratch = np.empty((number, len(frame))), np.empty((number, len(frame)))
    with np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore"):
        block = Block(frame, slice(None), root, *scratch, scale)
        return block, evaluate(root, block).by_code()


def _learn(
    node: Node, root: Node, frame: Frame, block: Block, scores: Mapping[str, Evaluated]
) -> Node:
    children: list[Leaf | Node] = []
    for child in node.children:
        if isinstance(child, Leaf):
            children.append(_learn_leaf(child, node, root, frame, block))
        else:
            below = _learn(child, root, frame, block, scores)
            children.append(_learn_node(below, node, frame, block.scale, scores[child.code].value))
    return replace(node, children=tuple(children))


def _learn_leaf(leaf: Leaf, parent: Node, root: Node, frame: Frame, block: Block) -> Leaf:
    counts = leaf.weight.ever and not leaf.optional and leaf.column in frame.columns
    if leaf.distribution is not None or not counts:
        return leaf
    i = block.index[leaf.code]
    measured = ~block.unknown[i]
    imputed = block.imputed[i]
    if imputed is not None:
        measured &= ~imputed
    beside = _without(leaf.column, parent, root, frame, block.scale)
    return replace(leaf, distribution=learnt(block.scaled[i], measured, beside))


def _without(column: str, node: Node, root: Node, frame: Frame, scale: Scale) -> Floats:
    """(n,) what a node shows when a column is hidden: as where the column is unknown."""
    values = frame.values.copy()
    values[:, frame.index(column)] = np.nan
    _, scores = _evaluated(root, replace(frame, values=values, repeated=True), scale)
    return scores[node.code].context


def _learn_node(child: Node, parent: Node, frame: Frame, scale: Scale, value: Floats) -> Node:
    """A node's distribution among the units where it is assessed, by its siblings' mean."""
    if child.distribution is not None:
        return child
    siblings = tuple(other for other in parent.children if other.code != child.code)
    beside = np.full(len(frame), np.nan)
    if siblings and parent.aggregation.kind != "copeland":
        rest = replace(parent, children=siblings, requires_any=(), row_imputation=None)
        beside = _evaluated(rest, frame, scale)[1][parent.code].value
    return replace(child, distribution=learnt(value, ~np.isnan(value), beside))
