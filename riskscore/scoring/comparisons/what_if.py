"""What a score would be if some of its inputs, or weights of its method, were others.

The inputs of the stored score's job are read again and changed, and the engine scores them before
and after. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from riskscore.engine import catalogue
from riskscore.engine.catalogue import Indicator
from riskscore.engine.frame import Frame
from riskscore.engine.inputs.plausible import named_range, possible
from riskscore.engine.method import Fitted
from riskscore.engine.method import Method as Specification
from riskscore.engine.result import Result
from riskscore.engine.spec.tree import Leaf
from riskscore.models import Job
from riskscore.models.scores import NODES, Band
from riskscore.scoring.compute import compute
from riskscore.scoring.explanation import NOT_IN_CATALOGUE
from riskscore.scoring.replay import Row
from riskscore.scoring.stored_score import not_nan

#: What a power mean's p may be: 1 is the mean, more lets the worst dimension count more.
P_RANGE = (1.0, 10.0)
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its value now (None unknown), the raw values between which it moves, and those
    between which its unit lies (``most`` is infinite for an amount)."""

    leaf: Leaf
    indicator: Indicator
    dimension: str
    value: float | None
    low: float
    high: float
    least: float
    most: float

    @property
    def column(self) -> str:
        """Its name in questions."""
        return self.leaf.column


@dataclass(frozen=True, slots=True)
class Joining:
    """How the dimensions are joined: the power ``p`` (None: not by a power mean), and the weight of
    each dimension whose weight is one number."""

    p: float | None
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Moved:
    """A node, 0..100, or the points of an indicator, before and after; None is not assessed."""

    label: str
    code: str
    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        """After less before, where both are known."""
        known = self.before is not None and self.after is not None
        return self.after - self.before if known else None  # type: ignore[operator]

    @property
    def is_moved(self) -> bool:
        """Whether it differs by more than rounding."""
        if self.difference is None:
            return self.before != self.after
        return abs(self.difference) > ROUNDING


@dataclass(frozen=True, slots=True)
class Answer:
    """What would come out."""

    nodes: Sequence[Moved]
    indicators: Sequence[Moved]
    band_before: Band
    band_after: Band
    coverage_before: float | None
    coverage_after: float | None

    @property
    def moves(self) -> bool:
        """Whether any number differs."""
        return any(one.is_moved for one in (*self.nodes, *self.indicators))


@dataclass(frozen=True, slots=True)
class Trial:
    """What can be tried on one score. ``as_stored``: its numbers come out again, so the project has
    not changed since."""

    fitted: Fitted
    frame: Frame
    inputs: Sequence[Input]
    joining: Joining
    as_stored: bool

    def answer(self, changes: Mapping[str, float | None], joining: Joining | None = None) -> Answer:
        """Score with some inputs changed (None: unknown) and the dimensions joined otherwise.

        Raises MethodError when a method would refuse the weights.
        """
        fitted = self.fitted if joining in (None, self.joining) else _joined(self.fitted, joining)
        before = self.fitted.score(self.frame)
        return _answer(before, fitted.score(_changed(self.frame, changes)))


def trial(row: Row) -> Trial:
    """The inputs of a stored score, read again as its job read them."""
    job = Job.objects.select_related("lens").get(id=row.job_id)
    job.draws = 0
    computed = compute(job, [row.project_id])
    fitted, frame = computed.fitted, computed.frame
    again = not_nan(float(computed.columns["composite"][0]))
    given, joining = _inputs(fitted.method, frame), _joining(fitted.method)
    return Trial(fitted, frame, given, joining, as_stored=again == row.composite)


def _inputs(method: Specification, frame: Frame) -> list[Input]:
    """The columns that weigh, in the order of the method, each once."""
    found: dict[str, Input] = {}
    for dimension in method.root.children:
        leaves = [dimension] if isinstance(dimension, Leaf) else dimension.leaves()
        for leaf in leaves:
            if leaf.weight.ever and leaf.column in frame.columns:
                found.setdefault(leaf.column, _input(leaf, dimension.code, frame))
    return list(found.values())


def _input(leaf: Leaf, dimension: str, frame: Frame) -> Input:
    value = not_nan(float(frame.column(leaf.column)[0]))
    indicator = catalogue.INDICATORS.get(leaf.column, NOT_IN_CATALOGUE)
    least, most = possible(indicator)
    ends = named_range(indicator.unit) or leaf.scaling.raw_range()
    known = [end for end in (*ends, value) if end is not None and np.isfinite(end)]
    low, high = min(known, default=0), max(known, default=100)
    return Input(leaf, indicator, dimension, value, low, high, least, most)


def _joining(method: Specification) -> Joining:
    root = method.spec["root"]
    aggregation = root.get("aggregation")
    p = aggregation.get("p") if isinstance(aggregation, Mapping) else None
    weights = {
        child["code"]: float(child.get("weight", 1))
        for child in root["children"]
        if "code" in child and isinstance(child.get("weight", 1), int | float)
    }
    return Joining(None if p is None else float(p), weights)


def _joined(fitted: Fitted, joining: Joining | None) -> Fitted:
    """The same method with its dimensions joined otherwise."""
    spec: dict[str, Any] = deepcopy(dict(fitted.method.spec))
    root = spec["root"]
    if joining is not None:
        if joining.p is not None:
            root["aggregation"] = {**root["aggregation"], "p": joining.p}
        for child in root["children"]:
            if child.get("code") in joining.weights:
                child["weight"] = joining.weights[child["code"]]
    return Specification.from_dict(spec).fit()


def _changed(frame: Frame, changes: Mapping[str, float | None]) -> Frame:
    values = frame.values.copy()
    for column, value in changes.items():
        values[0, frame.index(column)] = np.nan if value is None else value
    return replace(frame, values=values, repeated=True)


def _answer(before: Result, after: Result) -> Answer:
    was, now = (result.contributions[0] for result in (before, after))
    indicators = [
        Moved(leaf.label, leaf.code, not_nan(float(was[at])), not_nan(float(now[at])))
        for at, leaf in enumerate(before.columns)
    ]
    nodes = [
        Moved(
            code,
            code,
            not_nan(float(before.scores[code][0])),
            not_nan(float(after.scores[code][0])),
        )
        for code in NODES
    ]
    coverage = [not_nan(float(result.coverage[NODES[0]][0])) for result in (before, after)]
    return Answer(
        nodes,
        [one for one in indicators if one.is_moved],
        *(Band(int(result.bands(NODES[0])[0])) for result in (before, after)),
        *coverage,
    )
