"""Scoring: blocks of units through the tree, column by column.

Everything here works on one unit at a time in the mathematical sense: no sum ever runs over units,
and no matrix product is used, so a unit's score has the same bits in any batch. Blocks only keep
the working arrays inside the processor's cache.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import FrameError
from riskscore.engine.frame import Frame
from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.evaluate_tree import evaluate
from riskscore.engine.nodes.evaluated import Evaluated
from riskscore.engine.result import Result
from riskscore.engine.spec.tree import Band, Control, Leaf, Node

BLOCK = 8192
"""Units per block: 64 kB per working column."""

MEASURES = ("value", "coverage", "low", "high", "context", "residual")


def score(
    root: Node,
    controls: Sequence[Control],
    bands: tuple[Band, ...],
    scale: tuple[float, float],
    frame: Frame,
) -> Result:
    """Score all units of ``frame``; see Result for what comes back."""
    leaves, nodes = tuple(root.leaves()), tuple(root.nodes())
    n = len(frame)
    _refuse_missing(leaves, frame)
    scaled, contributions = np.empty((len(leaves), n)), np.empty((len(leaves), n))
    imputed = np.zeros((len(leaves), n), dtype=bool)
    results = {name: np.empty((len(nodes), n)) for name in MEASURES}
    for start in range(0, n, BLOCK):
        rows = slice(start, min(start + BLOCK, n))
        with np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore"):
            block = Block(frame, rows, root, scaled[:, rows], contributions[:, rows], scale)
            evaluated = _score_block(root, block, controls).by_code()
        for i, mask in enumerate(block.imputed):
            if mask is not None:
                imputed[i, rows] = mask
        for i, node in enumerate(nodes):
            for name in MEASURES:
                results[name][i, rows] = getattr(evaluated[node.code], name)
    contributions += 0.0  # −0 becomes 0
    codes = tuple(node.code for node in nodes)
    by_node = {name: dict(zip(codes, array, strict=True)) for name, array in results.items()}
    return Result(
        keys=frame.keys,
        nodes=codes,
        leaves=tuple(leaf.code for leaf in leaves),
        scores=by_node.pop("value"),
        **by_node,
        scaled=scaled.T,
        contributions=contributions.T,
        imputed=imputed.T,
        frame=frame,
        columns=leaves,
        band_rows=bands,
    )


def _refuse_missing(leaves: tuple[Leaf, ...], frame: Frame) -> None:
    """Only a leaf marked ``when_present`` may lack its column."""
    for leaf in leaves:
        if not leaf.when_present:
            frame.index(leaf.column)


def _score_block(root: Node, block: Block, controls: Sequence[Control]) -> Evaluated:
    """Values upwards, residuals, then parts downwards (which overwrites the leaves' terms)."""
    result = evaluate(root, block)
    result.control(block, _kept(block, controls))
    result.explain(block, np.where(np.isnan(result.value), np.nan, 1.0))
    return result


def _kept(block: Block, controls: Sequence[Control]) -> Mapping[str, Floats]:
    """Per node the share of its score that controls leave; nodes without any are absent."""
    kept: dict[str, Floats] = {}
    for control in controls:
        if control.column not in block.frame.columns:
            continue
        strength = block.column(control.column)
        if np.isnan(strength).all():
            continue
        if ((strength < 0) | (strength > 1)).any():
            raise FrameError(f"{control.column} must be a strength between 0 and 1")
        left = 1.0 - control.at_most * np.nan_to_num(strength)
        for code in control.reduces:
            kept[code] = kept[code] * left if code in kept else left
    return kept
