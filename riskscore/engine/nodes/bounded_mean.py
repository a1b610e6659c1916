"""Weighted power means whose score, bounds and raising leaves follow one rule (rules 2).

* A leaf that only raises is admitted from the highest down, so its order does not matter and no
  value of it can lower the node.
* An unknown leaf is left out, but is never safer than the best finding: where its best value lies
  above the mean of what is known, it counts with that value.
* ``low`` and ``high`` are the least and the greatest mean that any choice of values for the
  unknown cells can give, known or left out, so low ≤ value ≤ high.
"""

from __future__ import annotations

import numpy as np

from riskscore.engine.arrays import Bools, Floats, Mass, masked
from riskscore.engine.nodes.balance import Balance, Term, balanced, raised
from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.evaluated import Evaluated
from riskscore.engine.nodes.mean import MeanNode, Sum
from riskscore.engine.spec.tree import Leaf


class BoundedMeanNode(MeanNode):
    """A mean with one rule for value, bounds and raising leaves. All terms are in the space of f.

    ``sign`` is −1 where f falls (p < 0): there the greater mean has the smaller f.
    """

    def join(self, block: Block) -> None:
        """Fill the arrays from the children; see the module for the rule."""
        self.sign = -1.0 if self.node.aggregation.p < 0 else 1.0
        self.best: list[tuple[Leaf, Term]] = []
        self.raising: list[tuple[Leaf, Term]] = []
        self.low_up: list[Term] = []
        self.low_down: list[Term] = []
        self.high_up: list[Term] = []
        self.low_more, self.high_more = (Sum(block.zeros(), block.zeros()) for _ in range(2))
        super().join(block)

    def _add_leaf(self, block: Block, leaf: Leaf) -> None:
        super()._add_leaf(block, leaf)
        i, mass = block.index[leaf.code], block.mass(leaf.weight)
        if block.gaps[i]:
            self._bound_unknown(block, leaf, np.multiply(block.unknown[i], mass))
        imputed = block.imputed[i]
        if imputed is not None:
            low, high = self._signed_ends(leaf)
            self.low_more.add(block.zeros() + low, np.multiply(imputed, mass))
            self.high_more.add(block.zeros() + high, np.multiply(imputed, mass))

    def _bound_unknown(self, block: Block, leaf: Leaf, gap: Mass) -> None:
        """What an unknown cell can do: to the value at its best, to the bounds at its ends."""
        low, high = (block.zeros() + end for end in self._signed_ends(leaf))
        bottom, top = leaf.scaling.span()[0] <= block.scale[0], leaf.scaling.span()[1]
        if leaf.optional and not bottom:
            self.low_down.append(Term(low, gap))
        else:
            self.low_more.add(low, gap)
        if not leaf.optional and not bottom:
            self.best.append((leaf, Term(low, gap)))
        if top >= block.scale[1]:
            self.high_more.add(high, gap)
        else:
            self.high_up.append(Term(high, gap))

    def _widen(self, block: Block, leaf: Leaf, gap: Mass) -> None:
        """Bounds are kept by ``_bound_unknown``."""

    def _signed_ends(self, leaf: Leaf) -> tuple[float, float]:
        """f of the least and the greatest value of a leaf; swapped where its weight is negative."""
        low, high = self._ends(*leaf.scaling.span())
        return (high, low) if leaf.weight.default < 0 else (low, high)

    def _part_ways(self, block: Block) -> None:  # noqa: ARG002 - as in MeanNode
        known = self.sum
        if self.guessed is not None:
            known = Sum(known.num - self.guessed.num, known.den - self.guessed.den)
        self.cover, self.present = known.den.copy(), self.sum.den.copy()
        self.present_without, self.total_without = self.sum.den.copy(), self.total
        self.number_without, self.of_without = _copied(self.number), self.of
        self.raising_nodes: list[tuple[Evaluated, Term]] = []
        for more in (self.low_more, self.high_more):
            more.num += known.num
            more.den += known.den
        self.context_sum = self.sum.copy() if self.children else self.sum
        self.terms, self.child_mass = {}, {}

    def _add_node(self, child: Evaluated, mass: Mass) -> None:
        rule = self.node.aggregation
        assessed: Bools = ~np.isnan(child.value)
        raising = np.asarray(assessed & (False if child.only_raises is None else child.only_raises))
        steady = np.asarray(assessed & ~raising)
        known = np.multiply(steady, mass)
        seen = np.multiply(~np.isnan(child.context), mass)
        self.terms[child.node.code] = masked(rule.forward(child.value), known)
        self.child_mass[child.node.code] = known
        self.sum.add(rule.forward(child.value), known)
        self.context_sum.add(rule.forward(child.context), seen)
        low, high = rule.forward(child.low), rule.forward(child.high)
        self.low_more.add(low, np.multiply(assessed, mass))
        self.high_more.add(high, known)
        if raising.any():
            value = np.where(raising, rule.forward(child.value), np.nan)
            self.raising_nodes.append((child, Term(value, mass)))
            self.high_up.append(Term(np.where(raising, high, np.nan), mass))
        if not assessed.all():
            gap = np.multiply(~assessed, mass)
            self.low_down.append(Term(low, gap))
            self.high_up.append(Term(high, gap))
        self.total, self.total_without = self.total + mass, self.total_without + mass
        self.cover += np.multiply(assessed, mass) * child.coverage
        self.present += np.multiply(assessed, mass)
        self.present_without += known
        if self.number is not None and self.number_without is not None:
            self.number += assessed
            self.number_without += steady
            self.of, self.of_without = self.of + 1.0, self.of_without + 1.0

    def _add_raising(self, block: Block, leaf: Leaf) -> None:
        i, rule = block.index[leaf.code], self.node.aggregation
        mass, missing = block.mass(leaf.weight), block.unknown[i]
        known, gap = np.multiply(~missing, mass), np.multiply(missing, mass)
        low, high = (block.zeros() + end for end in self._ends(*leaf.scaling.span()))
        f = rule.forward(block.scaled[i])
        at_best = np.where(missing, np.nan if leaf.optional else low, f)
        self.raising.append((leaf, Term(at_best, mass)))
        self.low_up.append(Term(at_best, mass))
        self.high_up.extend((Term(np.where(missing, np.nan, f), mass), Term(high, gap)))
        self.cover += known
        self.present += known
        self.total = self.total + (known if leaf.optional else mass)
        self.total_without = self.total_without + (0.0 if leaf.optional else mass)
        self.of_without = self.of_without + (0.0 if leaf.optional else 1.0)
        self._count(block, i, leaf)

    def _finish(self, block: Block) -> None:
        rule = self.node.aggregation
        leaves = [*self.best, *self.raising]
        terms = [term for _, term in leaves]
        context = self._raised(self.context_sum, terms)
        nodes = [term for _, term in self.raising_nodes]
        value = self._raised(self.sum, [*terms, *nodes]) if self.children else context
        self._enter(block, leaves, value)
        self.context = rule.inverse(context.mean())
        self.refuse(block, context.den > 0)
        self.context_sum = Sum(context.num, context.den)
        fine = self.node.minimum.met(self.present, self.total, self.number, self.of)
        fine = self.assessed(block, fine)
        without = self.node.minimum.met(
            self.present_without, self.total_without, self.number_without, self.of_without
        )
        self.only_raises = fine & ~self.assessed_without_raising(block, without)
        self.value = np.where(fine, rule.inverse(value.mean()), np.nan)
        self._bound(block)
        self.coverage = self._coverage()

    def _enter(self, block: Block, leaves: list[tuple[Leaf, Term]], value: Balance) -> None:
        """Write down what entered the value although unknown, or because it raises it."""
        self.sum = Sum(value.num, value.den)
        for (child, term), counts in zip(
            self.raising_nodes, value.counts[len(leaves) :], strict=True
        ):
            code, entered = child.node.code, np.multiply(counts, term.mass)
            self.terms[code] = self.terms[code] + masked(term.x, entered)
            self.child_mass[code] = self.child_mass[code] + entered
        for (leaf, term), counts in zip(leaves, value.counts, strict=False):
            i = block.index[leaf.code]
            part = masked(term.x, np.multiply(counts, term.mass))
            if leaf.raises_only:
                block.contributions[i][:] = part
                self.counted[leaf.code] = counts
            else:
                block.contributions[i] += part
                self.counted[leaf.code] = ~block.unknown[i] | counts

    def _bound(self, block: Block) -> None:
        """The least and greatest mean; rounding may not put the value a hair outside."""
        rule, (bottom, top) = self.node.aggregation, block.scale
        low = self._balanced(self.low_more, self.low_up, self.low_down)
        high = self._raised(self.high_more, self.high_up).mean()
        least, greatest = rule.inverse(low), rule.inverse(high)
        self.low = np.fmin(np.where(np.isnan(least), bottom, least), self.context)
        self.high = np.fmax(np.where(np.isnan(greatest), top, greatest), self.context)

    def _raised(self, known: Sum, terms: list[Term]) -> Balance:
        if self.sign > 0:
            return raised(known.num, known.den, terms)
        turned = raised(-known.num, known.den, [Term(-x, mass) for x, mass in terms])
        return Balance(-turned.num, turned.den, turned.counts)

    def _balanced(self, known: Sum, up: list[Term], down: list[Term]) -> Floats:
        if self.sign > 0:
            return balanced(known.num, known.den, up, down)
        ups, downs = ([Term(-x, mass) for x, mass in terms] for terms in (up, down))
        return -balanced(-known.num, known.den, ups, downs)


def _copied(array: Floats | None) -> Floats | None:
    return None if array is None else array.copy()
