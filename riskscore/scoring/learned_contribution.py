"""What learned models add to a score: what it would be without them, and their own words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from riskscore.engine.catalogue import LEARNED
from riskscore.engine.explain.without import Stored, without
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Leaf
from riskscore.models import Prediction

Values = Sequence[float | None]
KINDS = {column: kind for kind, column in LEARNED.items()}


@dataclass(frozen=True, slots=True)
class Spoken:
    """One prediction in a score: the leaf that it fills, its points there, and the model's row."""

    leaf: Leaf
    points: float | None
    prediction: Prediction


def without_learned(method: Specification, stored: Stored) -> dict[str, float | None]:
    """The scores by node as if there were no learned model; empty where none counts."""
    return without(method, stored, LEARNED.values())


def spoken(
    method: Specification, project: int, edition: int, inputs: Values, points: Values
) -> list[Spoken]:
    """The predictions that a score was made with, from the models in use at its edition.

    A project has several minerals; the prediction is the one whose probability was scored. Where
    the project has moved since, there is none.
    """
    found = []
    for leaf, value, part in zip(method.leaves, inputs, points, strict=True):
        if leaf.column in KINDS and value is not None and not math.isnan(value):
            rows = _of_project(project, KINDS[leaf.column], edition)
            row = rows.filter(probability=value).order_by("mineral_id").first()
            found += [Spoken(leaf, part, row)] if row else []
    return found


def _of_project(project: int, kind: str, edition: int) -> QuerySet[Prediction]:
    """What the champion of the edition says of a project's place and minerals."""
    in_use = Q(model__champion_until=None) | Q(model__champion_until__gt=edition)
    return Prediction.objects.filter(
        in_use,
        model__kind=kind,
        model__champion_from__lte=edition,
        place__projects=project,
        mineral__projects__project=project,
    ).select_related("model", "mineral")
