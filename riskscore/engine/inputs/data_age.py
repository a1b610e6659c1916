"""How old the facts behind a score are, what is unknown, and which one more fact would help most.

Pure: a method, tables and units in, arrays out. The gain of a fact is found by scoring once more
with that one cell known; coverage never depends on what the value is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Floats, Strings
from riskscore.engine.catalogue import LEARNED
from riskscore.engine.frame import Frame
from riskscore.engine.inputs.gather import Gathered
from riskscore.engine.inputs.units import Years
from riskscore.engine.method import Fitted, Method

NO_GAIN = 1e-12
PREDICTED = frozenset(LEARNED.values())


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is unknown of n units, along the method's ``leaves``.

    * ``unknown``: (n, leaves) cells that count and that nobody knows; what a learned model would
      say is no fact that anybody could find, and is left out.
    * ``gains``: node → (n, leaves) by how much its coverage (0..1) would rise if this one cell
      became known; 0 for known cells.
    * ``opens``: node → (n, leaves) true where the node, not assessed now, then would be.
    """

    keys: Strings
    leaves: tuple[str, ...]
    unknown: Bools
    gains: Mapping[str, Floats]
    opens: Mapping[str, Bools]

    def best(self, node: str) -> npt.NDArray[np.intp]:
        """(n,) index of the leaf whose fact would raise the node's coverage most, -1 for none.

        Of two that raise it equally, the one that lets the node be assessed; then the first.
        """
        worth = self.gains[node] + NO_GAIN * self.opens[node]
        result = np.argmax(worth, axis=1)
        return np.where(worth.max(axis=1) > NO_GAIN / 2, result, -1)


def years_used(found: Gathered, method: Method) -> Years:
    """(n, leaves) year of the newest fact behind each value; 0 where unknown or without a year.

    A value picked among several minerals has the year of the one that was picked.
    """
    result = np.zeros((len(found.frame), len(method.leaves)), dtype=np.int16)
    for at, leaf in enumerate(method.leaves):
        column = found.columns.get(leaf.column)
        if column is not None and column.years is not None:
            result[:, at] = np.where(np.isnan(column.values), 0, column.years)
    return result


def gaps(fitted: Fitted, frame: Frame, nodes: tuple[str, ...]) -> Gaps:
    """What is unknown, and what each fact would give to the coverage of the ``nodes``."""
    leaves = fitted.method.leaves
    now = fitted.score(frame)
    shape = (len(frame), len(leaves))
    unknown = np.zeros(shape, dtype=bool)
    gains = {node: np.zeros(shape) for node in nodes}
    opens = {node: np.zeros(shape, dtype=bool) for node in nodes}
    for at, leaf in enumerate(leaves):
        if leaf.column not in frame.columns or leaf.column in PREDICTED or not leaf.weight.ever:
            continue
        missing = np.isnan(frame.column(leaf.column))
        unknown[:, at] = missing
        if not missing.any():
            continue
        then = fitted.score(_with_every_cell(frame, leaf.column))
        for node in nodes:
            gain = np.where(missing, then.coverage[node] - now.coverage[node], 0.0)
            gains[node][:, at] = np.clip(gain, 0.0, None)
            closed = np.isnan(now.scores[node])
            opens[node][:, at] = missing & closed & ~np.isnan(then.scores[node])
    return Gaps(frame.keys, tuple(leaf.code for leaf in leaves), unknown, gains, opens)


def _with_every_cell(frame: Frame, column: str) -> Frame:
    """The frame with every gap of one column filled by a value that the column may have."""
    at = frame.index(column)
    values = frame.values.copy(order="F")
    not_nan = values[:, at][~np.isnan(values[:, at])]
    # 1 is a level of every ordinal indicator and within reach of every logarithm.
    filler = not_nan[0] if len(not_nan) else 1.0
    values[np.isnan(values[:, at]), at] = filler
    return replace(frame, values=values)
