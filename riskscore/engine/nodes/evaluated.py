"""A node's result on a block of units: value, bounds, coverage, parts, residual."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from riskscore.engine.arrays import Bools, Floats, over
from riskscore.engine.errors import NumberError
from riskscore.engine.nodes.block import Block
from riskscore.engine.spec.tree import Node


class Evaluated(ABC):
    """A node's result on a block; all arrays are (b,). See Result for their meaning."""

    value: Floats
    context: Floats
    low: Floats
    high: Floats
    coverage: Floats
    residual: Floats

    def __init__(self, node: Node, children: Mapping[str, Evaluated], block: Block) -> None:
        self.node, self.children = node, children
        self.only_raises: Bools | None = None
        self.join(block)

    def by_code(self) -> dict[str, Evaluated]:
        """The results of this node and of all nodes below it, by node code."""
        below = {self.node.code: self}
        for child in self.children.values():
            below |= child.by_code()
        return below

    @abstractmethod
    def join(self, block: Block) -> None:
        """Fill the arrays from the children."""

    @abstractmethod
    def explain(self, block: Block, factor: Floats) -> None:
        """Write the leaves' parts: this node's own parts times ``factor`` (NaN: no score)."""

    @abstractmethod
    def spread(self, block: Block, extra: Floats) -> None:
        """Add ``extra`` to the leaves' parts, shared by weight over what is known: the worth that
        a floor gave to a value of zero."""

    @abstractmethod
    def reduced(self, block: Block) -> Floats:
        """The node's value with the children's residual values in place of their values."""

    def control(self, block: Block, keep: Mapping[str, Floats]) -> None:
        """Fill ``residual`` here and below; ``keep`` has the share left by controls, by node."""
        for child in self.children.values():
            child.control(block, keep)
        changed = any(child.residual is not child.value for child in self.children.values())
        residual = self.reduced(block) if changed else self.value
        own = keep.get(self.node.code)
        self.residual = residual if own is None else residual * own

    def receive(self, block: Block, part: Floats) -> None:
        """Pass on this node's part of the root: in proportion to its own parts, or by weight where
        its value is 0 (a floor in the parent gave it worth)."""
        worth = np.nan_to_num(self.value)
        self.explain(block, np.where(np.isnan(part), np.nan, over(part, worth, 0.0)))
        extra = np.where(worth <= 0, np.nan_to_num(part), 0.0)
        if extra.any():
            self.spread(block, extra)

    def assessed_without_raising(self, block: Block, fine: Bools) -> Bools:
        """Where enough is known (``fine``) and one of the required leaves is that may also lower.

        A node that is assessed only thanks to leaves that raise may itself only raise its parent:
        else a finding of harm could lower the parent's score.
        """
        required = [
            code
            for code in self.node.requires_any
            if not block.leaves[block.index[code]].raises_only
        ]
        if not self.node.requires_any:
            return fine
        seen = np.zeros(block.size, dtype=bool)
        for code in required:
            seen |= ~block.unknown[block.index[code]]
        return fine & seen

    def assessed(self, block: Block, fine: Bools) -> Bools:
        """(b,) true where the node is assessed, false where it is not assessed: the minimum is met
        (``fine``), and at least one leaf of ``requires_any`` has a value."""
        if not self.node.requires_any:
            return fine
        seen = np.zeros(block.size, dtype=bool)
        for code in self.node.requires_any:
            seen |= ~block.unknown[block.index[code]]
        return fine & seen

    def refuse(self, block: Block, counted: Bools) -> None:
        """An overflow is an error that names node and unit, never an answer."""
        bad = counted & ~np.isfinite(self.context)
        if bad.any():
            unit = str(block.frame.keys[block.rows][int(bad.argmax())])
            raise NumberError(
                f"{self.node.path} overflows at unit {unit!r}; use a clipped scale for its inputs"
            )
