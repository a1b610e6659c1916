"""What scoring gives back: arrays per node and per leaf, one element per unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Floats, Strings
from riskscore.engine.frame import Frame
from riskscore.engine.spec.tree import Band, Leaf


@dataclass(frozen=True, slots=True)
class Result:
    """Scores of n units under one fitted method.

    Everything is keyed by node code (``nodes``, parents before children, the root first) or runs
    along ``leaves`` (depth first). Scores are on the method's scale.

    * ``scores``: NaN where the node is not assessed.
    * ``coverage``: share 0..1 of the weight that is known, counted down to the leaves.
    * ``low``/``high``: the node's value if every unknown cell were at its best and its worst.
    * ``context``: the value of what is known, also where too little is known to assess. It lies
      between low and high; the score may not, where a child of poor coverage is left out of it.
    * ``residual``: the score after controls; equals the score where none is on record.
    * ``scaled``: (n, leaves) values after scaling, NaN where unknown.
    * ``imputed``: (n, leaves) cells that the method filled; they are in the score, not in coverage.
    * ``contributions``: (n, leaves) parts that sum to the root's score; NaN where it is NaN.
    """

    keys: Strings
    nodes: tuple[str, ...]
    leaves: tuple[str, ...]
    scores: Mapping[str, Floats]
    coverage: Mapping[str, Floats]
    low: Mapping[str, Floats]
    high: Mapping[str, Floats]
    context: Mapping[str, Floats]
    residual: Mapping[str, Floats]
    scaled: Floats
    contributions: Floats
    imputed: Bools
    frame: Frame
    columns: tuple[Leaf, ...]
    band_rows: tuple[Band, ...]

    @property
    def root(self) -> str:
        """Code of the root node."""
        return self.nodes[0]

    @property
    def inputs(self) -> Floats:
        """(n, leaves) raw values that were scored; NaN where unknown or not applicable."""
        out = np.full((len(self.leaves), len(self.keys)), np.nan)
        for i, leaf in enumerate(self.columns):
            if leaf.column in self.frame.columns:
                raw = self.frame.column(leaf.column)
                np.copyto(out[i], raw, where=~np.isnan(self.scaled[:, i]))
        return out.T

    def bands(self, node: str = "") -> npt.NDArray[np.int8]:
        """(n,) band of a node (the root by default): 0 not assessed, then 1.. in rising order."""
        return band_codes(self.scores[node or self.root], self.band_rows)


def band_codes(scores: Floats, bands: tuple[Band, ...]) -> npt.NDArray[np.int8]:
    """0 where NaN, else 1 + the number of band starts (after the first) at or below the score."""
    starts = [band.start for band in bands[1:]]
    codes = 1 + np.searchsorted(starts, scores, side="right")
    return np.where(np.isnan(scores), 0, codes).astype(np.int8)
