"""The address of an explanation, and its shape."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.framework.row_serializers import columns_of
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.api.lenses import LensQuery
from riskscore.api.projects import add_minerals
from riskscore.api.results.explanation import explanation
from riskscore.api.results.learned_parts import LearnedInScoreSerializer, learned
from riskscore.api.results.score_fields import (
    BANDS,
    BesideSerializer,
    ScoreInFullSerializer,
    add_without_learned,
)
from riskscore.api.results.scores import current_of, on_read
from riskscore.models.scores import NODES
from riskscore.scoring import ranking
from riskscore.scoring.explanation import Status, explain, specification
from riskscore.scoring.stored_score import COLUMNS, StoredScore

#: Where a score stands that is not stored: nowhere.
UNRANKED = {node: {**ranking.NOWHERE, "of": 0} for node in NODES}
STATUSES = [status.value for status in Status]


class StandingSerializer(serializers.Serializer[Any]):
    """Where the project stands in this buyer's view."""

    rank = serializers.IntegerField(
        allow_null=True, help_text="1 is the riskiest; equal scores share a rank."
    )
    of = serializers.IntegerField(help_text="How many ranked projects have a score here.")
    shared_with = serializers.IntegerField(
        allow_null=True, help_text="Ranked projects with this score, but this one."
    )
    ranked_at = serializers.DateTimeField(allow_null=True, help_text="As of when this is exact.")


class SourceOfValueSerializer(serializers.Serializer[Any]):
    """A release that the value came from: of a source with later corrections, the correction,
    the release that it corrects, or both, as they contributed. Of an unknown value, what was
    looked into. Without a release: it came from none (evidence, a learned model). Of a map: its
    layer.
    """

    source = serializers.CharField(help_text="Code of the source.")
    publisher = serializers.CharField(help_text="Who publishes it.")
    title = serializers.CharField(help_text="What it is.")
    release = serializers.CharField(help_text="Code of the release that the value came from.")
    published_edition = serializers.CharField(help_text="What the publisher calls it.")
    licence = serializers.CharField(help_text="Its licence.")
    url = serializers.CharField(help_text="Where it comes from.")


class MineralInDimensionSerializer(serializers.Serializer[Any]):
    """What one of the project's minerals gives the dimension."""

    mineral = serializers.CharField(help_text="Code of the mineral.")
    score = serializers.FloatField(
        allow_null=True,
        help_text="The dimension if it were about this mineral; null is not assessed.",
    )
    decided = serializers.BooleanField(help_text="Whether the score is about this one.")


class IndicatorInScoreSerializer(serializers.Serializer[Any]):
    """One indicator."""

    indicator = serializers.CharField(help_text="Key in the catalogue, or code of the leaf.")
    label = serializers.CharField(help_text="Its name.")
    value = serializers.FloatField(
        allow_null=True, help_text="Raw value that was scored; null is unknown."
    )
    level = serializers.CharField(
        allow_null=True, help_text="The word for the value, if it is ordinal."
    )
    unit = serializers.CharField(help_text="Unit of the raw value.")
    mineral = serializers.CharField(
        allow_null=True, help_text="The mineral that the value is about."
    )
    place = serializers.CharField(allow_null=True, help_text="The place that the value is about.")
    first_year = serializers.IntegerField(
        allow_null=True,
        help_text="Year of the oldest fact behind the value: of a mean, its first year.",
    )
    year = serializers.IntegerField(
        allow_null=True, help_text="Year of the newest fact behind the value."
    )
    standard_error = serializers.FloatField(
        allow_null=True, help_text="In the unit of the value; null where nobody states one."
    )
    status = serializers.ChoiceField(
        STATUSES,
        help_text=(
            "counted; shown (no weight here); context (its dimension is not assessed, so it "
            "adds nothing); unknown; does_not_apply (it is about a buyer, and the importer is"
            " WLD)."
        ),
    )
    contribution = serializers.FloatField(
        allow_null=True, help_text="Points that it adds to the composite."
    )
    weight = serializers.FloatField(
        help_text="Nominal weight among its siblings, for this kind of site."
    )
    weighs_in = serializers.CharField(help_text="The node in which it weighs.")
    why = serializers.CharField(help_text="The method's reason for weight and scale.")
    about = serializers.CharField(help_text="What it measures.")
    proxy_for = serializers.CharField(help_text="What it stands in for, if it is a proxy.")
    caution = serializers.CharField(help_text="Show this text wherever the value is shown.")
    scaling = serializers.DictField(help_text="How raw becomes 0 to 100.")
    cited = serializers.CharField(help_text="What the method cites.")
    sources = SourceOfValueSerializer(help_text="Where the value comes from.", many=True)
    nearest = serializers.CharField(
        help_text="Of a distance: what it was measured to, with its people; empty if it is none."
    )


class DimensionSerializer(BesideSerializer):
    """One dimension. Where `score` is null, show `context`, `low` and `high` beside it."""

    dimension = serializers.ChoiceField(NODES[1:], help_text="Which of the four.")
    label = serializers.CharField(help_text="Its name.")
    score = serializers.FloatField(allow_null=True, help_text="0 to 100; null is not assessed.")
    band = serializers.ChoiceField([*BANDS.values()], help_text="Band of the score.")
    contribution = serializers.FloatField(
        allow_null=True, help_text="Points that it adds to the composite."
    )
    weight = serializers.FloatField(help_text="Nominal weight in the composite.")
    residual = serializers.FloatField(
        allow_null=True, help_text="The score after controls on record."
    )
    why = serializers.CharField(help_text="The method's reason.")
    mineral = serializers.CharField(
        allow_null=True,
        help_text="The mineral that decided; all values of the dimension are about it.",
    )
    minerals = MineralInDimensionSerializer(
        many=True,
        help_text="Where a mineral decided: each of the project's minerals, the worst first.",
    )
    indicators = IndicatorInScoreSerializer(many=True, help_text="In the method's order.")
    standing = StandingSerializer()


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why the score is what it is."""

    score = ScoreInFullSerializer()
    dimensions = DimensionSerializer(many=True, help_text="The four dimensions.")
    contributions_sum = serializers.FloatField(
        allow_null=True, help_text="Equals the composite, within 1e-9."
    )
    standing = StandingSerializer()
    learned = LearnedInScoreSerializer()
    notes = serializers.ListField(
        child=serializers.CharField(help_text="A sentence."),
        help_text="What a reader must be told.",
    )


class ExplanationViewSet(ApiViewSet):
    """Why a project has its score: per dimension and indicator."""

    tag = "scores"
    shows = ("project", "score")
    queries = {"retrieve": LensQuery}
    lookup_field = ""

    @extend_schema(responses=ExplanationSerializer)
    def retrieve(self, _request: Request, key: str) -> Response:
        """Return the stored inputs and contributions with the method's reasons."""
        told = columns_of(ScoreInFullSerializer.chosen(None))
        columns = {*told, *COLUMNS, "method__hash"}
        row = on_read(self.query, key, columns)
        stored = row is None
        if row is None:
            lens = lenses.chosen(self.query)
            row = current_of(lens, key).values(*columns).first()
        if row is None:
            raise Http404
        add_minerals([row], "project_id")
        add_without_learned([row])
        standings = UNRANKED
        if stored:
            scores = {node: row[node] for node in NODES}
            standings = ranking.standings(lens.pk, scores, row["project__flags"])
            row |= standings["composite"]
        method = specification(row["method_id"], row["method__hash"])
        score = StoredScore.from_values(row)
        return Response(
            {
                "score": ScoreInFullSerializer.of(row),
                **explanation(explain(method, score), standings),
                "learned": learned(method, score, row["without_learned"]),
            }
        )
