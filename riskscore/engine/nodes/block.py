"""A block of units: the scaled columns that a tree is evaluated on. It knows nothing of nodes'
results."""

from __future__ import annotations

import numpy as np

from riskscore.engine.arrays import Bools, Floats, Mass, Strings
from riskscore.engine.errors import FitError
from riskscore.engine.frame import Frame
from riskscore.engine.scaling.preparation import imputed_cells
from riskscore.engine.spec.tree import Leaf, Node, Weight


class Block:
    """Scaled columns of some units, and where each of them is unknown, missing or imputed.

    ``scaled`` and ``contributions`` are (leaves, b) windows into the result's arrays. While nodes
    are evaluated, a row of ``contributions`` holds the leaf's term w·f(x); ``explain`` turns it
    into the leaf's part of the root. ``unknown`` and ``gaps`` say, per leaf, where nothing entered
    the score and whether there is any such cell; ``imputed`` where a filled value entered.
    """

    def __init__(
        self,
        frame: Frame,
        rows: slice,
        root: Node,
        scaled: Floats,
        contributions: Floats,
        scale: tuple[float, float],
    ) -> None:
        self.frame, self.rows, self.scale = frame, rows, scale
        self.size = scaled.shape[1]
        self.scaled, self.contributions = scaled, contributions
        self.rules = root.rules
        self.leaves = tuple(root.leaves())
        self.has_distributions = any(leaf.distribution is not None for leaf in self.leaves)
        self.index = {leaf.code: i for i, leaf in enumerate(self.leaves)}
        self.present = [leaf.column in frame.columns for leaf in self.leaves]
        self.unknown: list[Bools] = []
        self.gaps: list[bool] = []
        self.imputed: list[Bools | None] = [None] * len(self.leaves)
        self._filled = filled_rows(root, frame, rows)
        self._row_residuals = {
            code: values
            for node in root.nodes()
            if node.row_imputation is not None
            for code, values in node.row_imputation.residuals.items()
        }
        for i, leaf in enumerate(self.leaves):
            self._scale(i, leaf, self._filled.get(leaf.code))

    def _scale(self, i: int, leaf: Leaf, filled: Floats | None) -> None:
        """Fill row ``i`` of the scaled values and remember where it is unknown."""
        out = self.scaled[i]
        if self.present[i]:
            try:
                leaf.scaling.apply(self._prepared(i, leaf, filled), out)
            except FitError as error:
                raise FitError(f"{leaf.path}: {error}") from None
        else:
            out.fill(np.nan)
        unknown = np.isnan(out)
        self.unknown.append(unknown)
        self.gaps.append(bool(unknown.any()))

    def _prepared(self, i: int, leaf: Leaf, filled: Floats | None) -> Floats:
        raw, steps = self.column(leaf.column), leaf.preparation
        if steps.plain and filled is None:
            return raw
        admitted = steps.admit(raw, self.frame, self.rows)
        x = steps.fill(admitted, self.group) if filled is None else filled
        self.imputed[i] = imputed_cells(admitted, x)
        return steps.treat(steps.transform(x, leaf.column, self.frame.keys[self.rows]))

    def before_scale(self, leaf: Leaf) -> Floats:
        """(b,) admitted and filled raw values of a leaf, before any transform."""
        filled = self._filled.get(leaf.code)
        return admitted_and_filled(leaf, self.frame, self.rows) if filled is None else filled

    @property
    def group(self) -> Strings | None:
        """(b,) group of each unit, if the frame has groups."""
        return None if self.frame.group is None else self.frame.group[self.rows]

    def residuals(self, leaf: Leaf) -> tuple[float, ...]:
        """Equally likely errors of a leaf's imputed cells, in raw units; empty if none is learnt.

        They come from the row imputation where that alone fills the leaf.
        """
        if leaf.preparation.imputation is not None:
            return leaf.preparation.imputation.residuals
        return self._row_residuals.get(leaf.code, ())

    def column(self, name: str) -> Floats:
        """(b,) raw values of a column of the frame."""
        return self.frame.column(name)[self.rows]

    def mass(self, weight: Weight) -> Mass:
        """The weight of each unit: a number, or (b,) where it differs by group."""
        group = self.group
        if not weight.by_group or group is None:
            return weight.default
        result = np.full(self.size, weight.default)
        for name, value in weight.by_group:
            result[group == name] = value
        return result

    def zeros(self) -> Floats:
        """(b,) zeros."""
        return np.zeros(self.size)


def filled_rows(root: Node, frame: Frame, rows: slice) -> dict[str, Floats]:
    """Columns of the leaves whose node imputes by row, filled; by leaf code."""
    filled: dict[str, Floats] = {}
    for node in root.nodes():
        if node.row_imputation is None:
            continue
        leaves = [child for child in node.children if isinstance(child, Leaf)]
        columns = {leaf.code: admitted_and_filled(leaf, frame, rows) for leaf in leaves}
        directions = {leaf.code: leaf.scaling.direction for leaf in leaves}
        filled |= node.row_imputation.fill(columns, directions)
    return filled


def admitted_and_filled(leaf: Leaf, frame: Frame, rows: slice) -> Floats:
    """A leaf's raw column after admission and column imputation."""
    steps = leaf.preparation
    group = None if frame.group is None else frame.group[rows]
    return steps.fill(steps.admit(frame.column(leaf.column)[rows], frame, rows), group)
