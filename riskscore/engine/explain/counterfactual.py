"""What would move a unit to the next band: one input at a time, through the whole method."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import FrameError
from riskscore.engine.frame import Frame
from riskscore.engine.method import Fitted
from riskscore.engine.scaling.fixed import OrdinalTable
from riskscore.engine.spec.tree import Leaf

POINTS = 129
ROUNDS = 5
"""129 points, five times narrowed to one step in between: a ten-thousand-millionth of the range."""


@dataclass(frozen=True, slots=True)
class Change:
    """One single change of an input that brings the unit into the next band.

    Parameters
    ----------
    leaf : str
        Code of the leaf.
    now, needed : float
        Raw value now, and the nearest one that reaches the target.
    score : float
        The node's score then.
    effort : float
        The way between the two as a share (0..1) of the leaf's scale.
    """

    leaf: str
    now: float
    needed: float
    score: float
    effort: float


def counterfactuals(
    fitted: Fitted, frame: Frame, unit: str, *, node: str = "", upwards: bool = False
) -> tuple[Change, ...]:
    """Find single changes that bring a unit into the next lower (or higher) band.

    Unknown inputs are not guessed at; the node's low and high say what they could do.

    Parameters
    ----------
    fitted : Fitted
        The fitted method.
    frame : Frame
        A frame that holds the unit.
    unit : str
        Its key.
    node : str
        Code of the node; the root by default.
    upwards : bool
        Look for the next higher band.

    Returns
    -------
    tuple of Change
        Least effort first; empty where no single input can do it or the node is not assessed.

    Raises
    ------
    FrameError
        If the frame has no such unit.

    References
    ----------
    Wachter, S., Mittelstadt, B. and Russell, C. (2018), Counterfactual explanations without opening
    the black box, Harvard Journal of Law & Technology 31(2).

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
    >>> frame = Frame.from_columns({"a": [4.0], "b": [8.0]}, keys=["x"])
    >>> change = counterfactuals(Method.from_dict(spec).fit(), frame, "x")[0]
    >>> change.leaf, change.now, round(change.needed, 6)
    ('a', 4.0, 2.0)
    """
    code = node or fitted.root.code
    at = _position(frame, unit)
    alone = frame.take(np.array([at]))
    result = fitted.score(alone)
    score = float(result.scores[code][0])
    target = _target(fitted, score, upwards=upwards)
    if math.isnan(target):
        return ()
    results = []
    for i, leaf in enumerate(fitted.root.leaves()):
        if leaf.column in frame.columns and not math.isnan(result.scaled[0, i]):
            change = _search(fitted, alone, leaf, code, target, upwards=upwards)
            if change is not None:
                results.append(change)
    return tuple(sorted(results, key=lambda change: change.effort))


def _position(frame: Frame, unit: str) -> int:
    hits = np.flatnonzero(np.asarray(frame.keys).astype(str) == unit)
    if not len(hits):
        raise FrameError(f"the frame has no unit {unit!r}")
    return int(hits[0])


def _target(fitted: Fitted, score: float, *, upwards: bool) -> float:
    """The edge of the band above, or the bottom of the unit's own band (to get below it)."""
    starts = [band.start for band in fitted.method.bands]
    if math.isnan(score) or not starts:
        return math.nan
    edges = [s for s in starts[1:] if (s > score if upwards else s <= score)]
    if not edges:
        return math.nan
    return min(edges) if upwards else max(edges)


def _search(
    fitted: Fitted, alone: Frame, leaf: Leaf, code: str, target: float, *, upwards: bool
) -> Change | None:
    now = float(alone.column(leaf.column)[0])
    for goal in _goals(leaf, now):
        if isinstance(leaf.scaling, OrdinalTable):
            grid = np.array(sorted(leaf.scaling.values, key=lambda value: abs(value - now)))
            step = _first(fitted, alone, leaf, code, grid, target, upwards=upwards)
        else:
            step = _narrow(fitted, alone, leaf, code, now, goal, target, upwards=upwards)
        if step is not None:
            return _change(leaf, now, *step)
    return None


def _goals(leaf: Leaf, now: float) -> list[float]:
    """Ends of the leaf's raw range, without the one it stands at; each is tried in turn."""
    ends = leaf.scaling.raw_range()
    return [end for end in ends if end != now] or [now]


def _narrow(
    fitted: Fitted,
    alone: Frame,
    leaf: Leaf,
    code: str,
    now: float,
    goal: float,
    target: float,
    *,
    upwards: bool,
) -> tuple[float, float] | None:
    """The first point on the way from ``now`` to ``goal`` that reaches the target."""
    start, end, best = now, goal, None
    for _ in range(ROUNDS):
        grid = np.linspace(start, end, POINTS)
        step = _first(fitted, alone, leaf, code, grid, target, upwards=upwards)
        if step is None:
            return best
        best = step
        at = int(np.flatnonzero(grid == step[0])[0])
        if at == 0:
            return best
        start, end = float(grid[at - 1]), float(grid[at])
    return best


def _first(
    fitted: Fitted,
    alone: Frame,
    leaf: Leaf,
    code: str,
    grid: Floats,
    target: float,
    *,
    upwards: bool,
) -> tuple[float, float] | None:
    scores = fitted.score(_tiled(alone, leaf.column, grid)).scores[code]
    hits = np.flatnonzero(scores >= target if upwards else scores < target)
    return (float(grid[hits[0]]), float(scores[hits[0]])) if len(hits) else None


def _tiled(alone: Frame, column: str, grid: Floats) -> Frame:
    """One unit many times, with other values in one column."""
    tiled = alone.take(np.zeros(len(grid), dtype=np.intp))
    values = tiled.values.copy(order="F")
    values[:, tiled.index(column)] = grid
    return replace(tiled, values=values, repeated=True)


def _change(leaf: Leaf, now: float, needed: float, score: float) -> Change:
    low, high = leaf.scaling.span()
    before, after = leaf.scaling.column(np.array([now, needed]))
    width = high - low if math.isfinite(high - low) and high > low else 1.0
    return Change(leaf.code, now, needed, score, abs(float(after - before)) / width)
