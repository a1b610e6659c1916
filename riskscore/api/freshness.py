"""What is stale or missing about a project, and which single fact would help most."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Endpoint
from riskscore.api.projects import published
from riskscore.models.scores import NODES
from riskscore.scoring import data_gaps

FACT = shapes.record(
    {
        "indicator": shapes.text("Key of the indicator that is unknown."),
        "gain": shapes.number("What knowing it would add to its dimension's coverage, 0..1."),
        "gain_of_whole": shapes.number("What it would add to the composite's coverage, 0..1."),
        "would_assess": shapes.flag("Whether its dimension could then be assessed."),
    },
    "An unknown fact.",
)
YEAR = shapes.whole("A year; null where no fact of the dimension has one.")
DIMENSION = shapes.record(
    {
        "dimension": shapes.one_of(NODES[1:], "Which one."),
        "newest_year": shapes.optional(YEAR),
        "oldest_year": shapes.optional(YEAR),
        "age": shapes.optional(shapes.whole("Years since the newest.")),
        "years": shapes.record({}, "Indicator to the newest year that was used."),
        "missing": shapes.several(FACT, "All that is unknown, the most useful first."),
        "best": shapes.optional(FACT),
    },
    "How fresh and how complete one dimension is.",
)
FRESHNESS = shapes.record(
    {
        "dimensions": shapes.several(DIMENSION, "Each dimension."),
        "best": shapes.optional(FACT),
    },
    "What is stale or missing. `best` is the one new fact that would raise coverage most; null: "
    "nothing would.",
    required=["dimensions", "best"],
)


class FreshnessOfProject(Endpoint):
    """Newest year and age per dimension, what is unknown, and what would help most."""

    tag = "projects"
    shows = ("project", "score")
    parameters = lenses.LENS_PARAMETERS
    answers = {"get": (200, shapes.reference("FreshnessOfProject"))}

    def get(self, _request: Request, key: str) -> Response:
        """Return it by all that is known now, through the lens asked for."""
        lens = lenses.chosen(self.query_values)
        project = published().filter(key=key).first()
        if project is None:
            raise Http404
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
