"""What learned models add to scores: what they would be without them, and their predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

from django.db.models import QuerySet

from riskscore.engine.catalogue import LEARNED
from riskscore.engine.explain.without import SAME, Stored, without, without_each
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Leaf
from riskscore.models import Lens, Prediction, Score
from riskscore.models.learned import in_force
from riskscore.models.scores import NODES
from riskscore.scoring.methods import fitted_method
from riskscore.scoring.stored_score import NOBODY, StoredScore, by_node, not_nan

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


def learned_part(
    method: Specification,
    score: StoredScore,
    bare: Mapping[str, float | None] | None = None,
) -> LearnedPart:
    """Both halves, as the API and the admin pages show them; ``bare`` is the first, if known."""
    bare = without_learned(method, score) if bare is None else bare
    return LearnedPart(bare, predictions(method, score))


def without_learned(method: Specification, score: StoredScore) -> dict[str, float | None]:
    """The scores by node as if there were no learned model; empty where none counts."""
    if score.node_without_learned is not None:
        return by_node(score.node_without_learned)
    return without(method, score.for_engine, LEARNED.values())


#: What ``without_learned_each`` needs of a row.
NEEDED = (
    *NODES, "node_without_learned", "inputs", "method_id", "project__kind", "lens__importer_id",
)  # fmt: skip


def without_learned_each(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, float | None]]:
    """The same of many rows of ``.values(*NEEDED)`` at once: a page or a chunk.

    Rows from before it was kept with the score are scored again.
    """
    made = iter(_scored_again([row for row in rows if row["node_without_learned"] is None]))
    kept = (row["node_without_learned"] for row in rows)
    return [next(made) if values is None else by_node(values) for values in kept]


def any_from_before(lens: int) -> bool:
    """Whether a current score of a buyer's view has to be scored again."""
    return Score.objects.filter(lens=lens, node_without_learned__isnull=True).exists()


def _scored_again(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, float | None]]:
    result: list[dict[str, float | None]] = [{} for _ in rows]
    for method_id in {row["method_id"] for row in rows}:
        at = [number for number, row in enumerate(rows) if row["method_id"] == method_id]
        stored = [_stored(rows[number]) for number in at]
        found = without_each(fitted_method(method_id).method, stored, LEARNED.values())
        for number, scores in zip(at, found, strict=True):
            result[number] = scores
    return result


def _stored(row: Mapping[str, Any]) -> Stored:
    scores = {node: row[node] for node in NODES}
    imports = row["lens__importer_id"] != NOBODY
    return Stored(row["inputs"], scores, row["project__kind"], imports)


#: Scores that are counted at once.
CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Moved:
    """Of all composites through a lens: how many learned models move, and by how many points.

    ``only_with`` counts those that are assessed with the models alone; they are in no difference.
    """

    scores: int
    moved: int
    largest: float
    median: float
    only_with: int


def moved(lens: Lens) -> Moved:
    """Count what learned models do to the composites through a lens, by the same scores without
    them that pages and API show."""
    rows = Score.objects.filter(lens=lens).values(*NEEDED)
    scores, only_with, differences = 0, 0, []
    source = rows.iterator(chunk_size=CHUNK)
    while chunk := [*islice(source, CHUNK)]:
        scores += len(chunk)
        for row, bare in zip(chunk, without_learned_each(chunk), strict=True):
            full, plain = row["composite"], bare.get("composite")
            if full is None or not bare:
                continue
            only_with += plain is None
            differences += [] if plain is None else [abs(full - plain)]
    changed = [each for each in differences if each > SAME]
    largest = max(changed, default=0.0)
    return Moved(scores, len(changed), largest, median(changed or [0.0]), only_with)


def predictions(method: Specification, score: StoredScore) -> tuple[PredictionInScore, ...]:
    """The predictions that a score was made with, from the models in use at its edition.

    A project has several minerals; the prediction is the one whose probability was scored. Where
    the project has moved since, there is none.
    """
    parts = [
        (leaf, probability, not_nan(points))
        for leaf, value, points in zip(
            method.leaves, score.inputs, score.contributions, strict=True
        )
        if leaf.column in KINDS and (probability := not_nan(value)) is not None
    ]
    rows = list(_of_project(score.project_id, score.edition)) if parts else []
    result = []
    for leaf, probability, points in parts:
        scored = (
            row
            for row in rows
            if (row.model.kind, row.probability) == (KINDS[leaf.column], probability)
        )
        result += [PredictionInScore(leaf, points, row) for row in islice(scored, 1)]
    return tuple(result)


def _of_project(project: int, edition: int) -> QuerySet[Prediction]:
    """What the champions of the edition predict for a project's place and minerals."""
    rows = Prediction.objects.filter(
        model__in=in_force(edition), place__projects=project, mineral__projects__project=project
    )
    related = rows.select_related("model", "mineral").defer("model__card")
    return related.order_by("mineral_id")
