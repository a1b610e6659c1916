"""Why a score changed and what would move it, laid out for a page: the rows that the API gives."""

from collections.abc import Sequence
from dataclasses import dataclass

from riskscore.admin.ui import wording
from riskscore.engine.catalogue import Indicator
from riskscore.errors import RiskscoreError
from riskscore.models import Score, ScoreHistory
from riskscore.scoring.changes import Changes, NoScoreThen, Parts, before, changes
from riskscore.scoring.counterfactuals import NextBand, next_band
from riskscore.scoring.replay import CannotReplay


@dataclass(frozen=True, slots=True)
class Line:
    """A node or an indicator, before and after, with the points that each part added or took."""

    label: str
    before: str
    after: str
    data: str
    method: str
    model: str


@dataclass(frozen=True, slots=True)
class Why:
    """What the page shows. ``refusal`` says in words why one of the two halves is not there."""

    change: Changes | None
    nodes: Sequence[Line]
    indicators: Sequence[Line]
    steps: Sequence[tuple[str, str, str, str]]
    notes: Sequence[str]
    change_refusal: str = ""
    step_refusal: str = ""


def of(score: Score) -> Why:
    """The change since the version before, and the ways to the next lower band."""
    change, change_refusal = _change(score)
    target, step_refusal = _next(score)
    return Why(
        change=change,
        nodes=[] if change is None else _nodes(change),
        indicators=[] if change is None else _indicators(change),
        steps=[] if target is None else _steps(target),
        notes=[] if target is None else target.notes,
        change_refusal=change_refusal,
        step_refusal=step_refusal,
    )


def of_version(score: Score | ScoreHistory) -> Why:
    """The change between a version and the one before it, alone."""
    change, refusal = _change(score)
    nodes = [] if change is None else _nodes(change)
    indicators = [] if change is None else _indicators(change)
    return Why(change, nodes, indicators, [], [], refusal)


def _change(score: Score | ScoreHistory) -> tuple[Changes | None, str]:
    try:
        return changes(before(score), score), ""
    except NoScoreThen as refusal:
        return None, refusal.with_moments(wording.moment)
    except RiskscoreError as refusal:
        return None, str(refusal)


def _next(score: Score) -> tuple[NextBand | None, str]:
    try:
        return next_band(score, "composite"), ""
    except CannotReplay as refusal:
        return None, str(refusal)


def _nodes(change: Changes) -> list[Line]:
    return [
        Line(
            node.label, wording.points(node.before), wording.points(node.after), *_parts(node.parts)
        )
        for node in change.nodes
    ]


def _indicators(change: Changes) -> list[Line]:
    return [
        Line(
            row.leaf.label,
            _raw(row.indicator, row.before.value),
            _raw(row.indicator, row.after.value),
            *_parts(row.parts),
        )
        for row in change.indicators
    ]


def _parts(parts: Parts | None) -> tuple[str, str, str]:
    if parts is None:
        return (wording.NOTHING,) * 3
    data, method, model = (wording.signed(x) for x in (parts.data, parts.method, parts.model))
    return data, method, model


def _raw(indicator: Indicator, value: float | None) -> str:
    return wording.NOTHING if value is None else wording.raw(indicator, value)


def _steps(target: NextBand) -> list[tuple[str, str, str, str]]:
    """Label, raw value now and needed, and the way between them as a share of the scale."""
    return [
        (
            step.leaf.label,
            wording.raw(step.indicator, step.now),
            wording.raw(step.indicator, step.needed),
            wording.share(step.effort),
        )
        for step in target.steps
    ]
