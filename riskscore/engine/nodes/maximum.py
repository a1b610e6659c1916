"""Nodes whose worst child counts: the maximum of what is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from riskscore.engine.arrays import Bools, Floats, over
from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.evaluated import Evaluated
from riskscore.engine.nodes.shares import max_shares
from riskscore.engine.nodes.view import Tally, View, views
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


class BoundedMaxNode(MaxNode):
    """The greatest child under rules 2: an unknown leaf is never safer than its best finding, and
    the bounds hold for any values that the unknown cells can take, known or left out."""

    def join(self, block: Block) -> None:
        """Fill the arrays from the children; see the class for the rule."""
        super().join(block)
        best, worst = np.full(block.size, np.nan), np.full(block.size, np.nan)
        self.best: dict[int, Floats] = {}
        for position, child in enumerate(self.node.children):
            if not isinstance(child, Leaf) or not child.weight.ever:
                continue
            i = block.index[child.code]
            if not block.present[i] or not block.gaps[i]:
                continue
            low, high = child.scaling.span()
            at_worst = np.where(block.unknown[i], high, np.nan)
            np.fmax(worst, at_worst, out=worst)
            if not child.optional:
                self.best[position] = np.where(block.unknown[i], low, np.nan)
                np.fmax(best, self.best[position], out=best)
        self._bound(block, best, worst)
        self.only_raises = self._only_raises(block)

    def _only_raises(self, block: Block) -> Bools:
        """Where the node is assessed only thanks to children that raise."""
        steady = [
            replace(view, not_nan=view.not_nan & np.logical_not(self._raises(view)))
            for view in self.views
        ]
        tally = Tally.of_views(steady, block.size)
        fine = self.node.minimum.met(tally.present, tally.total, tally.number, tally.of)
        return ~np.isnan(self.value) & ~self.assessed_without_raising(block, fine)

    def _raises(self, view: View) -> Bools | bool:
        child = self.node.children[view.position]
        if isinstance(child, Leaf):
            return child.raises_only
        only = self.children[child.code].only_raises
        return False if only is None else only

    def _bound(self, block: Block, best: Floats, worst: Floats) -> None:
        self.context = np.where(np.isnan(self.context), np.nan, np.fmax(self.context, best))
        self.value = np.where(np.isnan(self.value), np.nan, np.fmax(self.value, best))
        held = [
            view.low for view in self.views if isinstance(self.node.children[view.position], Leaf)
        ] + [np.where(view.not_nan, view.low, np.nan) for view in self.views]
        low = _or(_greatest(held, block.size), block.scale[0])
        self.low = np.fmin(low, self.context)
        self.high = np.fmax(np.fmax(self.high, worst), self.context)

    def _shares(self, block: Block) -> Floats:
        values = np.zeros((len(self.node.children), block.size))
        for view in self.views:
            values[view.position] = np.nan_to_num(view.value)
        for position, best in self.best.items():
            values[position] = np.fmax(values[position], np.nan_to_num(best))
        return max_shares(values)

    def reduced(self, block: Block) -> Floats:
        """The greatest of the children's residual values and of the best of unknown leaves."""
        reduced = super().reduced(block)
        for best in self.best.values():
            reduced = np.where(np.isnan(reduced), np.nan, np.fmax(reduced, best))
        return reduced
