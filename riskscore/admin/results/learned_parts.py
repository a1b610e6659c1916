"""A score with and without learned models, and their predictions in it, laid out for a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from riskscore.admin.ui import wording
from riskscore.engine.method import Method as Specification
from riskscore.models.scores import NODES
from riskscore.scoring.learned_contribution import PredictionInScore, learned_part
from riskscore.scoring.stored_score import StoredScore

#: What each kind of model predicts, in words that go before "of copper".
EVENTS = {"disruption": "a sharp fall of exports", "labour": "a listing for forced or child labour"}


OUTSIDE = "; outside the population that the model was evaluated on, see its card"


@dataclass(frozen=True, slots=True)
class WithWithout:
    """One node's score with learned models and without."""

    label: str
    full: float | None
    bare: float | None

    @property
    def cells(self) -> tuple[str, str, str]:
        """With, without, and the difference where both are known."""
        if self.full is None or self.bare is None:
            return wording.points(self.full), wording.points(self.bare), wording.NOTHING
        difference = f"{self.full - self.bare:+.1f}".replace("-", "−")
        return wording.points(self.full), wording.points(self.bare), difference


@dataclass(frozen=True, slots=True)
class PredictionView:
    """One prediction: a sentence, its points, and the reasons that add up to it."""

    words: str
    points: str
    mean: str
    reasons: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LearnedLayout:
    """What learned models add to one score; empty where none counts."""

    with_without: Sequence[WithWithout]
    predictions: Sequence[PredictionView]


def learned_layout(method: Specification, score: StoredScore) -> LearnedLayout:
    """Lay out a stored score with and without learned models."""
    part = learned_part(method, score)
    labels = {node.code: node.label for node in method.nodes}
    return LearnedLayout(
        [
            WithWithout(labels[node], score.scores[node], part.without[node])
            for node in NODES
            if node in part.without
        ],
        [_view(each) for each in part.predictions],
    )


def _view(result: PredictionInScore) -> PredictionView:
    row = result.prediction
    interval = f"{row.low:.1%} to {row.high:.1%}"
    event = EVENTS.get(row.model.kind, row.model.kind)
    reasons = sorted(row.contributions, key=lambda pair: -abs(pair[1]))
    return PredictionView(
        f"{row.model}: {event} of {row.mineral.name.lower()} in {row.year}, "
        f"{row.probability:.1%} ({interval}){'' if row.judged else OUTSIDE}",
        wording.points(result.points),
        f"{row.mean:.1%}",
        [(name, f"{100 * added:+.1f}".replace("-", "−")) for name, added in reasons],
    )
