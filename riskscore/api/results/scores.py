"""Scores: the ranking, one project's current score, and its history.

Read by `.values()`, without model instances or serializers: a page of a thousand rows costs
milliseconds.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import filters, lenses
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Detail, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import Parameter, QueryValues, choice, decimal
from riskscore.api.framework.problems import Problem
from riskscore.api.framework.resources import Row, columns_of, item
from riskscore.api.projects import add_minerals, published
from riskscore.api.results.score_fields import (
    BANDS,
    HISTORY_ITEM,
    IN_FULL,
    ON_READ,
    SCORE_ITEM,
    add_without_learned,
)
from riskscore.models import Lens, Project, Score, ScoreHistory
from riskscore.models.scores import NODES
from riskscore.scoring import ranking
from riskscore.sourcing import score_on_read

ORDERS = {
    **{
        f"{sign}{node}": Order(node, "project_id", descending=bool(sign), nullable=True)
        for node in NODES
        for sign in ("-", "")
    },
    "-coverage": Order("coverage", "project_id", descending=True),
    "coverage": Order("coverage", "project_id"),
    "key": Order("project__key", "project_id"),
    "name": Order("project__name", "project_id"),
}
HISTORY_ORDERS = {
    "-computed_at": Order("computed_at", "id", descending=True),
    "computed_at": Order("computed_at", "id"),
}

NOT_STORED = (
    "Computed when asked, by the method, edition and day of the score seen from nobody's side. "
    "It has no rank: nothing else is scored from this buyer's side until a job is (POST "
    "/api/v1/jobs)."
)
#: Fields that say where a score stands among the others.
STANDING = {"rank", "shared_with", "ranked_at"}
OUT = Q(project__flags__overlap=list(Project.UNRANKED))


def unranked(default: str) -> Parameter:
    """Whether projects are listed that are kept out of rankings."""
    return choice(
        "unranked",
        ["exclude", "include", "only"],
        "Projects kept out of rankings: duplicates, steel plants, sites without known output.",
        default=default,
        where=lambda how: {"exclude": ~OUT, "include": Q(), "only": OUT}[how],
    )


BAND = choice(
    "band",
    list(BANDS.values()),
    "Only composites in these bands.",
    many=True,
    where=lambda labels: Q(band__in=[value for value, label in BANDS.items() if label in labels]),
)


def bound(node: str, side: str, top: float) -> Parameter:
    """`labour__gte=50` and the like."""
    words = {"gte": "at least", "lte": "at most"}[side]
    return Parameter(
        name=f"{node}__{side}",
        schema=shapes.number(f"Only where {node} is {words} this.", minimum=0, maximum=top),
        read=decimal(0, top),
        where=lambda value: Q(**{f"{node}__{side}": value}),
    )


BOUNDS = [
    bound(node, side, 1 if node == "coverage" else 100)
    for node in (*NODES, "coverage")
    for side in ("gte", "lte")
]


def current(lens: int) -> QuerySet[Score]:
    """The current scores of published projects through a lens."""
    return Score.objects.filter(lens=lens, project__state=Project.State.PUBLISHED)


def current_of(lens: Lens, key: str) -> QuerySet[Score]:
    """One project's current score, as a queryset. Raises Problem, or Http404 for the project."""
    project = get_object_or_404(published(), key=key)
    result = current(lens.pk).filter(project=project)
    if not result.exists():
        flags = f" (flags: {', '.join(project.flags)})" if project.flags else ""
        raise Problem("not_scored", f"{key} has no score through this lens{flags}")
    return result


def on_read(query: QueryValues, key: str, columns: set[str]) -> Row | None:
    """One project's score from a buyer's side of which none is stored, computed now; the columns.

    None where one is stored, where nobody's side is asked for, and where nothing is scored from
    nobody's side, whose method, edition and day it would take. Raises Problem where this project
    is not, or Http404 where there is none.
    """
    importer = query["importer"]
    if importer == lenses.NOBODY:
        return None
    views = Lens.objects.filter(method_code=query["method"])
    of_project = Score.objects.filter(project__key=key, lens__in=views)
    if of_project.filter(lens__importer=importer).exists():
        return None
    nobody = views.filter(importer=lenses.NOBODY).first()
    if nobody is None:
        return None
    base = current_of(nobody, key).values(*columns, *score_on_read.PINS).get()
    return {
        **base,
        **score_on_read.columns_of(importer, base),
        "lens__importer_id": importer,
        "place_id": base["project__place_id"],
        "job_id": None,
        "computed_at": None,
        "rank": None,
        "shared_with": None,
        "ranked_at": None,
        "computed": ON_READ,
        "note": NOT_STORED,
    }


class Scores(Listing):
    """The current scores, riskiest first: the ranking."""

    tag = "scores"
    shows = ("project", "score")
    resource = SCORE_ITEM
    orders = ORDERS
    parameters = listing_parameters(
        SCORE_ITEM,
        ORDERS,
        *lenses.LENS_PARAMETERS,
        *filters.of_projects("project__"),
        BAND,
        unranked("exclude"),
        *BOUNDS,
        filters.since("computed_since", "computed_at", "Only scores computed at or after this."),
    )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look the lens up once, before any row is read."""
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            self.lens = lenses.chosen(self.query_values)

    def queryset(self) -> QuerySet[Any]:
        """The current scores of the lens."""
        return current(self.lens.pk)

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Minerals by one query and ranks by one, for each page."""
        if "minerals" in names:
            add_minerals(rows, "project_id")
        if "without_learned" in names:
            add_without_learned(rows)
        if not names & STANDING:
            return
        node = self.order.column if self.order.column in NODES else "composite"
        ranks = ranking.ranks(self.lens.pk, node, [row[node] for row in rows])
        for row in rows:
            row.update(ranks.standing(row[node], row["project__flags"]))


class CurrentScore(Detail):
    """One project's current score."""

    tag = "scores"
    shows = ("project", "score")
    resource = IN_FULL
    parameters = (*lenses.LENS_PARAMETERS, IN_FULL.picker)

    def get(self, _request: Request, **kwargs: Any) -> Response:
        """Return the stored score, or compute it where none is stored from this buyer's side."""
        fields = self.resource.chosen(self.query_values["fields"])
        row = on_read(self.query_values, kwargs["key"], columns_of(fields))
        if row is None:
            return super().get(_request, **kwargs)
        names = {field.name for field in fields}
        if "minerals" in names:
            add_minerals([row], "project_id")
        if "without_learned" in names:
            add_without_learned([row])
        return Response(item(fields, row))

    def queryset(self) -> QuerySet[Any]:
        """The score through the lens asked for."""
        self.lens = lenses.chosen(self.query_values)
        return current_of(self.lens, self.kwargs["key"])

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Minerals, rank, and what it would be without learned models."""
        if "minerals" in names:
            add_minerals(rows, "project_id")
        if "without_learned" in names:
            add_without_learned(rows)
        if names & STANDING:
            (row,) = rows
            ranks = ranking.ranks(self.lens.pk, "composite", [row["composite"]])
            row |= ranks.standing(row["composite"], row["project__flags"])


class History(Listing):
    """How one project's score changed, the latest first: a row per change."""

    tag = "scores"
    shows = ("project", "scorehistory")
    resource = HISTORY_ITEM
    orders = HISTORY_ORDERS
    parameters = listing_parameters(HISTORY_ITEM, HISTORY_ORDERS, *lenses.LENS_PARAMETERS)

    def queryset(self) -> QuerySet[Any]:
        """The project's past scores through the lens."""
        project = get_object_or_404(published(), key=self.kwargs["key"])
        return ScoreHistory.objects.filter(project=project, lens=lenses.chosen(self.query_values))

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """What each would be without learned models."""
        if "without_learned" in names:
            add_without_learned(rows)
