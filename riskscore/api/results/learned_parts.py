"""A score with and without learned models, and their predictions in it, with their reasons."""

from typing import Any

from rest_framework import serializers

from riskscore.api.framework.row_serializers import Row
from riskscore.api.learned import PredictionSerializer
from riskscore.api.results.score_fields import WITHOUT_LEARNED, NodesSerializer
from riskscore.engine.method import Method as Specification
from riskscore.scoring.learned_contribution import LearnedPart, learned_part
from riskscore.scoring.stored_score import StoredScore


class PredictionInScoreSerializer(PredictionSerializer):
    """One prediction. Its `mean` and the contributions, which are its reasons, sum to its
    `probability`.
    """

    indicator = serializers.CharField(help_text="Key of the indicator that it fills.")
    model = serializers.CharField(help_text="Kind of the model: see /models.")
    version = serializers.IntegerField(help_text="Its version.")
    points = serializers.FloatField(
        allow_null=True, help_text="Points that it adds to the composite."
    )


class LearnedInScoreSerializer(serializers.Serializer[Any]):
    """What learned models add to this score."""

    about = serializers.CharField(help_text="A sentence for readers.")
    without = NodesSerializer(allow_null=True, help_text=WITHOUT_LEARNED)
    predictions = PredictionInScoreSerializer(
        many=True, help_text="What learned models predict here."
    )


NONE = "No learned model counts in this score."
BOTH = (
    "A method that people wrote joins what is on record with what models learnt. With the models "
    "the composite is {with_models}, without them {without_models}."
)


def learned(method: Specification, score: StoredScore, bare: Row) -> Row:
    """The part of an explanation that is about learned models; ``bare``: the scores without."""
    part = learned_part(method, score, bare)
    return {
        "about": _about(score, part),
        "without": part.without or None,
        "predictions": [
            {
                "indicator": each.leaf.code,
                "model": each.prediction.model.kind,
                "version": each.prediction.model.version,
                "points": each.points,
                **PredictionSerializer.of(vars(each.prediction)),
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
