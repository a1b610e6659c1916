"""Why a score changed: the scores in force at two moments, and what the difference came from.

Both are computed again from what was known then, and every mix of old and new inputs, method and
learned model is scored: the parts are Shapley values and add up to the difference. The API and the
admin pages lay out what is built here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from riskscore.engine import catalogue
from riskscore.engine.catalogue import LEARNED, Indicator
from riskscore.engine.explain.attribution import Attribution, attribute
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Leaf
from riskscore.errors import NotFoundError
from riskscore.models import Score, ScoreHistory
from riskscore.models.scores import NODES
from riskscore.scoring.explanation import NOT_IN_CATALOGUE, level_word, specification
from riskscore.scoring.replay import CannotReplay, Row, sides
from riskscore.scoring.stored_score import not_nan

#: Points below this are rounding.
NOTHING = 1e-12
ADDS_UP = (
    "The parts are Shapley values over every mix of old and new inputs, method and learned model, "
    "so no order of changes is preferred, and they add up to the difference."
)
CANNOT = (
    "One of the two scores cannot be computed again: {why}. So the difference is not split into "
    "data, method and learned model; the values that both scores keep are compared instead."
)
SAME = "Between the two moments no number of the score changed."
NOT_ASSESSED = "Not assessed in one of the two scores, so without a difference: {nodes}."


class NoScoreThen(NotFoundError):
    """The project had no score at the moment asked for. ``words`` has a place for each moment."""

    code = "no_score_then"
    remedy = "Ask for a moment at or after the first score, which the message names."

    def __init__(self, words: str, *moments: datetime) -> None:
        self.words, self.moments = words, moments
        super().__init__(self.with_moments(datetime.isoformat))

    def with_moments(self, written: Callable[[datetime], str]) -> str:
        """The message with its moments written in some way."""
        return self.words.format(*(written(moment) for moment in self.moments))


@dataclass(frozen=True, slots=True)
class Parts:
    """What a difference came from, in points; the three add up to it."""

    data: float
    method: float
    model: float


@dataclass(frozen=True, slots=True)
class NodeChange:
    """The composite or a dimension, 0..100 before and after; None is not assessed. ``difference``
    and ``parts`` are None where either is, ``parts`` also where the scores cannot be replayed."""

    code: str
    label: str
    before: float | None
    after: float | None
    difference: float | None
    parts: Parts | None


@dataclass(frozen=True, slots=True)
class Stored:
    """One indicator in one of the two scores: its raw value (None unknown), the word for it if it
    is ordinal, and the points that it adds to the composite."""

    value: float | None = None
    level: str | None = None
    points: float | None = None


@dataclass(frozen=True, slots=True)
class IndicatorChange:
    """An indicator whose value or points moved. A method without it has nothing stored of it."""

    leaf: Leaf
    indicator: Indicator
    before: Stored
    after: Stored
    parts: Parts | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Two scores of a project through one lens, and the difference between them.

    ``replayed``: both came out again to the last bit, so the difference could be split.
    ``indicators`` are those that moved, in the order of the newer method.
    """

    before: Row
    after: Row
    nodes: Sequence[NodeChange]
    indicators: Sequence[IndicatorChange]
    replayed: bool
    notes: Sequence[str]


# --- Which two scores ---------------------------------------------------------------------------
def in_force(project: int, lens: int, moment: datetime) -> Row:
    """The score that a project had at a moment. Raises NoScoreThen before its first one."""
    current = _current(project, lens)
    if current and current.computed_at <= moment:
        return current
    # The bound on computed_at is the partition key's: later months are not looked into.
    past = _history(project, lens).filter(computed_at__lte=moment).first()
    if past is None:
        first = _history(project, lens).last() or current
        if first is None:
            raise NoScoreThen("no score at {}: none before", moment)
        raise NoScoreThen("no score at {}: history begins at {}", moment, first.computed_at)
    return past


def before(score: Row) -> Row:
    """The score that another one replaced: the last with other numbers. Raises NoScoreThen."""
    earlier = _history(score.project_id, score.lens_id).filter(computed_at__lt=score.computed_at)
    result = earlier.exclude(digest=bytes(score.digest)).first()
    if result is None:
        raise NoScoreThen(
            "nothing came before: history begins at {}, "
            "and no number of the score has changed since",
            score.computed_at,
        )
    return result


def _current(project: int, lens: int) -> Score | None:
    related = Score.objects.select_related("method", "lens", "project")
    return related.filter(project=project, lens=lens).first()


def _history(project: int, lens: int) -> QuerySet[ScoreHistory]:
    """The latest first: an index of each month's partition is read from its end."""
    related = ScoreHistory.objects.select_related("method", "lens", "project")
    return related.filter(project=project, lens=lens).order_by("-computed_at")


# --- What lies between them ---------------------------------------------------------------------
def changes(old: Row, new: Row) -> Changes:
    """Compare two scores of a project, and split the difference if both can be computed again."""
    try:
        found, note = _attributed(old, new), ADDS_UP
    except CannotReplay as refusal:
        found, note = {}, CANNOT.format(why=refusal.message)
    nodes = _nodes(old, new, found)
    missing = [node.label for node in nodes if node.difference is None]
    notes = [SAME] if bytes(old.digest) == bytes(new.digest) else [note]
    return Changes(
        before=old,
        after=new,
        nodes=nodes,
        indicators=_indicators(old, new, found.get(NODES[0])),
        replayed=bool(found),
        notes=[*notes, *([NOT_ASSESSED.format(nodes=", ".join(missing))] if missing else [])],
    )


def _attributed(old: Row, new: Row) -> dict[str, Attribution]:
    first, second = sides(old, new)
    learned = tuple(LEARNED.values())
    return {node: attribute(first, second, learned=learned, node=node) for node in NODES}


def _nodes(old: Row, new: Row, found: dict[str, Attribution]) -> list[NodeChange]:
    labels = {node.code: node.label for node in _method(new).nodes}
    return [
        _node(code, labels[code], getattr(old, code), getattr(new, code), found.get(code))
        for code in NODES
    ]


def _node(
    code: str, label: str, old: float | None, new: float | None, found: Attribution | None
) -> NodeChange:
    difference = None if old is None or new is None else new - old
    parts = None
    if found is not None and difference is not None:
        parts = _parts(found.data[0], found.method[0], found.model[0])
    return NodeChange(code, label, old, new, difference, parts)


def _parts(data: float, method: float, model: float) -> Parts | None:
    """None where a mix of old and new cannot be assessed, and so has no value to compare."""
    numbers = [not_nan(float(part)) for part in (data, method, model)]
    known = [number for number in numbers if number is not None]
    return Parts(*known) if len(known) == len(numbers) else None


def _indicators(old: Row, new: Row, found: Attribution | None) -> list[IndicatorChange]:
    was, now = _stored(old), _stored(new)
    gone = [leaf for leaf in _method(old).leaves if leaf.code not in now]
    rows = [
        IndicatorChange(
            leaf=leaf,
            indicator=catalogue.INDICATORS.get(leaf.column, NOT_IN_CATALOGUE),
            before=was.get(leaf.code, Stored()),
            after=now.get(leaf.code, Stored()),
            parts=_of_leaf(leaf.code, found),
        )
        for leaf in (*_method(new).leaves, *gone)
    ]
    return [row for row in rows if _moved(row)]


def _of_leaf(code: str, found: Attribution | None) -> Parts | None:
    if found is None:
        return None
    each = (found.by_leaf, found.method_by_leaf, found.model_by_leaf)
    return _parts(*(part[code][0] for part in each))


def _stored(row: Row) -> dict[str, Stored]:
    """What a score keeps of each indicator of the method that made it, by code of the leaf."""
    result = {}
    each = zip(_method(row).leaves, row.inputs, row.contributions, strict=True)
    for leaf, value, points in each:
        indicator = catalogue.INDICATORS.get(leaf.column, NOT_IN_CATALOGUE)
        known = not_nan(value)
        result[leaf.code] = Stored(known, level_word(indicator, known), not_nan(points))
    return result


def _moved(row: IndicatorChange) -> bool:
    points = (row.after.points or 0.0) - (row.before.points or 0.0)
    parts = (row.parts.data, row.parts.method, row.parts.model) if row.parts else ()
    return row.before.value != row.after.value or any(
        abs(number) > NOTHING for number in (points, *parts)
    )


def _method(row: Row) -> Specification:
    return specification(row.method_id, row.method.hash)
