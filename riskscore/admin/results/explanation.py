"""Why a score is what it is: the rows of ``scoring.explanation``, laid out for a page."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from django.utils import timezone
from django.utils.safestring import SafeString

from riskscore.admin.results import citations
from riskscore.admin.results.citations import Cited
from riskscore.admin.ui import charts, wording
from riskscore.scoring.explanation import (
    DimensionRow,
    Explanation,
    IndicatorRow,
    MineralResult,
    NodeFigures,
    Status,
)

UNKNOWN = (Status.UNKNOWN, Status.DOES_NOT_APPLY)


@dataclass(frozen=True, slots=True)
class Meter:
    """The composite or a dimension as a bar, and its numbers as words."""

    figures: NodeFigures
    minerals: Sequence[MineralResult] = ()
    interval: tuple[float, float] | None = None

    @property
    def interval_words(self) -> str:
        """The 90 % interval, where it was drawn."""
        if self.interval is None:
            return ""
        low, high = (wording.points(end) for end in self.interval)
        return f"90 % interval {low} to {high}"

    @property
    def decided_by(self) -> str:
        """The mineral that the dimension is about, and what the project's others would give."""
        decided = next((row for row in self.minerals if row.decided), None)
        others = ", ".join(
            f"{wording.code(row.mineral)} {wording.points(row.score)}"
            for row in self.minerals
            if not row.decided
        )
        if decided is None:
            return ""
        return f"decided by {wording.code(decided.mineral)}" + (f" ({others})" if others else "")

    @property
    def label(self) -> str:
        """Its name, as a heading."""
        return _capital(self.figures.label)

    @property
    def score(self) -> float | None:
        return self.figures.score

    @property
    def chart(self) -> SafeString:
        """The node as a bar on the scale 0..100."""
        return charts.meter(
            self.score,
            low=self.figures.low,
            high=self.figures.high,
            context=self.figures.context,
            interval=self.interval,
            look=self.look,
        )

    @property
    def look(self) -> str:
        """The style of its band."""
        return wording.band_class(self.figures.band)

    @property
    def words(self) -> str:
        """The band, or why there is none, with what is known beside it and never in its place."""
        if self.score is not None:
            return self.figures.band.label
        known = self.figures.context
        context = "" if known is None else f" – context {wording.points(known)}"
        return f"not assessed{context}{self.between}"

    @property
    def between(self) -> str:
        """The best and the worst case of all that is unknown, where they differ."""
        low, high = self.figures.low, self.figures.high
        if low is None or high is None or high - low < 0.05:
            return ""
        return f", between {wording.points(low)} and {wording.points(high)}"

    @property
    def points(self) -> str:
        return wording.points(self.score)

    @property
    def known(self) -> str:
        return wording.share(self.figures.coverage)

    @property
    def controlled(self) -> str:
        """The residual score, where evidence of control lowers it."""
        score, residual = self.figures.score, self.figures.residual
        if residual is None or score is None or score - residual < 0.05:
            return ""
        return wording.points(residual)


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of a score: its raw value, its points, and what a reader must be told.

    ``start`` and ``scale`` place its step of the waterfall, in points.
    """

    row: IndicatorRow
    dimension: str
    group: str
    start: float
    scale: float
    project: int

    @property
    def label(self) -> str:
        return self.row.leaf.label

    @property
    def raw(self) -> str:
        """The value as its indicator means it."""
        value = math.nan if self.row.value is None else self.row.value
        return wording.raw(self.row.indicator, value)

    @property
    def unit(self) -> str:
        return wording.unit(self.row.indicator)

    @property
    def about(self) -> str:
        """The mineral, the place and the years that the value is about, and its error."""
        subject = self.row.subject
        error = subject.standard_error
        return ", ".join(
            part
            for part in (
                wording.code(subject.mineral or ""),
                subject.place or "",
                subject.years,
                "" if error is None else f"± {error:.2g}",
            )
            if part
        )

    @property
    def points(self) -> float:
        return self.row.contribution or 0.0

    @property
    def caution(self) -> str:
        return self.row.indicator.caution

    @property
    def proxy_for(self) -> str:
        return self.row.indicator.proxy_for

    @property
    def cited(self) -> Sequence[Cited]:
        """Where the value can be read."""
        return citations.of(self.row, self.project)

    @property
    def sources(self) -> str:
        """The releases that the value came from, each with its licence."""
        return "; ".join(
            f"{source['release']} ({source['licence']})"
            for source in self.row.sources
            if "release" in source
        )

    @property
    def subject(self) -> str:
        """Codes of the mineral and of the place that the value is about."""
        subject = self.row.subject
        return ", ".join(
            part for part in (wording.code(subject.mineral or ""), subject.place or "") if part
        )

    @property
    def age(self) -> str:
        """How many years ago its newest fact was so."""
        year = self.row.subject.year
        if year is None:
            return ""
        years = timezone.now().year - year
        return f"{years} year{'' if years == 1 else 's'}"

    @property
    def details(self) -> Sequence[tuple[str, str]]:
        """What else there is to know of the number, as (name, words)."""
        error = self.row.subject.standard_error
        parts = (
            ("Weight", f"{self.row.weight:g} in {wording.code(self.row.leaf.path.split('/')[-2])}"),
            ("Scale", self._scale),
            ("Standard error", "not stated" if error is None else f"± {error:.2g}"),
            ("Age", self.age),
            ("Why it counts", self.row.leaf.reason),
            ("What it is", self.row.indicator.about),
        )
        return [(name, words) for name, words in parts if words]

    @property
    def _scale(self) -> str:
        scaling = self.row.leaf.scaling
        given = [
            f"{wording.code(str(name))} {_listed(value)}"
            for name, value in scaling.parameters().items()
            if value not in (None, False, ())
        ]
        return f"{wording.code(scaling.kind)}: {', '.join(given)}" if given else scaling.kind

    @property
    def nearest(self) -> str:
        """What a distance was measured to."""
        return self.row.nearest

    @property
    def chart(self) -> SafeString:
        """Its step of the waterfall, which is as wide as the whole score."""
        return charts.step(self.start, self.points, scale=self.scale, look=f"of-{self.dimension}")

    @property
    def worth(self) -> str:
        return wording.points(self.points)


@dataclass(frozen=True, slots=True)
class Layout:
    """One score on a page. ``lines`` add up to the composite; ``uncounted`` are known, but add
    nothing; of what is unknown, ``unknown`` lowers the coverage and ``absent`` does not.
    ``not_in_share`` says what the coverage does not count, known or not."""

    composite: Meter
    dimensions: Sequence[Meter]
    lines: Sequence[Line]
    uncounted: Sequence[Line]
    unknown: Sequence[tuple[str, str]]
    absent: Sequence[tuple[str, str]]
    cautions: Sequence[str] = field(default=())
    not_in_share: Sequence[str] = field(default=())

    @property
    def total(self) -> float:
        """The sum of the contributions, which is the composite."""
        return sum(line.points for line in self.lines)


def layout(
    result: Explanation, project: int, intervals: Mapping[str, tuple[float, float]] | None = None
) -> Layout:
    """Lay out the explanation of a project's score. ``intervals``: by node, where drawn."""
    assessed = result.composite.score is not None
    lines = _waterfall(result, project) if assessed else []
    counted = Status.COUNTED if assessed else None
    shown = [
        _line(row, each, 0.0, 100.0, project)
        for each in result.dimensions
        for row in each.indicators
        if row.status not in (*UNKNOWN, counted)
    ]
    drawn = intervals or {}
    return Layout(
        composite=Meter(result.composite, interval=drawn.get(result.composite.code)),
        dimensions=[
            Meter(each.figures, each.minerals, drawn.get(each.figures.code))
            for each in result.dimensions
        ],
        lines=lines,
        uncounted=shown,
        unknown=_missing(result, lowers_coverage=True),
        absent=_missing(result, lowers_coverage=False),
        cautions=_cautions([*lines, *shown]),
        not_in_share=_not_in_share(result),
    )


def _not_in_share(result: Explanation) -> list[str]:
    """What the coverage never counts, by name, and where it is counted instead: sentences."""
    rows = [
        row.leaf
        for each in result.dimensions
        for row in each.indicators
        if row.weight and row.leaf.optional and row.status != Status.DOES_NOT_APPLY
    ]
    raising = dict.fromkeys(leaf.label for leaf in rows if leaf.raises_only)
    others = dict.fromkeys(leaf.label for leaf in rows if not leaf.raises_only)
    where = "is in the range, not in this share" if result.bounds_hold else "is not in this share"
    said = (("What can only raise a score when it is known", raising),
            ("What counts only when it is known", others))  # fmt: skip
    return [f"{what} ({', '.join(names)}) {where}." for what, names in said if names]


def _waterfall(result: Explanation, project: int) -> list[Line]:
    """The counted indicators, each starting where the one before it ended."""
    counted = [
        (row, each)
        for each in result.dimensions
        for row in each.indicators
        if row.status == Status.COUNTED
    ]
    starts = accumulate((row.contribution or 0.0 for row, _ in counted), initial=0.0)
    whole = result.composite.score or 100.0
    return [
        _line(row, each, start, whole, project)
        for (row, each), start in zip(counted, starts, strict=False)
    ]


def _line(
    row: IndicatorRow, dimension: DimensionRow, start: float, scale: float, project: int
) -> Line:
    figures = dimension.figures
    return Line(row, figures.code, _capital(figures.label), start, scale, project)


def _listed(value: object) -> str:
    """A parameter of a scale: a number, or a table of them."""
    if isinstance(value, Mapping):
        return ", ".join(f"{wording.code(str(key))} {number}" for key, number in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _missing(result: Explanation, *, lowers_coverage: bool) -> list[tuple[str, str]]:
    """The labels of what is unknown, joined per dimension."""
    groups = [
        (
            _capital(each.figures.label),
            ", ".join(
                row.leaf.label
                for row in each.indicators
                if row.status in UNKNOWN and row.lowers_coverage == lowers_coverage
            ),
        )
        for each in result.dimensions
    ]
    return [(group, labels) for group, labels in groups if labels]


def _cautions(lines: Iterable[Line]) -> list[str]:
    """Each caution once, in the order of the lines."""
    return list(dict.fromkeys(line.caution for line in lines if line.caution))


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
