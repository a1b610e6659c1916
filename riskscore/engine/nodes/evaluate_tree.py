"""Evaluating a tree: children first, then the node by the rule of its aggregation."""

from __future__ import annotations

from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.bounded_mean import BoundedMeanNode
from riskscore.engine.nodes.copeland import CopelandNode
from riskscore.engine.nodes.evaluated import Evaluated
from riskscore.engine.nodes.maximum import BoundedMaxNode, MaxNode
from riskscore.engine.nodes.mean import MeanNode
from riskscore.engine.spec.tree import Node

RULES: dict[str, type[Evaluated]] = {
    "arithmetic": MeanNode,
    "geometric": MeanNode,
    "harmonic": MeanNode,
    "power": MeanNode,
    "max": MaxNode,
    "copeland": CopelandNode,
}

#: The rules of joining since version 2.
BOUNDED: dict[str, type[Evaluated]] = {
    **dict.fromkeys(("arithmetic", "geometric", "harmonic", "power"), BoundedMeanNode),
    "max": BoundedMaxNode,
    "copeland": CopelandNode,
}


def evaluate(node: Node, block: Block) -> Evaluated:
    """The result of ``node`` on the block, with the results of all nodes below as its children."""
    children = {
        child.code: evaluate(child, block) for child in node.children if isinstance(child, Node)
    }
    rules = RULES if node.rules == 1 else BOUNDED
    return rules[node.aggregation.kind](node, children, block)
