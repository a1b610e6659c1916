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
    """Scores of n units under one fitted method, on the method's scale.

    Arrays per node are keyed by node code; arrays per leaf run along ``leaves``.

    Parameters
    ----------
    keys : ndarray of str, shape (n,)
        Names of the units.
    nodes : tuple of str
        Codes of the nodes, parents before children, the root first.
    leaves : tuple of str
        Codes of the leaves, depth first.
    scores : mapping of str to ndarray, shape (n,)
        NaN where the node is not assessed.
    coverage : mapping of str to ndarray, shape (n,)
        Share 0..1 of the weight that has a value, counted down to the leaves.
    low, high : mapping of str to ndarray, shape (n,)
        By rules 2 the least and the greatest value that the node can have whatever its unknown
        cells turn out to be, so low ≤ score ≤ high. By rules 1 the value with every unknown cell
        at its best, at its worst; a score may lie a little outside.
    context : mapping of str to ndarray, shape (n,)
        The value of what has a value, also where that is too little to assess. It lies between low
        and high.
    residual : mapping of str to ndarray, shape (n,)
        The score after controls; equals the score where none is on record.
    scaled : ndarray, shape (n, leaves)
        Values after scaling, NaN where unknown.
    contributions : ndarray, shape (n, leaves)
        Parts that sum to the root's score; NaN where it is NaN.
    imputed : ndarray of bool, shape (n, leaves)
        Cells that the method filled; they are in the score, not in the coverage.
    frame : Frame
        What was scored.
    columns : tuple of Leaf
        The leaves themselves.
    band_rows : tuple of Band
        The method's bands.

    Examples
    --------
    >>> from riskscore.engine import Frame, Method
    >>> spec = {
    ...     "code": "demo",
    ...     "version": 1,
    ...     "bands": [{"code": "low", "from": 0}, {"code": "high", "from": 50}],
    ...     "root": {
    ...         "code": "risk",
    ...         "children": [
    ...             {"column": "a", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...             {"column": "b", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...         ],
    ...     },
    ... }
    >>> frame = Frame.from_columns({"a": [2.0, 4.0], "b": [6.0, float("nan")]})
    >>> result = Method.from_dict(spec).fit().score(frame)
    >>> result.scores["risk"].tolist(), result.coverage["risk"].tolist()
    ([40.0, 40.0], [1.0, 0.5])
    >>> result.low["risk"].tolist(), result.high["risk"].tolist()
    ([40.0, 20.0], [40.0, 70.0])
    >>> result.contributions.tolist()
    [[10.0, 30.0], [40.0, 0.0]]
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
        """Raw values that were scored, shape (n, leaves); NaN where unknown or not applicable."""
        out = np.full((len(self.leaves), len(self.keys)), np.nan)
        for i, leaf in enumerate(self.columns):
            if leaf.column in self.frame.columns:
                raw = self.frame.column(leaf.column)
                np.copyto(out[i], raw, where=~np.isnan(self.scaled[:, i]))
        return out.T

    def bands(self, node: str = "") -> npt.NDArray[np.int8]:
        """Band of each unit at one node.

        Parameters
        ----------
        node : str
            Code of the node; the root by default.

        Returns
        -------
        ndarray of int8, shape (n,)
            0 not assessed, then 1, 2, … for the method's bands in rising order.
        """
        return band_codes(self.scores[node or self.root], self.band_rows)


def band_codes(scores: Floats, bands: tuple[Band, ...]) -> npt.NDArray[np.int8]:
    """Band of each score.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Scores on the method's scale, NaN where not assessed.
    bands : tuple of Band
        The bands in rising order.

    Returns
    -------
    ndarray of int8, shape (n,)
        0 where NaN, else 1 + the number of band starts (after the first) at or below the score.

    Examples
    --------
    >>> bands = (Band("low", 0.0), Band("high", 50.0))
    >>> band_codes(np.array([49.9, 50.0, np.nan]), bands).tolist()
    [1, 2, 0]
    """
    starts = [band.start for band in bands[1:]]
    codes = 1 + np.searchsorted(starts, scores, side="right")
    return np.where(np.isnan(scores), 0, codes).astype(np.int8)
