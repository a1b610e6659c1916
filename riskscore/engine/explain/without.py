"""Scores as if nobody knew some of their inputs: as they are made, or again from what they keep.

The inputs are the raw values that were scored, so the engine gives the same numbers from them.
Leaving a column out means that nobody knows it: what it weighs falls to the others, by the
method's own rules, and nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.frame import Frame
from riskscore.engine.inputs.column_values import is_importers
from riskscore.engine.method import Fitted, Method
from riskscore.engine.result import Result

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


Positions = npt.NDArray[np.intp]
#: The scores of a row by node; empty where there is no answer.
Scores = dict[str, float | None]


class Without(NamedTuple):
    """Scores by node of those units whose positions are ``rows``."""

    rows: Positions
    scores: Mapping[str, Floats]


def scored_without(fitted: Fitted, result: Result, columns: Collection[str]) -> Without:
    """What a result would be if nobody knew these columns, of the units where one of them counts.

    What a unit's method sets aside does not count, which its inputs say and its frame does not.
    """
    lost = _weighed(fitted.method, result.frame, columns)
    inputs = result.inputs[:, [leaf.column in lost for leaf in result.columns]]
    rows = _known(inputs)
    return Without(rows, fitted.score(_unknown(result.frame.take(rows), lost)).scores)


def without(method: Method, stored: Stored, columns: Collection[str]) -> Scores:
    """The scores by node if nobody knew these columns; None is not assessed.

    Empty when none of them counts here, or when the stored scores do not come out of the stored
    inputs: then there is no answer.
    """
    return without_each(method, [stored], columns)[0]


def without_each(method: Method, rows: Sequence[Stored], columns: Collection[str]) -> list[Scores]:
    """The same of many rows at once: what a row gets does not depend on the others."""
    result: list[Scores] = [{} for _ in rows]
    for imports in (False, True):
        at = [number for number, row in enumerate(rows) if row.imports is imports]
        frame = _frame(method, [rows[number] for number in at], imports=imports)
        lost = _weighed(method, frame, columns)
        asked = _known(frame.values[:, [frame.index(name) for name in lost]])
        for number, scores in zip(asked, _answers(method, frame.take(asked), lost), strict=True):
            if _same(scores.as_stored, rows[at[number]].scores):
                stored = rows[at[number]].scores
                result[at[number]] = {node: scores.without[node] for node in stored}
    return result


def _weighed(method: Method, frame: Frame, columns: Collection[str]) -> list[str]:
    """Those of the columns that the frame has and that weigh anything."""
    weighed = {leaf.column for leaf in method.leaves if leaf.weight.ever}
    return [name for name in frame.columns if name in weighed and name in columns]


def _known(values: Floats) -> Positions:
    """The units of which any of these values is known."""
    return np.flatnonzero(~np.isnan(values).all(axis=1))


class _Answer(NamedTuple):
    as_stored: Scores
    without: Scores


def _answers(method: Method, frame: Frame, lost: Collection[str]) -> list[_Answer]:
    """The scores of each row as they were and without; nothing for no row."""
    if not len(frame):
        return []
    fitted = method.fit()
    both = (fitted.score(part).scores for part in (frame, _unknown(frame, lost)))
    return [_Answer(*pair) for pair in zip(*map(_by_row, both), strict=True)]


def _by_row(scores: Mapping[str, Floats]) -> list[Scores]:
    columns = [
        [None if np.isnan(one) else one for one in part.tolist()] for part in scores.values()
    ]
    return [dict(zip(scores, row, strict=True)) for row in zip(*columns, strict=True)]


def _frame(method: Method, rows: Sequence[Stored], *, imports: bool) -> Frame:
    """The stored inputs; what is about an importer has no column where nobody imports."""
    inputs = np.array([row.inputs for row in rows], np.float64).reshape(
        len(rows), len(method.leaves)
    )
    columns = {
        leaf.column: values
        for leaf, values in zip(method.leaves, inputs.T, strict=True)
        if imports or not is_importers(leaf.column)
    }
    frame = Frame.from_columns(columns)
    return replace(frame, group=np.array([row.kind for row in rows], np.str_))


def _unknown(frame: Frame, columns: Collection[str]) -> Frame:
    values = frame.values.copy(order="F")
    values[:, [frame.index(name) for name in columns]] = np.nan
    return replace(frame, values=values)


def _same(computed: Scores, stored: Mapping[str, float | None]) -> bool:
    return all(
        one is other or (one is not None and other is not None and abs(one - other) <= SAME)
        for one, other in ((computed[node], stored[node]) for node in stored)
    )
