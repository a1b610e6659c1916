"""What is stale or missing about a project, and which single fact would help most."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.api.lenses import LensQuery
from riskscore.api.projects import published_or_404
from riskscore.models.scores import NODES
from riskscore.scoring import data_gaps


class MissingFactSerializer(serializers.Serializer[Any]):
    """An unknown fact."""

    indicator = serializers.CharField(help_text="Key of the indicator that is unknown.")
    gain = serializers.FloatField(
        help_text="What knowing it would add to its dimension's coverage, 0..1."
    )
    gain_of_whole = serializers.FloatField(
        help_text="What it would add to the composite's coverage, 0..1."
    )
    would_assess = serializers.BooleanField(
        help_text="Whether its dimension could then be assessed."
    )


YEAR = "A year; null where no fact of the dimension has one."


class FreshnessOfDimensionSerializer(serializers.Serializer[Any]):
    """How fresh and how complete one dimension is."""

    dimension = serializers.ChoiceField(NODES[1:], help_text="Which one.")
    newest_year = serializers.IntegerField(allow_null=True, help_text=YEAR)
    oldest_year = serializers.IntegerField(allow_null=True, help_text=YEAR)
    age = serializers.IntegerField(allow_null=True, help_text="Years since the newest.")
    years = serializers.DictField(help_text="Indicator to the newest year that was used.")
    missing = MissingFactSerializer(
        help_text="All that is unknown, the most useful first.", many=True
    )
    best = MissingFactSerializer(allow_null=True)


class FreshnessOfProjectSerializer(serializers.Serializer[Any]):
    """What is stale or missing. `best` is the one new fact that would raise coverage most;
    null: nothing would.
    """

    is_whole = True
    dimensions = FreshnessOfDimensionSerializer(help_text="Each dimension.", many=True)
    best = MissingFactSerializer(allow_null=True)


class FreshnessViewSet(ApiViewSet):
    """Newest year and age per dimension, what is unknown, and what would help most."""

    tag = "projects"
    shows = ("project", "score")
    queries = {"retrieve": LensQuery}
    lookup_field = ""

    @extend_schema(responses=FreshnessOfProjectSerializer)
    def retrieve(self, _request: Request, key: str) -> Response:
        """Return it by all that is known now, through the lens asked for."""
        lens = lenses.chosen(self.query)
        project = published_or_404(key)
        (result,) = data_gaps.of([project.pk], lens)
        dimensions = [_dimension(each) for each in result.dimensions]
        return Response({"dimensions": dimensions, "best": _fact(result.best)})


def _dimension(result: data_gaps.Dimension) -> dict[str, Any]:
    return {
        "dimension": result.code,
        "newest_year": result.newest_year,
        "oldest_year": result.oldest_year,
        "age": result.age,
        "years": result.years,
        "missing": [_fact(fact) for fact in result.missing],
        "best": _fact(result.best),
    }


def _fact(fact: data_gaps.Missing | None) -> dict[str, Any] | None:
    if fact is None:
        return None
    return {
        "indicator": fact.indicator,
        "gain": fact.gain,
        "gain_of_whole": fact.gain_of_whole,
        "would_assess": fact.would_assess,
    }
