"""Nodes that take a weighted power mean, f⁻¹(Σ w·f(x) / Σ w), over what is known."""

from __future__ import annotations

import numpy as np

from riskscore.engine.arrays import Floats, Mass, masked, over
from riskscore.engine.block import Block
from riskscore.engine.evaluated import Evaluated
from riskscore.engine.explain import mean_shares
from riskscore.engine.tree import Leaf


class MeanNode(Evaluated):
    """Running sums over the children, then one division.

    ``num``/``den`` are Σ w·f(x) and Σ w over assessed children, ``total`` Σ w over all that apply.
    Leaves come first, as for them value and context are one; nodes then split the sums in two.
    """

    def join(self, block: Block) -> None:
        self.num, self.den = block.zeros(), block.zeros()
        self.total: Mass = 0.0
        self.number: Floats | None = block.zeros() if self.node.minimum.counts else None
        self.of: Mass = 0.0
        self.low_extra: Floats | None = None
        self.high_extra: Floats | None = None
        self.plain_gap: Floats | None = None
        for child in self.node.children:
            if isinstance(child, Leaf) and self._applies(block, child):
                self._add_leaf(block, child)
        self._start_nodes()
        for child in self.node.children:
            if not isinstance(child, Leaf) and child.weight.ever:
                self._add_node(self.children[child.code], block.mass(child.weight))
        self._finish(block)

    def _applies(self, block: Block, leaf: Leaf) -> bool:
        return leaf.weight.ever and block.present[block.index[leaf.code]]

    def _add_leaf(self, block: Block, leaf: Leaf) -> None:
        i, rule = block.index[leaf.code], self.node.aggregation
        mass, term = block.mass(leaf.weight), block.contributions[i]
        np.multiply(rule.forward(block.scaled[i]), mass, out=term)
        if isinstance(mass, np.ndarray) and rule.p <= 0:
            term[mass == 0] = 0.0
        known: Mass = mass
        if block.gaps[i]:
            np.copyto(term, 0.0, where=block.unknown[i])
            known = np.multiply(~block.unknown[i], mass)
        self.num += term
        self.den += known
        self.total = self.total + (known if leaf.optional else mass)
        self._count(block, i, leaf)
        if block.gaps[i] and not leaf.optional and leaf.scaling.span() != block.scale:
            self._widen(block, leaf, mass - known)

    def _count(self, block: Block, i: int, leaf: Leaf) -> None:
        if self.number is not None:
            seen = ~block.unknown[i]
            self.number += seen
            self.of = self.of + (seen if leaf.optional else 1.0)

    def _widen(self, block: Block, leaf: Leaf, gap: Mass) -> None:
        """Bounds of a leaf whose own range is not the method's scale."""
        low, high = self._ends(*leaf.scaling.span())
        if self.low_extra is None or self.high_extra is None or self.plain_gap is None:
            self.low_extra, self.high_extra = block.zeros(), block.zeros()
            self.plain_gap = block.zeros()
        self.low_extra += masked(np.asarray(gap), low)
        self.high_extra += _times(gap, high)
        self.plain_gap -= gap

    def _ends(self, low: float, high: float) -> tuple[float, float]:
        """f of the two ends of a range."""
        low, high = self.node.aggregation.forward(np.array([low, high], dtype=np.float64)).tolist()
        return low, high

    def _start_nodes(self) -> None:
        """Split the sums: up to here value, context and bounds share them."""
        gap = self.total - self.den
        if self.plain_gap is not None:
            gap = gap + self.plain_gap
        self.leaf_gap = gap
        self.cover = self.den.copy()
        has_nodes = bool(self.children)
        self.context_num = self.num.copy() if has_nodes else self.num
        self.context_den = self.den.copy() if has_nodes else self.den
        self.low_num = self.num + (0.0 if self.low_extra is None else self.low_extra)
        self.high_num = self.num + (0.0 if self.high_extra is None else self.high_extra)
        self.terms: dict[str, Floats] = {}
        self.known: dict[str, Floats] = {}

    def _add_node(self, child: Evaluated, mass: Mass) -> None:
        rule = self.node.aggregation
        known = np.multiply(~np.isnan(child.value), mass)
        term = masked(rule.forward(child.value), known)
        self.terms[child.node.code], self.known[child.node.code] = term, known
        self.num += term
        self.den += known
        seen = np.multiply(~np.isnan(child.context), mass)
        self.context_num += masked(rule.forward(child.context), seen)
        self.context_den += seen
        self.low_num = self.low_num + masked(rule.forward(child.low), mass)
        self.high_num = self.high_num + masked(rule.forward(child.high), mass)
        self.total = self.total + mass
        self.cover += known * child.coverage
        if self.number is not None:
            self.number += ~np.isnan(child.value)
            self.of = self.of + 1.0

    def _finish(self, block: Block) -> None:
        rule = self.node.aggregation
        self.context = rule.inverse(over(self.context_num, self.context_den))
        self.refuse(block, self.context_den > 0)
        fine = self.node.minimum.met(self.den, self.total, self.number, self.of)
        fine = self.assessed(block, fine)
        mean = rule.inverse(over(self.num, self.den)) if self.children else self.context
        self.value = mean if fine.all() else np.where(fine, mean, np.nan)
        low, high = self._ends(*block.scale)
        self.low = self._bound(block.scale[0], self.low_num, low)
        self.high = self._bound(block.scale[1], self.high_num, high)
        self.coverage = over(self.cover, self.total, 0.0)

    def _bound(self, end: float, num: Floats, at_end: float) -> Floats:
        """The node's value with every gap at one end of the scale."""
        bound = over(num + _times(self.leaf_gap, at_end), self.total, np.nan)
        found = self.node.aggregation.inverse(bound)
        return np.where(np.isnan(found), end, found)

    def explain(self, block: Block, factor: Floats) -> None:
        if self.node.aggregation.additive:
            self._explain_sum(block, factor)
        else:
            self._explain_mean(block, factor)

    def _explain_sum(self, block: Block, factor: Floats) -> None:
        each = np.where(np.isnan(factor), np.nan, over(factor, self.den, 0.0))
        for child in self.node.children:
            if isinstance(child, Leaf):
                row = block.contributions[block.index[child.code]]
                if self._applies(block, child):
                    np.multiply(row, each, out=row)
                else:
                    np.multiply(each, 0.0, out=row)
            else:
                known = self.known.get(child.code)
                self.children[child.code].explain(block, each * (0.0 if known is None else known))

    def _explain_mean(self, block: Block, factor: Floats) -> None:
        terms, known = self._players(block)
        shares = mean_shares(
            self.node.aggregation, over(terms, self.den, 0.0), known, np.nan_to_num(self.value)
        )
        for child, share in zip(self.node.children, shares, strict=True):
            part = np.where(np.isnan(factor), np.nan, share * factor)
            if isinstance(child, Leaf):
                np.copyto(block.contributions[block.index[child.code]], part)
            else:
                below = self.children[child.code]
                worth = np.nan_to_num(below.value)
                per = np.where(np.isnan(part), np.nan, over(part, worth, 0.0))
                extra = np.where((worth <= 0) & (share > 0), part, 0.0)
                below.explain(block, per)
                if extra.any():
                    below.spread(block, extra)

    def _players(self, block: Block) -> tuple[Floats, Floats]:
        """(m, b) terms w·f(x) and 0/1 "counts" of each child."""
        terms = np.zeros((len(self.node.children), block.size))
        counts = np.zeros_like(terms)
        for c, child in enumerate(self.node.children):
            if isinstance(child, Leaf):
                i = block.index[child.code]
                if self._applies(block, child):
                    terms[c] = block.contributions[i]
                    counts[c] = ~block.unknown[i] & np.greater(block.mass(child.weight), 0)
            elif child.code in self.terms:
                terms[c] = self.terms[child.code]
                counts[c] = self.known[child.code] > 0
        return terms, counts

    def spread(self, block: Block, extra: Floats) -> None:
        each = over(extra, self.den, 0.0)
        for child in self.node.children:
            if isinstance(child, Leaf):
                i = block.index[child.code]
                if self._applies(block, child):
                    mass = block.mass(child.weight)
                    block.contributions[i] += each * np.multiply(~block.unknown[i], mass)
            elif child.code in self.known:
                self.children[child.code].spread(block, each * self.known[child.code])

    def reduced(self, block: Block) -> Floats:  # noqa: ARG002 - the maximum needs it
        rule = self.node.aggregation
        num = self.num.copy()
        for code, known in self.known.items():
            child = self.children[code]
            term = masked(rule.forward(child.residual), known)
            num += term - self.terms[code]
        return np.where(np.isnan(self.value), np.nan, rule.inverse(over(num, self.den)))
