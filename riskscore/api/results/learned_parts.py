"""A score with and without learned models, and their predictions in it, with their reasons."""

from riskscore.api.framework import shapes
from riskscore.api.framework.resources import Resource, Row, item, made
from riskscore.api.learned import PREDICTION
from riskscore.api.results.score_fields import SCORE_ITEM
from riskscore.engine.method import Method as Specification
from riskscore.models.scores import NODES
from riskscore.scoring.explanation import specification
from riskscore.scoring.learned_contribution import LearnedPart, learned_part, without_learned
from riskscore.scoring.stored_score import COLUMNS, StoredScore

ALSO = (*COLUMNS, "method_id", "method__hash")
WITHOUT = shapes.optional(
    shapes.record(
        {node: shapes.optional(shapes.number("0 to 100.")) for node in NODES},
        "The same scores if there were no learned model: computed by the same method from the "
        "same inputs. Null where no learned model counts.",
    )
)
IN_SCORE = shapes.record(
    {
        "indicator": shapes.text("Key of the indicator that it fills."),
        "model": shapes.text("Kind of the model: see /models."),
        "version": shapes.whole("Its version."),
        "points": shapes.optional(shapes.number("Points that it adds to the composite.")),
        **PREDICTION.schema()["properties"],
    },
    "One prediction. Its `mean` and the contributions, which are its reasons, sum to its "
    "`probability`.",
)
LEARNED = shapes.record(
    {
        "about": shapes.text("A sentence for readers."),
        "without": WITHOUT,
        "predictions": shapes.several(IN_SCORE, "What learned models predict here."),
    },
    "What learned models add to this score.",
)
NONE = "No learned model counts in this score."
BOTH = (
    "A method that people wrote joins what is on record with what models learnt. With the models "
    "the composite is {with_models}, without them {without_models}."
)


def without(row: Row) -> dict[str, float | None] | None:
    """The nodes' scores without learned models, or None where none counts."""
    method = specification(row["method_id"], row["method__hash"])
    return without_learned(method, StoredScore.from_values(row)) or None


def learned(method: Specification, score: StoredScore) -> Row:
    """The part of an explanation that is about learned models."""
    part = learned_part(method, score)
    return {
        "about": _about(score, part),
        "without": part.without or None,
        "predictions": [
            {
                "indicator": each.leaf.code,
                "model": each.prediction.model.kind,
                "version": each.prediction.model.version,
                "points": each.points,
                **item(PREDICTION.fields, vars(each.prediction)),
            }
            for each in part.predictions
        ],
    }


def _about(score: StoredScore, part: LearnedPart) -> str:
    if not part.without:
        return NONE
    return BOTH.format(
        with_models=_points(score.scores["composite"]),
        without_models=_points(part.without["composite"]),
    )


def _points(value: float | None) -> str:
    return "not assessed" if value is None else f"{value:.1f}"


SCORE = Resource(
    "ScoreInFull",
    "The current score of a project through a lens, with and without learned models.",
    (
        *SCORE_ITEM.fields,
        made("without_learned", WITHOUT, without, *ALSO),
    ),
)
