"""A block of units on its way through the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from riskscore.engine.arrays import Bools, Floats, Mass
from riskscore.engine.frame import Frame
from riskscore.engine.tree import Leaf, Weight

if TYPE_CHECKING:
    from riskscore.engine.evaluated import Evaluated


class Block:
    """Scaled columns of some units, what is known of them, and what the nodes found so far.

    ``scaled`` and ``contributions`` are (leaves, b) windows into the result's arrays. While nodes
    are evaluated, a row of ``contributions`` holds the leaf's term w·f(x); ``explain`` turns it
    into the leaf's part of the root.
    """

    def __init__(
        self,
        frame: Frame,
        rows: slice,
        leaves: tuple[Leaf, ...],
        present: tuple[bool, ...],
        scaled: Floats,
        contributions: Floats,
        scale: tuple[float, float],
    ) -> None:
        self.frame, self.rows, self.scale = frame, rows, scale
        self.size = scaled.shape[1]
        self.scaled, self.contributions, self.present = scaled, contributions, present
        self.index = {leaf.code: i for i, leaf in enumerate(leaves)}
        self.evaluated: dict[str, Evaluated] = {}
        self.unknown: list[Bools] = []
        self.gaps: list[bool] = []
        for i, leaf in enumerate(leaves):
            self._scale(i, leaf)

    def _scale(self, i: int, leaf: Leaf) -> None:
        """Fill row ``i`` of the scaled values and remember where it is unknown."""
        out = self.scaled[i]
        if self.present[i]:
            leaf.scaling.apply(self._admitted(leaf, self.column(leaf.column)), out)
        else:
            out.fill(np.nan)
        unknown = np.isnan(out)
        self.unknown.append(unknown)
        self.gaps.append(bool(unknown.any()))

    def _admitted(self, leaf: Leaf, raw: Floats) -> Floats:
        """Raw values with NaN where the method does not admit them."""
        if leaf.known_range is not None:
            low, high = leaf.known_range
            raw = np.where((raw >= low) & (raw <= high), raw, np.nan)
        if leaf.unknown_for and self.frame.group is not None:
            group = self.frame.group[self.rows]
            raw = np.where(np.isin(group, leaf.unknown_for), np.nan, raw)
        return raw

    def column(self, name: str) -> Floats:
        """(b,) raw values of a column of the frame."""
        return self.frame.column(name)[self.rows]

    def mass(self, weight: Weight) -> Mass:
        """The weight of each unit: a number, or (b,) where it differs by group."""
        if not weight.by_group or self.frame.group is None:
            return weight.default
        group = self.frame.group[self.rows]
        found = np.full(self.size, weight.default)
        for name, value in weight.by_group:
            found[group == name] = value
        return found

    def zeros(self) -> Floats:
        """(b,) zeros."""
        return np.zeros(self.size)
