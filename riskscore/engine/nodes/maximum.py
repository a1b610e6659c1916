"""Nodes whose worst child counts: the maximum of what is known."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from riskscore.engine.arrays import Floats, over
from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.evaluated import Evaluated
from riskscore.engine.nodes.shares import max_shares
from riskscore.engine.nodes.view import Tally, views
from riskscore.engine.spec.tree import Leaf


class MaxNode(Evaluated):
    """The greatest child. Weights do not move it; they only say how much of it is known."""

    def join(self, block: Block) -> None:
        self.views = list(views(self, block))
        tally = Tally.of_views(self.views, block.size)
        fine = self.node.minimum.met(tally.present, tally.total, tally.number, tally.of)
        fine = self.assessed(block, fine)
        low, high = block.scale
        self.context = _greatest((view.context for view in self.views), block.size)
        greatest = _greatest((view.value for view in self.views), block.size)
        self.value = np.where(fine, greatest, np.nan)
        self.low = _or(_greatest((view.low for view in self.views), block.size), low)
        self.high = _or(_greatest((view.high for view in self.views), block.size), high)
        self.coverage = over(tally.cover, tally.total, 0.0)

    def explain(self, block: Block, factor: Floats) -> None:
        shares = self._shares(block)
        for child, share in zip(self.node.children, shares, strict=True):
            part = np.where(np.isnan(factor), np.nan, share * factor)
            if isinstance(child, Leaf):
                np.copyto(block.contributions[block.index[child.code]], part)
            else:
                self.children[child.code].receive(block, part)

    def _shares(self, block: Block) -> Floats:
        """(m, b) Shapley shares of the greatest value."""
        values = np.zeros((len(self.node.children), block.size))
        for view in self.views:
            values[view.position] = np.nan_to_num(view.value)
        return max_shares(values)

    def spread(self, block: Block, extra: Floats) -> None:
        number = np.sum([view.not_nan for view in self.views], axis=0)
        for view in self.views:
            part = over(extra, number, 0.0) * view.not_nan
            child = self.node.children[view.position]
            if isinstance(child, Leaf):
                block.contributions[block.index[child.code]] += part
            else:
                self.children[child.code].spread(block, part)

    def reduced(self, block: Block) -> Floats:
        results = []
        for view in self.views:
            child = self.node.children[view.position]
            results.append(
                view.value if isinstance(child, Leaf) else self.children[child.code].residual
            )
        return np.where(np.isnan(self.value), np.nan, _greatest(results, block.size))


def _greatest(arrays: Iterable[Floats], size: int) -> Floats:
    """(b,) greatest known value; NaN where none is known."""
    result = np.full(size, np.nan)
    for array in arrays:
        np.fmax(result, array, out=result)
    return result


def _or(values: Floats, otherwise: float) -> Floats:
    return np.where(np.isnan(values), otherwise, values)
