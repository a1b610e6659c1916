"""A score with and without learned models, and their predictions in it, with their reasons."""

from riskscore.api.framework import shapes
from riskscore.api.framework.resources import Row, item
from riskscore.api.learned import PREDICTION
from riskscore.api.results.score_fields import WITHOUT_LEARNED
from riskscore.engine.method import Method as Specification
from riskscore.scoring.learned_contribution import LearnedPart, learned_part
from riskscore.scoring.stored_score import StoredScore

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
        "without": WITHOUT_LEARNED,
        "predictions": shapes.several(IN_SCORE, "What learned models predict here."),
    },
    "What learned models add to this score.",
)
NONE = "No learned model counts in this score."
BOTH = (
    "A method that people wrote joins what is on record with what models learnt. With the models "
    "the composite is {with_models}, without them {without_models}."
)


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
