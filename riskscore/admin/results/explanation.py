"""Why a score is what it is: the stored arrays of one score, laid out for a page."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from django.utils.safestring import SafeString

from riskscore.admin.ui import charts, wording
from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Leaf, Node
from riskscore.models.scores import NODES, Band, ScoreColumns

#: A leaf of the method with its raw value and its contribution.
Cell = tuple[Leaf, float | None, float | None]

#: Points that are only what rounding leaves of nothing.
NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Meter:
    """One node of the score: the composite or a dimension."""

    code: str
    label: str
    score: float | None
    low: float | None
    high: float | None
    context: float | None
    residual: float | None
    coverage: float | None
    band: int

    @property
    def chart(self) -> SafeString:
        """The node as a bar on the scale 0..100."""
        return charts.meter(
            self.score, low=self.low, high=self.high, context=self.context, look=self.look
        )

    @property
    def look(self) -> str:
        """The style of its band."""
        return wording.band_class(self.band)

    @property
    def words(self) -> str:
        """The band, or why there is none, with what is known beside it and never in its place."""
        if self.score is not None:
            return Band(self.band).label
        context = "" if self.context is None else f" – context {wording.points(self.context)}"
        return f"not assessed{context}{self.between}"

    @property
    def between(self) -> str:
        """The best and the worst case of all that is unknown, where they differ."""
        if self.low is None or self.high is None or self.high - self.low < 0.05:
            return ""
        return f", between {wording.points(self.low)} and {wording.points(self.high)}"

    @property
    def points(self) -> str:
        return wording.points(self.score)

    @property
    def known(self) -> str:
        return wording.share(self.coverage)

    @property
    def controlled(self) -> str:
        """The residual score, where evidence of control lowers it."""
        if self.residual is None or self.score is None or self.score - self.residual < 0.05:
            return ""
        return wording.points(self.residual)


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of a score: its raw value, its points, and what a reader must be told."""

    label: str
    code: str
    dimension: str
    group: str
    raw: str
    unit: str
    points: float
    start: float
    scale: float
    caution: str
    proxy_for: str

    @property
    def chart(self) -> SafeString:
        """Its step of the waterfall, which is as wide as the whole score."""
        return charts.step(self.start, self.points, scale=self.scale, look=f"of-{self.dimension}")

    @property
    def worth(self) -> str:
        return wording.points(self.points)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One score on a page."""

    composite: Meter
    dimensions: Sequence[Meter]
    lines: Sequence[Line]
    uncounted: Sequence[Line]
    unknown: Sequence[tuple[str, str]]
    absent: Sequence[tuple[str, str]]
    cautions: Sequence[str] = field(default=())

    @property
    def total(self) -> float:
        """The sum of the contributions, which is the composite."""
        return sum(line.points for line in self.lines)


def explain(score: ScoreColumns, specification: Specification) -> Explanation:
    """Lay out a stored score under the very method version that made it."""
    meters = [_meter(score, specification, index) for index in range(len(NODES))]
    whole = score.composite or 100.0
    cells = list(zip(specification.leaves, score.inputs, score.contributions, strict=True))
    known = [cell for cell in cells if not _is_unknown(cell[1])]
    counted = [cell for cell in known if _counts(cell[2])]
    lines = _waterfall(specification, counted, whole)
    shown = [_line(specification, *cell, 0.0, whole) for cell in known if not _counts(cell[2])]
    gone = [leaf for leaf, value, _ in cells if _is_unknown(value) and leaf.weight.ever]
    return Explanation(
        composite=meters[0],
        dimensions=meters[1:],
        lines=lines,
        uncounted=shown,
        unknown=_by_dimension(specification, (each for each in gone if not _may_be_absent(each))),
        absent=_by_dimension(specification, (each for each in gone if _may_be_absent(each))),
        cautions=_cautions([*lines, *shown]),
    )


def _is_unknown(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _counts(contribution: float | None) -> bool:
    return contribution is not None and abs(contribution) > NOTHING


def _may_be_absent(leaf: Leaf) -> bool:
    """Whether the leaf may be missing without anything being unknown: it counts when present."""
    return leaf.optional or leaf.when_present


def _waterfall(specification: Specification, cells: Sequence[Cell], whole: float) -> list[Line]:
    """The counted indicators, each starting where the one before it ended."""
    starts = accumulate((cell[2] or 0.0 for cell in cells), initial=0.0)
    return [
        _line(specification, *cell, start, whole)
        for cell, start in zip(cells, starts, strict=False)
    ]


def _line(
    specification: Specification,
    leaf: Leaf,
    value: float | None,
    contribution: float | None,
    start: float,
    whole: float,
) -> Line:
    indicator = INDICATORS.get(leaf.column)
    return Line(
        label=leaf.label,
        code=leaf.code,
        dimension=_dimension(specification, leaf).code,
        group=_dimension(specification, leaf).label,
        raw=wording.raw(indicator, math.nan if value is None else value),
        unit=wording.unit(indicator),
        points=contribution if contribution is not None and _counts(contribution) else 0.0,
        start=start,
        scale=whole,
        caution=indicator.caution if indicator else "",
        proxy_for=indicator.proxy_for if indicator else "",
    )


def _dimension(specification: Specification, leaf: Leaf) -> Node | Leaf:
    """The root's child above a leaf; the leaf itself where it hangs on the root."""
    above = leaf.path.split("/")[1]
    return next(child for child in specification.root.children if child.code == above)


def _by_dimension(specification: Specification, leaves: Iterable[Leaf]) -> list[tuple[str, str]]:
    """The labels of leaves, joined per dimension."""
    groups: dict[str, list[str]] = {}
    for leaf in leaves:
        groups.setdefault(_dimension(specification, leaf).label, []).append(leaf.label)
    return [(group, ", ".join(labels)) for group, labels in groups.items()]


def _cautions(lines: Iterable[Line]) -> list[str]:
    """Each caution once, in the order of the lines."""
    return list(dict.fromkeys(line.caution for line in lines if line.caution))


def _meter(score: ScoreColumns, specification: Specification, index: int) -> Meter:
    code = NODES[index]
    value: float | None = getattr(score, code)
    return Meter(
        code=code,
        label=_labels(specification.nodes).get(code, code.capitalize()),
        score=value,
        low=_cell(score.node_low, index),
        high=_cell(score.node_high, index),
        context=_cell(score.context, index),
        residual=_cell(score.residual, index),
        coverage=_cell(score.node_coverage, index),
        band=band_of(value, specification),
    )


def _labels(nodes: Iterable[Node]) -> dict[str, str]:
    return {node.code: node.label[:1].upper() + node.label[1:] for node in nodes}


def band_of(value: float | None, specification: Specification) -> int:
    """The band of one score under a method; not assessed where there is none."""
    if value is None:
        return Band.NOT_ASSESSED
    return 1 + sum(value >= band.start for band in specification.bands[1:])


def _cell(values: Sequence[float | None], index: int) -> float | None:
    """One cell of a per-node array; None where the array is short or the cell is NaN."""
    value = values[index] if index < len(values) else None
    return None if value is None or math.isnan(value) else value
