"""Why a score changed between two moments: the address, its shape, and its rows as JSON."""

import re
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.query_fields import MomentField, TextField
from riskscore.api.framework.row_serializers import Row, columns_of, item
from riskscore.api.framework.viewsets import ApiViewSet, Fields
from riskscore.api.lenses import LensQuery
from riskscore.api.results.score_fields import PastScoreSerializer, add_without_learned
from riskscore.api.results.scores import current_of
from riskscore.models.scores import NODES
from riskscore.scoring.changes import (
    Changes,
    IndicatorChange,
    NodeChange,
    Parts,
    before,
    changes,
    in_force,
)
from riskscore.scoring.replay import Row as StoredRow
from riskscore.scoring.stored_score import values_of


class ChangePartsSerializer(serializers.Serializer[Any]):
    """What the difference came from, in points. The three add up to it within 1e-9. Null where
    a score is not assessed or cannot be computed again.
    """

    data = serializers.FloatField(help_text="From other values of what is on record.")
    method = serializers.FloatField(help_text="From another version of the method.")
    model = serializers.FloatField(help_text="From other predictions of learned models.")


SCORE = "0 to 100; null is not assessed."


class NodeChangeSerializer(serializers.Serializer[Any]):
    """How one node moved."""

    node = serializers.ChoiceField(NODES, help_text="The composite or a dimension.")
    label = serializers.CharField(help_text="Its name.")
    before = serializers.FloatField(allow_null=True, help_text=SCORE)
    after = serializers.FloatField(allow_null=True, help_text=SCORE)
    difference = serializers.FloatField(
        allow_null=True, help_text="After less before; null where either is not assessed."
    )
    parts = ChangePartsSerializer(allow_null=True)


class IndicatorChangeSerializer(serializers.Serializer[Any]):
    """One indicator that moved. An unchanged value may add other points than before: its weight
    rises when another one becomes unknown, and a power mean shares the points out anew.
    """

    indicator = serializers.CharField(help_text="Key in the catalogue, or code of the leaf.")
    label = serializers.CharField(help_text="Its name.")
    unit = serializers.CharField(help_text="Unit of the raw value.")
    value_before = serializers.FloatField(allow_null=True, help_text="Raw value; null is unknown.")
    value_after = serializers.FloatField(allow_null=True, help_text="Raw value; null is unknown.")
    level_before = serializers.CharField(
        allow_null=True, help_text="The word for it, if it is ordinal."
    )
    level_after = serializers.CharField(
        allow_null=True, help_text="The word for it, if it is ordinal."
    )
    contribution_before = serializers.FloatField(
        allow_null=True, help_text="Points that it added to the composite."
    )
    contribution_after = serializers.FloatField(
        allow_null=True, help_text="Points that it adds now."
    )
    parts = ChangePartsSerializer(allow_null=True)


class ScoreChangesSerializer(serializers.Serializer[Any]):
    """The scores in force at two moments, and what the difference came from: data, method or
    learned model.
    """

    before = PastScoreSerializer(help_text="The score in force at the first moment.")
    after = PastScoreSerializer(help_text="The score in force at the second one.")
    nodes = NodeChangeSerializer(help_text="The composite, then the dimensions.", many=True)
    indicators = IndicatorChangeSerializer(
        help_text=(
            "Those that moved. Where the difference is split, the parts of all of them add up"
            " to those of the composite within 1e-9."
        ),
        many=True,
    )
    replayed = serializers.BooleanField(
        help_text=(
            "Both scores were computed again to the last bit. If not, the stored values are "
            "compared, and nothing is split."
        )
    )
    notes = serializers.ListField(
        child=serializers.CharField(help_text="A sentence."),
        help_text="What a reader must be told.",
    )


@extend_schema_field({"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]})
class MomentOrDayField(TextField):
    """A moment, or a day, which means its end in UTC."""

    def to_internal_value(self, text: Any) -> Any:
        """The moment."""
        if not DAY.fullmatch(text):
            return MomentField().to_internal_value(text)
        try:
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        except ValueError:
            raise serializers.ValidationError("say a day such as 2026-01-31, or a time") from None


DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WORDS = "A moment (2026-01-31T12:00:00Z), or a day, which means its end in UTC."


class ScoreChangesViewSet(ApiViewSet):
    """Why a score changed between two moments."""

    tag = "scores"
    shows = ("project", "score", "scorehistory")
    lookup_field = ""

    @classmethod
    def query_fields(cls, _action: str) -> Fields:
        """`from` is a word of Python's own."""
        start = "The score in force then; by default the one that the other replaced."
        return {
            "from": MomentOrDayField(help_text=f"{start} {WORDS}"),
            "to": MomentOrDayField(help_text=f"The score in force then; by default now. {WORDS}"),
            **LensQuery._declared_fields,
        }

    @extend_schema(responses=ScoreChangesSerializer)
    def retrieve(self, _request: Request, key: str) -> Response:
        """Return both scores, and the difference split into data, method and learned model."""
        start, end = self.query["from"], self.query["to"] or timezone.now()
        if start and start > end:
            raise of_parameters({"from": "is later than `to`"})
        lens = lenses.chosen(self.query)
        project = current_of(lens, key).values_list("project_id", flat=True).get()
        new = in_force(project, lens.pk, end)
        old = in_force(project, lens.pk, start) if start else before(new)
        return Response(_laid_out(changes(old, new)))


def _laid_out(result: Changes) -> Row:
    return {
        "before": _score(result.before),
        "after": _score(result.after),
        "nodes": [_node(each) for each in result.nodes],
        "indicators": [_indicator(each) for each in result.indicators],
        "replayed": result.replayed,
        "notes": list(result.notes),
    }


def _score(score: StoredRow) -> Row:
    fields = PastScoreSerializer.chosen(None)
    row = values_of(score, columns_of(fields))
    add_without_learned([row])
    return item(fields, row)


def _node(result: NodeChange) -> Row:
    return {
        "node": result.code,
        "label": result.label,
        "before": result.before,
        "after": result.after,
        "difference": result.difference,
        "parts": _parts(result.parts),
    }


def _indicator(result: IndicatorChange) -> Row:
    return {
        "indicator": result.leaf.code,
        "label": result.leaf.label,
        "unit": result.indicator.unit,
        "value_before": result.before.value,
        "value_after": result.after.value,
        "level_before": result.before.level,
        "level_after": result.after.level,
        "contribution_before": result.before.points,
        "contribution_after": result.after.points,
        "parts": _parts(result.parts),
    }


def _parts(parts: Parts | None) -> Row | None:
    return None if parts is None else asdict(parts)
