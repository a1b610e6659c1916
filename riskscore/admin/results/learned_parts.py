"""A score with and without learned models, and what they say in it, laid out for a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from riskscore.admin.ui import wording
from riskscore.engine.explain.without import Stored
from riskscore.engine.method import Method as Specification
from riskscore.models import Score, ScoreHistory
from riskscore.models.scores import NODES
from riskscore.scoring import learned_contribution
from riskscore.scoring.learned_contribution import Spoken

NOBODY = "WLD"
#: What each kind of model predicts, in words that go before "of copper".
EVENTS = {"disruption": "a sharp fall of exports", "labour": "a listing for forced or child labour"}


OUTSIDE = "; outside the population that the model was judged on, see its card"


@dataclass(frozen=True, slots=True)
class Beside:
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
class Voice:
    """One prediction: a sentence, its points, and the reasons that add up to it."""

    words: str
    points: str
    mean: str
    reasons: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LearnedPart:
    """What learned models add to one score; empty where none says anything."""

    beside: Sequence[Beside]
    voices: Sequence[Voice]


def learned_part(score: Score | ScoreHistory, specification: Specification) -> LearnedPart:
    """Lay out a stored score with and without learned models."""
    scores: dict[str, float | None] = {node: getattr(score, node) for node in NODES}
    imports = score.lens.importer_id != NOBODY
    stored = Stored(score.inputs, scores, score.project.kind, imports)
    bare = learned_contribution.without_learned(specification, stored)
    labels = {node.code: node.label for node in specification.nodes}
    said = learned_contribution.spoken(
        specification, score.project_id, score.edition, score.inputs, score.contributions
    )
    return LearnedPart(
        [Beside(labels[node], scores[node], bare[node]) for node in NODES if node in bare],
        [_voice(each) for each in said],
    )


def _voice(spoken: Spoken) -> Voice:
    said = spoken.prediction
    interval = f"{said.low:.1%} to {said.high:.1%}"
    event = EVENTS.get(said.model.kind, said.model.kind)
    reasons = sorted(said.contributions, key=lambda pair: -abs(pair[1]))
    return Voice(
        f"{said.model}: {event} of {said.mineral.name.lower()} in {said.year}, "
        f"{said.probability:.1%} ({interval}){'' if said.judged else OUTSIDE}",
        wording.points(spoken.points),
        f"{said.mean:.1%}",
        [(name, f"{100 * added:+.1f}".replace("-", "−")) for name, added in reasons],
    )
