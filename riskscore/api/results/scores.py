"""Scores: the ranking, one project's current score, and its history.

Read by `.values()`, without model instances or serializers: a page of a thousand rows costs
milliseconds.
"""

from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.filters import ProjectFilters
from riskscore.api.framework.filtersets import Filter, OwnFilter
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import Problem
from riskscore.api.framework.query_fields import (
    ChoiceField,
    DecimalField,
    MomentField,
    QueryValues,
    Several,
)
from riskscore.api.framework.row_serializers import Row, columns_of, item
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow, Rows
from riskscore.api.lenses import LensQuery
from riskscore.api.projects import add_minerals, published
from riskscore.api.results.score_fields import (
    BANDS,
    ON_READ,
    PastScoreSerializer,
    ScoreInFullSerializer,
    ScoreSerializer,
    add_without_learned,
)
from riskscore.models import Lens, Project, Score, ScoreHistory
from riskscore.models.scores import NODES
from riskscore.scoring import ranking
from riskscore.scoring.learned_contribution import any_from_before
from riskscore.sourcing import score_on_read
from riskscore.sql.copied_rows import Joined

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


UNRANKED = ("exclude", "include", "only")
KEPT_OUT = "Projects kept out of rankings: duplicates, steel plants, sites without known output."


def at_least(node: str, top: float = 100) -> Filter:
    """`labour__gte=50` and the like."""
    about = f"Only where {node} is at least this."
    return OwnFilter(DecimalField(0, top, help_text=about), f"{node}__gte")


def at_most(node: str, top: float = 100) -> Filter:
    """`labour__lte=50` and the like."""
    about = f"Only where {node} is at most this."
    return OwnFilter(DecimalField(0, top, help_text=about), f"{node}__lte")


class NumberFilters(ProjectFilters):
    """Filters of scores, by the numbers themselves and by their projects."""

    path = "project__"

    band = Filter(
        Several(ChoiceField([*BANDS.values()]), help_text="Only composites in these bands."),
        method="in_bands",
    )
    unranked = Filter(
        ChoiceField(UNRANKED, default="exclude", help_text=KEPT_OUT), method="kept_out"
    )
    composite__gte = at_least("composite")
    composite__lte = at_most("composite")
    geopolitical__gte = at_least("geopolitical")
    geopolitical__lte = at_most("geopolitical")
    concentration__gte = at_least("concentration")
    concentration__lte = at_most("concentration")
    labour__gte = at_least("labour")
    labour__lte = at_most("labour")
    indigenous__gte = at_least("indigenous")
    indigenous__lte = at_most("indigenous")
    coverage__gte = at_least("coverage", 1)
    coverage__lte = at_most("coverage", 1)

    def in_bands(self, rows: QuerySet[Any], _name: str, labels: list[str]) -> QuerySet[Any]:
        """Those whose composite is in one of the bands."""
        return rows.filter(band__in=[value for value, label in BANDS.items() if label in labels])

    def kept_out(self, rows: QuerySet[Any], _name: str, how: str) -> QuerySet[Any]:
        """With or without what is kept out of rankings, or that alone."""
        return rows.filter({"exclude": ~OUT, "include": Q(), "only": OUT}[how])


class ScoreFilters(NumberFilters):
    """Filters of current scores."""

    computed_since = OwnFilter(
        MomentField(help_text="Only scores computed at or after this."), "computed_at__gte"
    )


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


class ScoreViewSet(ListRows):
    """The current scores, riskiest first: the ranking."""

    tag = "scores"
    shows = ("project", "score")
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilters
    queries = {"list": LensQuery}
    refusals = {"list": {404: "Not scored for this importer"}}
    orders = ORDERS

    @cached_property
    def lens(self) -> Lens:
        """The buyer's view asked for."""
        return lenses.chosen(self.query)

    def get_queryset(self) -> QuerySet[Any]:
        """The current scores of the lens."""
        return current(self.lens.pk)

    def enrich(self, rows: Rows, names: set[str]) -> None:
        """Minerals by one query and ranks by one, for each page."""
        if "minerals" in names:
            add_minerals(rows, "project_id")
        if "without_learned" in names:
            add_without_learned(rows)
        if not names & STANDING:
            return
        node = self._ranked_by
        ranks = ranking.ranks(self.lens.pk, node, [row[node] for row in rows])
        for row in rows:
            row.update(ranks.standing(row[node], row["project__flags"]))

    def joined(self, names: set[str]) -> Joined | None:
        """The ranks, if they are exact; None too where the engine has to score something again."""
        lens = self.lens.pk
        if "without_learned" in names and any_from_before(lens):
            return None
        if not names & STANDING:
            return Joined()
        if not ranking.are_exact(lens):
            return None
        score, flags = f'r."{self._ranked_by}"', 'r."project__flags"'
        return ranking.in_sql(lens, self._ranked_by, score, flags)

    @property
    def _ranked_by(self) -> str:
        return self.order.column if self.order.column in NODES else "composite"


class CurrentScoreViewSet(RetrieveRow):
    """One project's current score."""

    tag = "scores"
    shows = ("project", "score")
    serializer_class = ScoreInFullSerializer
    queries = {"retrieve": LensQuery}
    lookup_field = ""

    def retrieve(self, _request: Request, **kwargs: Any) -> Response:
        """Return the stored score, or compute it where none is stored from this buyer's side."""
        fields = ScoreInFullSerializer.chosen(self.query["fields"])
        row = on_read(self.query, kwargs["key"], columns_of(fields))
        if row is None:
            return super().retrieve(_request, **kwargs)
        names = {field.name for field in fields}
        if "minerals" in names:
            add_minerals([row], "project_id")
        if "without_learned" in names:
            add_without_learned([row])
        return Response(item(fields, row))

    def one(self) -> QuerySet[Any]:
        """The score through the lens asked for."""
        self.lens = lenses.chosen(self.query)
        return current(self.lens.pk).filter(project__key=self.kwargs["key"])

    def absent(self) -> Exception:
        """Whether the project is absent, or has no score."""
        try:
            current_of(self.lens, self.kwargs["key"])
        except Problem as problem:
            return problem
        return super().absent()

    def enrich(self, rows: Rows, names: set[str]) -> None:
        """Minerals, rank, and what it would be without learned models."""
        if "minerals" in names:
            add_minerals(rows, "project_id")
        if "without_learned" in names:
            add_without_learned(rows)
        if names & STANDING:
            (row,) = rows
            ranks = ranking.ranks(self.lens.pk, "composite", [row["composite"]])
            row |= ranks.standing(row["composite"], row["project__flags"])


class HistoryViewSet(ListRows):
    """How one project's score changed, the latest first: a row per change."""

    tag = "scores"
    shows = ("project", "scorehistory")
    serializer_class = PastScoreSerializer
    queries = {"list": LensQuery}
    orders = HISTORY_ORDERS

    def get_queryset(self) -> QuerySet[Any]:
        """The project's past scores through the lens."""
        project = get_object_or_404(published(), key=self.kwargs["key"])
        return ScoreHistory.objects.filter(project=project, lens=lenses.chosen(self.query))

    def enrich(self, rows: Rows, names: set[str]) -> None:
        """What each would be without learned models."""
        if "without_learned" in names:
            add_without_learned(rows)
