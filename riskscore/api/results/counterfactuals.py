"""What would move a score to the next band: the address, its shape, and its rows as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.framework.query_fields import ChoiceField
from riskscore.api.framework.row_serializers import Row
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.api.lenses import LensQuery
from riskscore.api.results.score_fields import BANDS
from riskscore.api.results.scores import current_of
from riskscore.engine.catalogue import Level
from riskscore.models.scores import NODES
from riskscore.scoring.counterfactuals import NextBand, Step, next_band

DIRECTIONS = ["lower", "higher"]


class CounterfactualStepSerializer(serializers.Serializer[Any]):
    """One change of one input that is enough by itself."""

    indicator = serializers.CharField(help_text="Key in the catalogue, or code of the leaf.")
    label = serializers.CharField(help_text="Its name.")
    unit = serializers.CharField(help_text="Unit of the raw value.")
    belongs_to = serializers.ChoiceField(
        [level.value for level in Level],
        help_text=(
            "What one value belongs to, as the catalogue has it: only a value of the "
            "`project` is the project's own; any other is shared by all projects of the place"
            " or mineral."
        ),
    )
    now = serializers.FloatField(help_text="Raw value now.")
    needed = serializers.FloatField(
        help_text="The nearest raw value that is enough, others as they are."
    )
    level_now = serializers.CharField(
        allow_null=True, help_text="The word for it, if it is ordinal."
    )
    level_needed = serializers.CharField(
        allow_null=True, help_text="The word for it, if it is ordinal."
    )
    score = serializers.FloatField(help_text="Score of the node then, 0 to 100.")
    effort = serializers.FloatField(
        help_text="The way between the two as a share of the scale, 0 to 1."
    )
    caution = serializers.CharField(help_text="Show this text wherever the value is shown.")


class CounterfactualsSerializer(serializers.Serializer[Any]):
    """Single changes that would bring a score into the next band."""

    node = serializers.ChoiceField(NODES, help_text="The composite or a dimension.")
    label = serializers.CharField(help_text="Its name.")
    direction = serializers.ChoiceField(DIRECTIONS, help_text="Which band was looked for.")
    score = serializers.FloatField(allow_null=True, help_text="0 to 100; null is not assessed.")
    band = serializers.ChoiceField([*BANDS.values()], help_text="Its band.")
    next_band = serializers.ChoiceField(
        [*BANDS.values()],
        allow_null=True,
        help_text="The band that was looked for; null if there is none.",
    )
    changes = CounterfactualStepSerializer(
        help_text="Least effort first; empty where no single one can do it.", many=True
    )
    unknown = serializers.ListField(
        child=serializers.CharField(help_text="Key in the catalogue, or code of the leaf."),
        help_text="Inputs of the node that nobody knows. They are not guessed at.",
    )
    notes = serializers.ListField(
        child=serializers.CharField(help_text="A sentence."),
        help_text="What a reader must be told.",
    )


class CounterfactualQuery(LensQuery):
    """Which score should move, and where to."""

    node = ChoiceField(NODES, default=NODES[0], help_text="The composite or a dimension.")
    direction = ChoiceField(
        DIRECTIONS, default="lower", help_text="The next lower or the next higher band."
    )


class CounterfactualViewSet(ApiViewSet):
    """What would move a score to the next band: single changes of one input."""

    tag = "scores"
    shows = ("project", "score")
    queries = {"retrieve": CounterfactualQuery}
    refusals = {"retrieve": {409: "The project has changed since it was scored"}}
    lookup_field = ""

    @extend_schema(responses=CounterfactualsSerializer)
    def retrieve(self, _request: Request, key: str) -> Response:
        """Return the changes, found with the inputs that the score's own job pinned."""
        direction = self.query["direction"]
        scores = current_of(lenses.chosen(self.query), key)
        score = scores.select_related("method", "lens").get()
        node = self.query["node"]
        result = next_band(score, node, upwards=direction == "higher")
        return Response({"direction": direction, **_laid_out(result)})


def _laid_out(result: NextBand) -> Row:
    return {
        "node": result.node,
        "label": result.label,
        "score": result.score,
        "band": str(result.band.label),
        "next_band": None if result.target is None else str(result.target.label),
        "changes": [_step(step) for step in result.steps],
        "unknown": [leaf.code for leaf in result.unknown],
        "notes": list(result.notes),
    }


def _step(step: Step) -> Row:
    return {
        "indicator": step.leaf.code,
        "label": step.leaf.label,
        "unit": step.indicator.unit,
        "belongs_to": step.indicator.level.value,
        "now": step.now,
        "needed": step.needed,
        "level_now": step.level_now,
        "level_needed": step.level_needed,
        "score": step.score,
        "effort": step.effort,
        "caution": step.indicator.caution,
    }
