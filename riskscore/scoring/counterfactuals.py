"""What would move a score to the next band: one input at a time, through the whole method.

The score is computed again from what its job pinned; each known input is then moved along its own
scale until the band changes. The API and the admin pages lay out what is built here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskscore.engine import catalogue
from riskscore.engine.catalogue import Indicator
from riskscore.engine.explain import counterfactual
from riskscore.engine.frame import Frame
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Leaf
from riskscore.models.scores import Band
from riskscore.scoring.explanation import NOT_IN_CATALOGUE, level_word
from riskscore.scoring.replay import CHANGED, CannotReplay, Row, replay

WHOLE = (
    "Each change is of one input alone, with all others as they are, and goes through the whole "
    "method. It is arithmetic, not a forecast and not advice."
)
UNKNOWN = (
    "Unknown inputs are not guessed at: {count} of the inputs here are unknown. The score's low "
    "and high say what they could do."
)
NONE = "No change of a single known input brings it into the next band."
NOT_ASSESSED = "It is not assessed, so it has no band to leave."
AT_THE_END = "It is in the {band} band already; there is none beyond."


@dataclass(frozen=True, slots=True)
class Step:
    """One change that is enough: raw value ``now`` and ``needed`` with the words for ordinal ones,
    the node's ``score`` then, and the ``effort``: the way as a share (0..1) of the scale."""

    leaf: Leaf
    indicator: Indicator
    now: float
    needed: float
    level_now: str | None
    level_needed: str | None
    score: float
    effort: float


@dataclass(frozen=True, slots=True)
class NextBand:
    """What would bring a node of a score into the next band, least effort first.

    ``target`` is None where there is no such band, ``unknown`` are the inputs that nobody knows.
    """

    row: Row
    node: str
    label: str
    score: float | None
    band: Band
    target: Band | None
    steps: Sequence[Step]
    unknown: Sequence[Leaf]
    notes: Sequence[str]


def next_band(row: Row, node: str, *, upwards: bool = False) -> NextBand:
    """Find the single changes that bring a node of a stored score into the next band.

    Raises CannotReplay when the score does not come out again from what its job pinned.
    """
    again = replay(row)
    if not again.identical:
        raise CannotReplay(CHANGED)
    fitted, frame = again.side.fitted, again.side.frame
    method = fitted.method
    branch = next(each for each in method.nodes if each.code == node)
    score: float | None = getattr(row, node)
    band = Band.of(score, [each.start for each in method.bands])
    target = _target(band, len(method.bands), upwards=upwards)
    below = {leaf.code for leaf in branch.leaves()}
    found = counterfactual.counterfactuals(
        fitted, frame, str(frame.keys[0]), node=node, upwards=upwards
    )
    steps = [_step(method, change) for change in found if change.leaf in below]
    unknown = [leaf for leaf in branch.leaves() if _is_unknown(leaf, frame)]
    notes = [_why_none(score, band, target)] if not steps else [WHOLE]
    if unknown:
        notes.append(UNKNOWN.format(count=len(unknown)))
    return NextBand(row, node, branch.label, score, band, target, steps, unknown, notes)


def _target(band: Band, bands: int, *, upwards: bool) -> Band | None:
    if band is Band.NOT_ASSESSED:
        return None
    number = band + (1 if upwards else -1)
    return Band(number) if 1 <= number <= bands else None


def _why_none(score: float | None, band: Band, target: Band | None) -> str:
    if score is None:
        return NOT_ASSESSED
    return NONE if target else AT_THE_END.format(band=band.label)


def _is_unknown(leaf: Leaf, frame: Frame) -> bool:
    """Whether it weighs somewhere and nobody knows it; what does not apply has no column."""
    has_column = leaf.column in frame.columns
    return leaf.weight.ever and has_column and bool(np.isnan(frame.column(leaf.column)[0]))


def _step(method: Specification, change: counterfactual.Change) -> Step:
    leaf = next(leaf for leaf in method.leaves if leaf.code == change.leaf)
    indicator = catalogue.INDICATORS.get(leaf.column, NOT_IN_CATALOGUE)
    return Step(
        leaf=leaf,
        indicator=indicator,
        now=change.now,
        needed=change.needed,
        level_now=level_word(indicator, change.now),
        level_needed=level_word(indicator, change.needed),
        score=change.score,
        effort=change.effort,
    )
