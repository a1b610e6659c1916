"""Evaluating a tree: children first, then the node by the rule of its aggregation."""

from __future__ import annotations

from riskscore.engine.block import Block
from riskscore.engine.copeland_node import CopelandNode
from riskscore.engine.evaluated import Evaluated
from riskscore.engine.max_node import MaxNode
from riskscore.engine.mean_node import MeanNode
from riskscore.engine.tree import Node

RULES: dict[str, type[Evaluated]] = {
    "arithmetic": MeanNode,
    "geometric": MeanNode,
    "harmonic": MeanNode,
    "power": MeanNode,
    "max": MaxNode,
    "copeland": CopelandNode,
}


def evaluate(node: Node, block: Block) -> Evaluated:
    """What ``node`` finds on the block; all nodes below land in ``block.evaluated`` too."""
    children = {
        child.code: evaluate(child, block) for child in node.children if isinstance(child, Node)
    }
    return RULES[node.aggregation.kind](node, children, block)
