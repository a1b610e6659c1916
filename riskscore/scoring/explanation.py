"""Why a project has its score: every indicator, what it says, and what it adds.

The contributions were stored with the score and add up to the composite; nothing is computed
again here, so an explanation cannot differ from what it explains. The API and the admin pages lay
out what is built here: the same rows, statuses and words.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from riskscore.engine import catalogue
from riskscore.engine.catalogue import Indicator, Level
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Leaf, Node, Weight
from riskscore.models import Method
from riskscore.models.scores import NODES, Band
from riskscore.scoring import provenance
from riskscore.scoring.mineral_numbers import minerals_by_number
from riskscore.scoring.project_inputs import map_distances
from riskscore.scoring.provenance import Citation
from riskscore.scoring.stored_score import StoredScore, not_nan

Codes = Mapping[int, str]
#: A method may read a column of its own; nothing more is known of it than the method says.
NOT_IN_CATALOGUE = Indicator("", "", Level.PROJECT, "", 1, "", ())


class Status(StrEnum):
    """What a value does in the score."""

    COUNTED = "counted"
    #: Known, and without weight here.
    SHOWN = "shown"
    #: Known, but its dimension is not assessed, so it adds nothing.
    CONTEXT = "context"
    UNKNOWN = "unknown"
    #: It is about a buyer, and nobody in particular buys.
    DOES_NOT_APPLY = "does_not_apply"


STATUS_WORDS = {
    Status.COUNTED: "counted",
    Status.SHOWN: "no weight here",
    Status.CONTEXT: "its dimension is not assessed, so it adds nothing",
    Status.UNKNOWN: "unknown",
    Status.DOES_NOT_APPLY: "it is about a buyer, and the score is seen from nobody's side",
}


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """The numbers of the composite or of a dimension, 0..100; None is not assessed or unknown.

    ``context`` is the value of what is known, ``low`` and ``high`` the score if all that is unknown
    were best and worst, ``coverage`` the share of the weight that is known, 0..1, ``residual`` the
    score after controls on record.
    """

    code: str
    label: str
    score: float | None
    band: Band
    context: float | None
    low: float | None
    high: float | None
    coverage: float | None
    residual: float | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a value is about: codes of its mineral and its place, the years of its oldest and newest
    facts, and its standard error in the value's unit; None where it is about none, or none is
    stated."""

    mineral: str | None
    place: str | None
    first_year: int | None
    year: int | None
    standard_error: float | None

    @property
    def years(self) -> str:
        """A year, or the years of a mean, as text; empty where there is none."""
        if self.year is None:
            return ""
        first = self.first_year
        return f"{self.year}" if first in (None, self.year) else f"{first}–{self.year}"


@dataclass(frozen=True, slots=True)
class MineralResult:
    """What a dimension would be if it were about one of the project's minerals; None is not
    assessed. ``decided``: it is the one that the score is about."""

    mineral: str
    score: float | None
    decided: bool


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator: ``value`` as it was scored, ``level`` its word if it is ordinal, the points
    that it adds to the composite, its nominal ``weight`` for this kind of site, ``sources``: the
    releases that the value came from, and ``nearest``: what a distance was measured to."""

    leaf: Leaf
    indicator: Indicator
    value: float | None
    level: str | None
    status: Status
    contribution: float | None
    weight: float
    sources: Sequence[Citation]
    subject: Subject
    nearest: str = ""

    @property
    def lowers_coverage(self) -> bool:
        """Whether the dimension's coverage falls when the value is unknown."""
        may_be_absent = self.leaf.optional or self.leaf.when_present
        return bool(self.weight) and not may_be_absent and self.status != Status.DOES_NOT_APPLY

    @property
    def status_words(self) -> str:
        """The status as a page says it."""
        return STATUS_WORDS[self.status]


@dataclass(frozen=True, slots=True)
class DimensionRow:
    """One dimension: its figures, what it adds to the composite, its nominal weight and reason.

    ``minerals``: where the method takes the worst mineral for the dimension as a whole, what each
    of the project's minerals gives, the worst first; else empty.
    """

    figures: NodeFigures
    contribution: float | None
    weight: float
    reason: str
    indicators: Sequence[IndicatorRow]
    minerals: Sequence[MineralResult] = ()

    @property
    def mineral(self) -> str | None:
        """The mineral that decided, None where none did."""
        return next((row.mineral for row in self.minerals if row.decided), None)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One score: the composite, the dimensions, and the sum of all contributions.

    ``bounds_hold``: by the rules of its method, low and high allow for what is optional too."""

    composite: NodeFigures
    dimensions: Sequence[DimensionRow]
    contributions_sum: float | None
    bounds_hold: bool = True


class Beside(NamedTuple):
    """What is looked up once for all rows: releases by leaf, codes of minerals by number, and what
    distances were measured to by indicator."""

    sources: Mapping[str, Sequence[Citation]]
    codes: Codes
    near: Mapping[str, map_distances.Neighbour]


@lru_cache(maxsize=16)
def specification(method_id: int, _digest: str) -> Specification:
    """A published method, parsed once per process; its hash says that it is still the same."""
    return Specification.from_dict(Method.objects.values_list("spec", flat=True).get(pk=method_id))


def explain(method: Specification, score: StoredScore) -> Explanation:
    """The explanation of a stored score under the very method version that made it."""
    near = map_distances.nearest_to(score.project_id, score.edition, _known(method, score))
    beside = Beside(provenance.sources(method, score, near), minerals_by_number(), near)
    branches = [
        node for node in method.root.children if isinstance(node, Node) and node.code in NODES
    ]
    return Explanation(
        composite=_figures(score, method.root, method),
        dimensions=[
            _dimension(score, node, method, beside)
            for node in sorted(branches, key=lambda node: NODES.index(node.code))
        ],
        contributions_sum=not_nan(math.fsum(_numbers(score.contributions))),
        bounds_hold=method.rules >= 2,
    )


def _known(method: Specification, score: StoredScore) -> dict[str, float]:
    """What is known of the inputs, by column."""
    each = zip(method.leaves, score.inputs, strict=True)
    return {leaf.column: value for leaf, raw in each if (value := not_nan(raw)) is not None}


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _figures(score: StoredScore, node: Node, method: Specification) -> NodeFigures:
    code = node.code if node.code in NODES else NODES[0]
    value = score.scores[code]
    return NodeFigures(
        code=code,
        label=node.label,
        score=value,
        band=Band.of(value, [band.start for band in method.bands]),
        context=score.at_node("context", code),
        low=score.at_node("node_low", code),
        high=score.at_node("node_high", code),
        coverage=score.at_node("node_coverage", code),
        residual=score.at_node("residual", code),
    )


def _dimension(
    score: StoredScore,
    node: Node,
    method: Specification,
    beside: Beside,
) -> DimensionRow:
    below = [
        (at, leaf) for at, leaf in enumerate(method.leaves) if leaf.path.startswith(f"{node.path}/")
    ]
    parts = _numbers([score.contributions[at] for at, _ in below])
    assessed = score.scores["composite"] is not None
    return DimensionRow(
        figures=_figures(score, node, method),
        contribution=not_nan(math.fsum(parts)) if assessed else None,
        weight=_weight(node.weight, score.kind),
        reason=node.reason,
        indicators=[_indicator(score, node, at, leaf, beside) for at, leaf in below],
        minerals=_minerals(score, node, beside.codes),
    )


def _minerals(score: StoredScore, node: Node, codes: Codes) -> list[MineralResult]:
    decided = score.mineral_of(node.code)
    if decided is None:
        return []
    rows = [
        MineralResult(codes.get(row.mineral, "?"), row.scores[node.code], row.mineral == decided)
        for row in score.by_mineral()
    ]
    return sorted(rows, key=lambda row: (not row.decided, -(row.score or 0.0), row.mineral))


def _subject(score: StoredScore, at: int, indicator: Indicator, codes: Codes) -> Subject:
    about = score.about(at)
    return Subject(
        mineral=None if about.mineral is None else codes.get(about.mineral),
        place=score.place_id if "place" in indicator.level else None,
        first_year=about.first_year,
        year=about.year,
        standard_error=about.standard_error,
    )


def _indicator(
    score: StoredScore,
    node: Node,
    at: int,
    leaf: Leaf,
    beside: Beside,
) -> IndicatorRow:
    indicator = catalogue.INDICATORS.get(leaf.column, NOT_IN_CATALOGUE)
    value = not_nan(score.inputs[at])
    weight = _weight(leaf.weight, score.kind)
    return IndicatorRow(
        leaf=leaf,
        indicator=indicator,
        value=value,
        level=level_word(indicator, value),
        status=_status(score, node, indicator, value, weight),
        contribution=not_nan(score.contributions[at]),
        weight=weight,
        sources=beside.sources[leaf.code],
        subject=_subject(score, at, indicator, beside.codes),
        nearest=str(beside.near.get(leaf.column, "")),
    )


def _status(
    score: StoredScore, node: Node, indicator: Indicator, value: float | None, weight: float
) -> Status:
    if value is None:
        of_a_buyer = indicator.level.startswith("importer")
        return Status.DOES_NOT_APPLY if of_a_buyer and not score.imports else Status.UNKNOWN
    if not weight:
        return Status.SHOWN
    return Status.COUNTED if score.scores[node.code] is not None else Status.CONTEXT


def level_word(indicator: Indicator, value: float | None) -> str | None:
    """The word of an ordinal value; None for one that is not ordinal or names no level."""
    if value is None or value != int(value) or not 0 <= value < len(indicator.levels):
        return None
    return indicator.levels[int(value)]


def _weight(weight: Weight, kind: str) -> float:
    return dict(weight.by_group).get(kind, weight.default)
