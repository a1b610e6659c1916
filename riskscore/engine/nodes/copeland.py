"""Nodes that rank by pairwise majority against a frozen reference population (Copeland)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from riskscore.engine.arrays import Bools, Floats, over
from riskscore.engine.errors import FitError
from riskscore.engine.formulas.aggregation import TIE, copeland_against
from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.evaluated import Evaluated
from riskscore.engine.nodes.shares import majority_shares
from riskscore.engine.nodes.view import Tally, View, views
from riskscore.engine.spec.tree import Leaf

PAIRS = 1 << 20
"""Pairs of (unit, reference unit) compared at once: 8 MB per working array."""


class CopelandNode(Evaluated):
    """How many reference units a unit outranks, less how many outrank it.

    The reference is what ``fit`` saw, so a unit's score does not depend on the units beside it;
    for the reference itself this is the classical score, −(n−1)..n−1.
    """

    def join(self, block: Block) -> None:
        if self.node.reference is None:
            raise FitError(f"{self.node.path}: a Copeland node needs a reference: fit the method")
        self.views = list(views(self, block))
        kept = [view.position for view in self.views]
        self.reference = self.node.reference[:, kept]
        weights = np.array([self.node.children[p].weight.default for p in kept])
        self.weights = weights / weights.sum()
        tally = Tally.of_views(self.views, block.size)
        fine = self.node.minimum.met(tally.present, tally.total, tally.number, tally.of)
        fine = self.assessed(block, fine)
        self.context = self._score([view.context for view in self.views], block)
        self.value = np.where(fine, self._score([view.value for view in self.views], block), np.nan)
        self.low = self._score([_filled(view.low, block.scale[0]) for view in self.views], block)
        self.high = self._score([_filled(view.high, block.scale[1]) for view in self.views], block)
        self.coverage = over(tally.cover, tally.total, 0.0)

    def _score(self, columns: list[Floats], block: Block) -> Floats:
        x = np.stack(columns, axis=1)
        score = np.full(block.size, np.nan)
        for rows in self._slices(block.size):
            score[rows] = copeland_against(x[rows], self.reference, self.weights)
        score[np.isnan(x).all(axis=1)] = np.nan
        return self._on_scale(score, block)

    def _slices(self, size: int) -> Iterator[slice]:
        step = max(1, PAIRS // max(1, len(self.reference)))
        return (slice(start, start + step) for start in range(0, size, step))

    def _on_scale(self, score: Floats, block: Block) -> Floats:
        if not self.node.aggregation.rescale:
            return score
        low, high = block.scale
        share = np.clip(score / max(1, len(self.reference) - 1), -1.0, 1.0)
        return low + (share + 1.0) / 2.0 * (high - low)

    def explain(self, block: Block, factor: Floats) -> None:
        """Shapley shares of the sum of pairs won and lost (``explain.majority_shares``)."""
        parts = np.zeros((len(self.node.children), block.size))
        x = np.stack([view.value for view in self.views], axis=1)
        for rows in self._slices(block.size):
            for view, part in zip(self.views, self._margins(x[rows]), strict=True):
                parts[view.position, rows] = part
        parts = self._shifted(parts, block)
        for child, share in zip(self.node.children, parts, strict=True):
            part = np.where(np.isnan(factor), np.nan, share * factor)
            if isinstance(child, Leaf):
                np.copyto(block.contributions[block.index[child.code]], part)
            else:
                self.children[child.code].receive(block, part)

    def _margins(self, x: Floats) -> Floats:
        """(k, b) parts of the classical score."""
        signs = np.stack([_sign(x[:, k], self.reference[:, k]) for k in range(x.shape[1])])
        return majority_shares(signs * self.weights[:, None, None], 2 * TIE)

    def _shifted(self, parts: Floats, block: Block) -> Floats:
        """Parts of the rescaled score: the same slope, the middle shared by what is known."""
        if not self.node.aggregation.rescale:
            return parts
        low, high = block.scale
        slope = (high - low) / 2.0 / max(1, len(self.reference) - 1)
        counted = np.zeros_like(parts)
        for view in self.views:
            counted[view.position] = view.not_nan * view.mass
        rest = np.nan_to_num(self.value) - (parts * slope).sum(axis=0)
        return np.asarray(parts * slope + counted * over(rest, counted.sum(axis=0), 0.0))

    def spread(self, block: Block, extra: Floats) -> None:
        total = np.sum([view.not_nan * view.mass for view in self.views], axis=0)
        for view in self.views:
            part = over(extra, total, 0.0) * view.not_nan * view.mass
            child = self.node.children[view.position]
            if isinstance(child, Leaf):
                block.contributions[block.index[child.code]] += part
            else:
                self.children[child.code].spread(block, part)

    def reduced(self, block: Block) -> Floats:
        score = self._score([self._residual(view) for view in self.views], block)
        return np.where(np.isnan(self.value), np.nan, score)

    def _residual(self, view: View) -> Floats:
        child = self.node.children[view.position]
        return view.value if isinstance(child, Leaf) else self.children[child.code].residual


def _sign(x: Floats, reference: Floats) -> Floats:
    """(b, r) +1 where x is above the reference, −1 below, 0 tied or unknown."""
    above: Bools = x[:, None] > reference[None, :]
    below: Bools = x[:, None] < reference[None, :]
    return above.astype(np.float64) - below


def _filled(values: Floats, otherwise: float) -> Floats:
    return np.where(np.isnan(values), otherwise, values)
