"""A child as its parent sees it, leaf or node alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from riskscore.engine.arrays import Bools, Floats, Mass
from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.evaluated import Evaluated
from riskscore.engine.spec.tree import Leaf


@dataclass(frozen=True, slots=True)
class View:
    """(b,) arrays of one child. ``not_nan``: it has a value; ``applies``: 1 where the child counts
    at all (an unknown optional leaf does not); ``mass`` is 0 where it does not apply."""

    position: int
    value: Floats
    context: Floats
    low: Floats
    high: Floats
    coverage: Floats | float
    not_nan: Bools
    applies: Floats
    mass: Floats


def views(owner: Evaluated, block: Block) -> Iterator[View]:
    """The children that weigh something and whose column is there."""
    for position, child in enumerate(owner.node.children):
        if not child.weight.ever:
            continue
        mass = np.broadcast_to(block.mass(child.weight), (block.size,))
        if not isinstance(child, Leaf):
            yield _node_view(position, owner.children[child.code], mass)
        elif block.present[block.index[child.code]]:
            yield _leaf_view(position, child, block, mass)


def _node_view(position: int, result: Evaluated, mass: Floats) -> View:
    return View(
        position,
        result.value,
        result.context,
        result.low,
        result.high,
        result.coverage,
        ~np.isnan(result.value),
        np.ones(len(mass)),
        mass,
    )


def _leaf_view(position: int, leaf: Leaf, block: Block, mass: Floats) -> View:
    i = block.index[leaf.code]
    value, missing = block.scaled[i], block.unknown[i]
    low, high = leaf.scaling.span()
    if leaf.optional:
        low = high = np.nan
    applies = np.where(missing & leaf.optional, 0.0, 1.0)
    return View(
        position,
        value,
        value,
        np.where(missing, low, value),
        np.where(missing, high, value),
        1.0,
        ~missing,
        applies,
        mass * applies,
    )


@dataclass(slots=True)
class Tally:
    """How much of a node is known: sums over its children's views."""

    present: Floats
    total: Floats
    cover: Floats
    number: Floats
    of: Floats

    @classmethod
    def of_views(cls, result: list[View], size: int) -> Tally:
        """Σ over the views, (b,) each."""
        tally = cls(*(np.zeros(size) for _ in range(5)))
        for view in result:
            present: Mass = view.mass * view.not_nan
            tally.present += present
            tally.total += view.mass
            tally.cover += present * view.coverage
            tally.number += view.not_nan
            tally.of += view.applies
        return tally
