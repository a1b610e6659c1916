"""Which cells an outlier treatment changed, cell by cell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskscore.engine.frame import Frame
from riskscore.engine.method import Fitted
from riskscore.engine.nodes.block import admitted_and_filled
from riskscore.engine.spec.tree import Leaf

UNTREATED, PULLED_DOWN, PULLED_UP, LOGGED = 0, 1, 2, 3


def treated_cells(fitted: Fitted, frame: Frame) -> npt.NDArray[np.int8]:
    """(n, leaves) report: 0 as it was, 1 pulled down, 2 pulled up, 3 logged."""
    columns = [_treated(leaf, frame) for leaf in fitted.root.leaves()]
    return np.stack(columns, axis=1)


def _treated(leaf: Leaf, frame: Frame) -> npt.NDArray[np.int8]:
    steps = leaf.preparation
    if steps.treatment is None or leaf.column not in frame.columns:
        return np.zeros(len(frame), dtype=np.int8)
    x = admitted_and_filled(leaf, frame, slice(None))
    return steps.treatment.treated(steps.transform(x, leaf.column, frame.keys))
