"""Nodes that take a weighted power mean, f⁻¹(Σ w·f(x) / Σ w), over what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from riskscore.engine.arrays import Bools, Floats, Mass, masked, over
from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.evaluated import Evaluated
from riskscore.engine.nodes.shares import mean_shares
from riskscore.engine.spec.tree import Leaf


@dataclass(slots=True)
class Sum:
    """Σ w·f(x) and Σ w of one question: the value, its context, its best or its worst case."""

    num: Floats
    den: Floats

    def copy(self) -> Sum:
        """An independent copy."""
        return Sum(self.num.copy(), self.den.copy())

    def add(self, f: Floats, mass: Mass) -> None:
        """One more child; nothing where its mass is 0."""
        self.num += masked(f, mass)
        self.den += mass

    def mean(self) -> Floats:
        """The mean of f; NaN where nothing counts."""
        return over(self.num, self.den)


class MeanNode(Evaluated):
    """Running sums over the children, then one division each.

    Leaves come first: for them value, context and bounds share one pair of sums, which keeps the
    commonest node to a few passes over its columns. Then come nodes, then leaves that may only
    raise the node. ``total`` is the weight of all that applies, ``cover`` of what is known.
    """

    def join(self, block: Block) -> None:
        self.sum = Sum(block.zeros(), block.zeros())
        self.total: Mass = 0.0
        self.number: Floats | None = block.zeros() if self.node.minimum.counts else None
        self.of: Mass = 0.0
        self.guessed: Sum | None = None
        self.wide: tuple[Floats, Floats, Floats] | None = None
        self.counted: dict[str, Bools] = {}
        leaves = [c for c in self.node.children if isinstance(c, Leaf) and self._applies(block, c)]
        for leaf in leaves:
            if not leaf.raises_only:
                self._add_leaf(block, leaf)
        self._part_ways(block)
        for child in self.node.children:
            if not isinstance(child, Leaf) and child.weight.ever:
                self._add_node(self.children[child.code], block.mass(child.weight))
        for leaf in leaves:
            if leaf.raises_only:
                self._add_raising(block, leaf)
        self._finish(block)

    def _applies(self, block: Block, leaf: Leaf) -> bool:
        return leaf.weight.ever and block.present[block.index[leaf.code]]

    def _add_leaf(self, block: Block, leaf: Leaf) -> None:
        i, rule = block.index[leaf.code], self.node.aggregation
        mass, term = block.mass(leaf.weight), block.contributions[i]
        np.multiply(rule.forward(block.scaled[i]), mass, out=term)
        if isinstance(mass, np.ndarray) and rule.p <= 0:
            term[mass == 0] = 0.0
        present: Mass = mass
        if block.gaps[i]:
            self._blank(term, block.unknown[i], leaf)
            present = cast(Floats, np.multiply(~block.unknown[i], mass))
        self.sum.num += term
        self.sum.den += present
        self.total = self.total + (present if leaf.optional else mass)
        self._count(block, i, leaf)
        self._guess(block, i, term, mass)
        if block.gaps[i] and not leaf.optional and leaf.scaling.span() != block.scale:
            self._widen(block, leaf, mass - present)

    def _blank(self, term: Floats, unknown: Bools, leaf: Leaf) -> None:
        """0 where unknown. Terms never below 0 take the faster way: fmax passes NaN by."""
        least = leaf.scaling.span()[0]
        if least >= 0 and self.node.aggregation.p > 0 and leaf.weight.default >= 0:
            np.fmax(term, 0.0, out=term)
        else:
            np.copyto(term, 0.0, where=unknown)

    def _count(self, block: Block, i: int, leaf: Leaf) -> None:
        if self.number is not None:
            seen = (~block.unknown[i]).astype(np.float64)
            self.number += seen
            self.of = self.of + (seen if leaf.optional else 1.0)

    def _guess(self, block: Block, i: int, term: Floats, mass: Mass) -> None:
        """Keep imputed cells apart: they move the value, but are not known."""
        imputed = block.imputed[i]
        if imputed is None:
            return
        if self.guessed is None:
            self.guessed = Sum(block.zeros(), block.zeros())
        self.guessed.num += masked(term, imputed)
        self.guessed.den += np.multiply(imputed, mass)

    def _widen(self, block: Block, leaf: Leaf, gap: Mass) -> None:
        """Bounds of a leaf whose own range is not the method's scale."""
        low, high = self._ends(*leaf.scaling.span())
        if self.wide is None:
            self.wide = (block.zeros(), block.zeros(), block.zeros())
        for at, part in enumerate((masked(low, gap), masked(high, gap), gap)):
            np.add(self.wide[at], part, out=self.wide[at])

    def _ends(self, low: float, high: float) -> tuple[float, float]:
        """f of the two ends of a range."""
        ends = self.node.aggregation.forward(np.array([low, high], dtype=np.float64))
        return float(ends[0]), float(ends[1])

    def _part_ways(self, block: Block) -> None:
        """Split the one sum of the leaves into sums for value, context, low and high."""
        observed = self.sum
        if self.guessed is not None:
            observed = Sum(observed.num - self.guessed.num, observed.den - self.guessed.den)
        gap = self.total - observed.den
        low_end, high_end = self._ends(*block.scale)
        low, high = observed.num.copy(), observed.num.copy()
        if self.wide is not None:
            low, high, gap = low + self.wide[0], high + self.wide[1], gap - self.wide[2]
        total = np.broadcast_to(self.total, gap.shape)
        self.low_sum = Sum(low + masked(low_end, gap), total.copy())
        self.high_sum = Sum(high + masked(high_end, gap), total.copy())
        self.cover, self.present = observed.den.copy(), self.sum.den.copy()
        self.context_sum = self.sum.copy() if self.children else self.sum
        self.terms: dict[str, Floats] = {}
        self.child_mass: dict[str, Floats] = {}

    def _add_node(self, child: Evaluated, mass: Mass) -> None:
        rule = self.node.aggregation
        present = cast(Floats, np.multiply(~np.isnan(child.value), mass))
        seen = cast(Floats, np.multiply(~np.isnan(child.context), mass))
        f = rule.forward(child.value)
        self.terms[child.node.code], self.child_mass[child.node.code] = masked(f, present), present
        self.sum.add(f, present)
        self.context_sum.add(rule.forward(child.context), seen)
        self.low_sum.add(rule.forward(child.low), mass)
        self.high_sum.add(rule.forward(child.high), mass)
        self.total = self.total + mass
        self.cover += present * child.coverage
        self.present += present
        if self.number is not None:
            self.number += ~np.isnan(child.value)
            self.of = self.of + 1.0

    def _add_raising(self, block: Block, leaf: Leaf) -> None:
        """A leaf that counts only where it raises the node; known or not, it never lowers it."""
        i, rule = block.index[leaf.code], self.node.aggregation
        mass, missing = block.mass(leaf.weight), block.unknown[i]
        low, high = leaf.scaling.span()
        f = rule.forward(block.scaled[i])
        at_low = np.where(missing, np.nan if leaf.optional else self._ends(low, high)[0], f)
        at_high = np.where(missing, np.nan if leaf.optional else self._ends(low, high)[1], f)
        counts = _raises(self.sum, f)
        sums = [(self.sum, f), (self.low_sum, at_low), (self.high_sum, at_high)]
        if self.context_sum is not self.sum:
            sums.append((self.context_sum, f))
        for total, value in sums:
            total.add(value, cast(Floats, np.multiply(_raises(total, value), mass)))
        self.counted[leaf.code] = counts
        block.contributions[i][:] = masked(f, np.multiply(counts, mass))
        present = np.multiply(~missing, mass)
        self.cover += present
        self.present += present
        self.total = self.total + (present if leaf.optional else mass)
        self._count(block, i, leaf)

    def _finish(self, block: Block) -> None:
        rule = self.node.aggregation
        self.context = rule.inverse(self.context_sum.mean())
        self.refuse(block, self.context_sum.den > 0)
        fine = self.node.minimum.met(self.present, self.total, self.number, self.of)
        fine = self.assessed(block, fine)
        mean = rule.inverse(self.sum.mean()) if self.children else self.context
        self.value = mean if fine.all() else np.where(fine, mean, np.nan)
        self.low = _or(rule.inverse(self.low_sum.mean()), block.scale[0])
        self.high = _or(rule.inverse(self.high_sum.mean()), block.scale[1])
        self.coverage = self._coverage()

    def _coverage(self) -> Floats:
        return over(self.cover, self.total, 0.0)

    def explain(self, block: Block, factor: Floats) -> None:
        if self.node.aggregation.additive:
            self._explain_sum(block, factor)
        else:
            self._explain_mean(block, factor)

    def _explain_sum(self, block: Block, factor: Floats) -> None:
        each = np.where(np.isnan(factor), np.nan, over(factor, self.sum.den, 0.0))
        for child in self.node.children:
            if isinstance(child, Leaf):
                row = block.contributions[block.index[child.code]]
                if self._applies(block, child):
                    np.multiply(row, each, out=row)
                else:
                    np.multiply(each, 0.0, out=row)
            else:
                present = self.child_mass.get(child.code)
                self.children[child.code].explain(
                    block, each * (0.0 if present is None else present)
                )

    def _explain_mean(self, block: Block, factor: Floats) -> None:
        terms, counts = self._players(block)
        worth = np.nan_to_num(self.value)
        shares = mean_shares(self.node.aggregation, over(terms, self.sum.den, 0.0), counts, worth)
        for child, share in zip(self.node.children, shares, strict=True):
            part = np.where(np.isnan(factor), np.nan, share * factor)
            if isinstance(child, Leaf):
                np.copyto(block.contributions[block.index[child.code]], part)
            else:
                self.children[child.code].receive(block, part)

    def _players(self, block: Block) -> tuple[Floats, Floats]:
        """(m, b) terms w·f(x) and 0/1 "counts" of each child."""
        terms = np.zeros((len(self.node.children), block.size))
        counts = np.zeros_like(terms)
        for c, child in enumerate(self.node.children):
            if isinstance(child, Leaf):
                if self._applies(block, child):
                    i = block.index[child.code]
                    terms[c] = block.contributions[i]
                    counts[c] = self._counts(block, child) > 0
            elif child.code in self.terms:
                terms[c] = self.terms[child.code]
                counts[c] = self.child_mass[child.code] > 0
        return terms, counts

    def _counts(self, block: Block, leaf: Leaf) -> Floats:
        """(b,) the weight with which a leaf entered the value."""
        seen = self.counted.get(leaf.code, ~block.unknown[block.index[leaf.code]])
        return cast(Floats, np.multiply(seen, block.mass(leaf.weight)))

    def spread(self, block: Block, extra: Floats) -> None:
        each = over(extra, self.sum.den, 0.0)
        for child in self.node.children:
            if isinstance(child, Leaf):
                if self._applies(block, child):
                    i = block.index[child.code]
                    block.contributions[i] += each * self._counts(block, child)
            elif child.code in self.child_mass:
                self.children[child.code].spread(block, each * self.child_mass[child.code])

    def reduced(self, block: Block) -> Floats:  # noqa: ARG002 - other nodes need it
        rule = self.node.aggregation
        num = self.sum.num.copy()
        for code, present in self.child_mass.items():
            child = self.children[code]
            num += masked(rule.forward(child.residual), present) - self.terms[code]
        return np.where(np.isnan(self.value), np.nan, rule.inverse(over(num, self.sum.den)))


def _raises(total: Sum, value: Floats) -> Bools:
    """Where a value lies above the mean so far, or is the first that is known."""
    mean = total.mean()
    return np.asarray(~np.isnan(value) & ((total.den == 0) | (value > mean)), dtype=bool)


def _or(values: Floats, otherwise: float) -> Floats:
    return np.where(np.isnan(values), otherwise, values)
