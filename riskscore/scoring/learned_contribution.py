"""What learned models add to a score: what it would be without them, and their predictions."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from riskscore.engine.catalogue import LEARNED
from riskscore.engine.explain.without import without
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Leaf
from riskscore.models import Prediction
from riskscore.scoring.stored_score import StoredScore, not_nan

KINDS = {column: kind for kind, column in LEARNED.items()}


@dataclass(frozen=True, slots=True)
class PredictionInScore:
    """One prediction in a score: the leaf that it fills, its points there, and the model's row."""

    leaf: Leaf
    points: float | None
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class LearnedPart:
    """What learned models do to one score.

    ``without``: the scores by node if there were no learned model, None is not assessed; empty
    where none counts. ``predictions``: those that the score was made with.
    """

    without: Mapping[str, float | None]
    predictions: tuple[PredictionInScore, ...]


def learned_part(method: Specification, score: StoredScore) -> LearnedPart:
    """Both halves, as the API and the admin pages show them."""
    return LearnedPart(without_learned(method, score), predictions(method, score))


def without_learned(method: Specification, score: StoredScore) -> dict[str, float | None]:
    """The scores by node as if there were no learned model; empty where none counts."""
    return without(method, score.for_engine, LEARNED.values())


def predictions(method: Specification, score: StoredScore) -> tuple[PredictionInScore, ...]:
    """The predictions that a score was made with, from the models in use at its edition.

    A project has several minerals; the prediction is the one whose probability was scored. Where
    the project has moved since, there is none.
    """
    result = []
    for leaf, value, points in zip(method.leaves, score.inputs, score.contributions, strict=True):
        if leaf.column in KINDS and (probability := not_nan(value)) is not None:
            rows = _of_project(score.project_id, KINDS[leaf.column], score.edition)
            row = rows.filter(probability=probability).order_by("mineral_id").first()
            result += [PredictionInScore(leaf, not_nan(points), row)] if row else []
    return tuple(result)


def _of_project(project: int, kind: str, edition: int) -> QuerySet[Prediction]:
    """What the champion of the edition predicts for a project's place and minerals."""
    in_use = Q(model__champion_until=None) | Q(model__champion_until__gt=edition)
    return Prediction.objects.filter(
        in_use,
        model__kind=kind,
        model__champion_from__lte=edition,
        place__projects=project,
        mineral__projects__project=project,
    ).select_related("model", "mineral")
