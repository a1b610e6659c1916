"""Why a score changed: the difference of two results split into data, method and learned model.

Each of the three is the Shapley value of the game whose eight corners score every mix of old and
new: no order of changes is preferred, and the three add up to the whole difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from riskscore.engine.arrays import Floats, Strings
from riskscore.engine.errors import FrameError
from riskscore.engine.frame import Frame
from riskscore.engine.method import Fitted
from riskscore.engine.result import Result

FACTORS = ("data", "method", "model")
Corner = tuple[int, int, int]
CORNERS: tuple[Corner, ...] = tuple((a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1))


@dataclass(frozen=True, slots=True)
class Attribution:
    """Parts of a difference of two results; NaN where either score is missing.

    A mix of old and new that cannot be assessed has no value, so then the whole has none.

    Parameters
    ----------
    keys : ndarray of str, shape (n,)
        Names of the units.
    difference : ndarray, shape (n,)
        After less before, on the method's scale.
    data, method, model : ndarray, shape (n,)
        Its three parts, which add up to it.
    by_leaf, method_by_leaf, model_by_leaf : mapping of str to ndarray, shape (n,)
        The three parts by indicator, of the root only: what each one's new values (new method, new
        predictions) added or took. All of them add up to the difference.
    """

    keys: Strings
    difference: Floats
    data: Floats
    method: Floats
    model: Floats
    by_leaf: Mapping[str, Floats]
    method_by_leaf: Mapping[str, Floats]
    model_by_leaf: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two results: a fitted method and the frame that it scored.

    Parameters
    ----------
    fitted : Fitted
        The fitted method.
    frame : Frame
        What it scored.
    other : Frame, optional
        The same inputs as the method of the other side reads them, where that one reads other
        columns or takes them from other minerals; else it reads ``frame``.
    """

    fitted: Fitted
    frame: Frame
    other: Frame | None = None

    def read_by(self, reader: Side) -> Frame:
        """The inputs of this side, as the method of a side reads them."""
        return self.frame if reader is self or self.other is None else self.other


def attribute(
    before: Side, after: Side, *, learned: tuple[str, ...] = (), node: str = ""
) -> Attribution:
    """Split the change of a score into data, method and learned model.

    Each part is the Shapley value of the game whose eight corners score every mix of old and new:
    no order of changes is preferred, and the three add up to the whole difference.

    Parameters
    ----------
    before, after : Side
        All frames hold the same units in the same order, and every column that the method which
        reads them needs.
    learned : tuple of str
        Columns that a learned model fills: a change in them is the model's.
    node : str
        Code of the node; the root by default.

    Returns
    -------
    Attribution
        The parts, per unit.

    Raises
    ------
    FrameError
        If the units differ, or a column is missing.

    References
    ----------
    Shapley, L. S. (1953), A value for n-person games, Annals of Mathematics Studies 28.

    Examples
    --------
    >>> from riskscore.engine import Method
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
    >>> fitted = Method.from_dict(spec).fit()
    >>> old = Side(fitted, Frame.from_columns({"a": [2.0], "b": [2.0]}))
    >>> new = Side(fitted, Frame.from_columns({"a": [4.0], "b": [2.0]}))
    >>> why = attribute(old, new)
    >>> why.difference.round(6).tolist(), why.data.round(6).tolist(), why.method.tolist()
    ([10.0], [10.0], [0.0])
    """
    if not np.array_equal(before.frame.keys, after.frame.keys):
        raise FrameError("the two results hold different units, or hold them in another order")
    code = node or after.fitted.root.code
    results = {corner: _score(before, after, corner, learned) for corner in CORNERS}
    scores = {corner: result.scores[code] for corner, result in results.items()}
    whole = code == after.fitted.root.code
    data, method, model = (_by_leaf(results, factor) if whole else {} for factor in range(3))
    return Attribution(
        keys=after.frame.keys,
        difference=scores[1, 1, 1] - scores[0, 0, 0],
        data=_shapley(scores, 0),
        method=_shapley(scores, 1),
        model=_shapley(scores, 2),
        by_leaf=data,
        method_by_leaf=method,
        model_by_leaf=model,
    )


def _score(before: Side, after: Side, corner: Corner, learned: tuple[str, ...]) -> Result:
    data, method, model = corner
    sides = (before, after)
    reader = sides[method]
    old_or_new, predicted = (sides[at].read_by(reader) for at in (data, model))
    return reader.fitted.score(_mixed(old_or_new, predicted, learned))


def _mixed(data: Frame, model: Frame, learned: tuple[str, ...]) -> Frame:
    """The frame ``data`` with the columns ``learned`` taken from the frame ``model``."""
    shared = [name for name in learned if name in data.columns and name in model.columns]
    if data is model or not shared:
        return data
    values = data.values.copy(order="F")
    for name in shared:
        values[:, data.index(name)] = model.column(name)
    return replace(data, values=values)


def _shapley(scores: Mapping[Corner, Floats], factor: int) -> Floats:
    """Mean gain of switching one factor on, over the orders in which the others were."""
    weights = {0: 1 / 3, 1: 1 / 6, 2: 1 / 3}
    total = np.zeros_like(scores[0, 0, 0])
    for corner, value in scores.items():
        if corner[factor]:
            off = _switched_off(corner, factor)
            total += weights[sum(off)] * (value - scores[off])
    return total


def _switched_off(corner: Corner, factor: int) -> Corner:
    data, method, model = (0 if i == factor else on for i, on in enumerate(corner))
    return data, method, model


def _by_leaf(results: Mapping[Corner, Result], factor: int) -> dict[str, Floats]:
    codes = {code for result in results.values() for code in result.leaves}
    return {
        code: _shapley({corner: _part(result, code) for corner, result in results.items()}, factor)
        for code in sorted(codes)
    }


def _part(result: Result, code: str) -> Floats:
    """A leaf's part of the root; 0 under a method that does not have the leaf."""
    if code not in result.leaves:
        return np.zeros(len(result.keys))
    return np.asarray(result.contributions[:, result.leaves.index(code)])
