"""A stored score again from the inputs that it keeps, with some of them and without.

The inputs are the raw values that were scored, so the engine gives the same numbers from them.
Leaving a column out means that nobody knows it: what it weighs falls to the others, by the
method's own rules, and nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from riskscore.engine.frame import Frame
from riskscore.engine.inputs.column_values import is_importers
from riskscore.engine.method import Method

#: A score is given again to this many points; machines differ in the last bits.
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Stored:
    """What a score row keeps of its making: ``inputs`` one raw value per leaf, None or NaN unknown;
    ``scores`` by node; ``kind`` of the project; whether it is seen from an importer's side."""

    inputs: Sequence[float | None]
    scores: Mapping[str, float | None]
    kind: str
    imports: bool


def without(method: Method, stored: Stored, columns: Collection[str]) -> dict[str, float | None]:
    """The scores by node if nobody knew these columns; None is not assessed.

    Empty when none of them counts here, or when the stored scores do not come out of the stored
    inputs: then there is no answer.
    """
    frame = _frame(method, stored)
    lost = [
        leaf.column
        for leaf in method.leaves
        if leaf.column in columns
        and leaf.weight.ever
        and not np.isnan(frame.column(leaf.column)[0])
    ]
    if not lost or not _same(_scores(method, frame, stored.scores), stored.scores):
        return {}
    return _scores(method, _unknown(frame, lost), stored.scores)


def _frame(method: Method, stored: Stored) -> Frame:
    columns = {
        leaf.column: [np.nan if value is None else value]
        for leaf, value in zip(method.leaves, stored.inputs, strict=True)
        if stored.imports or not is_importers(leaf.column)
    }
    frame = Frame.from_columns(columns)
    return replace(frame, group=np.array([stored.kind]))


def _unknown(frame: Frame, columns: Collection[str]) -> Frame:
    values = frame.values.copy(order="F")
    values[:, [frame.index(name) for name in columns]] = np.nan
    return replace(frame, values=values)


def _scores(method: Method, frame: Frame, nodes: Collection[str]) -> dict[str, float | None]:
    result = method.fit().score(frame).scores
    numbers = {node: float(result[node][0]) for node in nodes}
    return {node: None if np.isnan(number) else number for node, number in numbers.items()}


def _same(left: Mapping[str, float | None], right: Mapping[str, float | None]) -> bool:
    return all(
        one is other or (one is not None and other is not None and abs(one - other) <= SAME)
        for one, other in ((left[node], right[node]) for node in right)
    )
