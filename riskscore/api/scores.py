"""Scores: the ranking, one project's current score, and its history.

Read by `.values()`, without model instances or serializers: a page of a thousand costs
milliseconds.
"""

import math
from typing import Any

from django.db.models import F, Q, QuerySet

from riskscore.api import filters, lenses, ranking, shapes
from riskscore.api.endpoint import Detail, Listing, listing_parameters
from riskscore.api.lenses import LENS_PARAMETERS
from riskscore.api.pagination import Order
from riskscore.api.parameters import Parameter, choice, decimal
from riskscore.api.problems import Problem
from riskscore.api.projects import MINERAL_CODES, published, with_minerals
from riskscore.api.resources import Field, Resource, Row, made, plain
from riskscore.models import Project, Score, ScoreHistory
from riskscore.models.scores import NODES, Band

DIMENSIONS = NODES[1:]
BANDS = {band.value: band.label for band in Band}
SCORE = "0 (no risk seen) to 100 (worst); null where too little is known to assess it"
BESIDE = {"context": "context", "low": "node_low", "high": "node_high", "coverage": "node_coverage"}


def known(value: float | None) -> float | None:
    """The number, or None where the arrays say NaN: nobody knows."""
    return None if value is None or math.isnan(value) else value


def by_node(column: str) -> Any:
    """Makes an object by node from an array in the order of NODES."""
    return lambda row: {node: known(row[column][at]) for at, node in enumerate(NODES)}


def not_assessed(row: Row) -> dict[str, dict[str, float | None]]:
    """For each node without a score: what is known of it, and between what bounds it must lie."""
    return {
        node: {name: known(row[column][at]) for name, column in BESIDE.items()}
        for at, node in enumerate(NODES)
        if row[node] is None
    }


def _beside_cells(row: Row) -> Row:
    """The same for CSV, where every row has every column."""
    return {
        f"{node}_{name}": known(row[BESIDE[name]][at])
        for at, node in enumerate(NODES)
        for name in BESIDE
    }


def _numbers(about: str) -> shapes.Schema:
    number = shapes.optional(shapes.number(about))
    return shapes.record(dict.fromkeys(NODES, number), about)


NOT_ASSESSED = shapes.record(
    {
        node: shapes.record(
            {
                "context": shapes.optional(shapes.number("Value of what is known.")),
                "low": shapes.optional(shapes.number("If all that is unknown were best.")),
                "high": shapes.optional(shapes.number("If all that is unknown were worst.")),
                "coverage": shapes.optional(shapes.number("Share of the weight that is known.")),
            },
            f"Why {node} has no score.",
        )
        for node in NODES
    },
    "Per node that is not assessed: its context and best–worst bounds, beside and never in place "
    "of a score.",
)

NUMBERS: tuple[Field, ...] = (
    plain("composite", shapes.optional(shapes.number(f"All dimensions joined: {SCORE}."))),
    made(
        "band",
        shapes.one_of(BANDS.values(), "low < 25 ≤ moderate < 50 ≤ high < 75 ≤ extreme."),
        lambda row: BANDS[row["band"]],
        "band",
    ),
    *(plain(name, shapes.optional(shapes.number(f"{name}: {SCORE}."))) for name in DIMENSIONS),
    plain("coverage", shapes.number("Share of the weight that is known, 0 to 1.")),
    plain("interval_low", shapes.optional(shapes.number("5 % quantile of the composite."))),
    plain("interval_high", shapes.optional(shapes.number("95 % quantile of the composite."))),
    Field(
        "not_assessed",
        NOT_ASSESSED,
        (*NODES, *BESIDE.values()),
        not_assessed,
        tuple(f"{node}_{name}" for node in NODES for name in BESIDE),
        _beside_cells,
    ),
    Field(
        "residual",
        _numbers("The score after recorded controls (certification, consent, grievance)."),
        ("residual",),
        by_node("residual"),
        tuple(f"{node}_residual" for node in NODES),
        lambda row: {f"{node}_residual": value for node, value in by_node("residual")(row).items()},
    ),
)
VERSIONS: tuple[Field, ...] = (
    plain("method", shapes.text("Code of the method."), "method__code"),
    plain("method_version", shapes.whole("Version of the method."), "method__version"),
    plain("as_of", shapes.day("The day that the facts describe.")),
    plain("edition", shapes.whole("What had been recorded: a step of the database's knowledge.")),
    plain("input_version", shapes.whole("The version of the project that was scored.")),
    plain("computed_at", shapes.moment("When it was computed.")),
    plain("job", shapes.text("Id of the job that computed it.", format="uuid"), "job_id"),
)
PROJECT: tuple[Field, ...] = (
    plain("key", shapes.text("Public key of the project, stable for ever."), "project__key"),
    plain("name", shapes.text("Name of the project."), "project__name"),
    plain("place", shapes.text("Country, ISO 3166 alpha-3."), "project__place_id"),
    plain("place_name", shapes.text("Name of the country."), "project__place__name"),
    plain("kind", shapes.one_of(Project.Kind.values, "Kind of site."), "project__kind"),
    made("minerals", MINERAL_CODES, lambda row: [code for code, *_ in row["minerals"]], "project_id"),
    plain(
        "flags",
        shapes.several(shapes.one_of(Project.Flag.values, "A flag."), "What to know about it."),
        "project__flags",
    ),
)
RANK: tuple[Field, ...] = (
    made(
        "rank",
        shapes.optional(
            shapes.whole(
                "1 is the riskiest by the number that the listing is sorted by (composite by "
                "default), among all ranked projects of this lens whatever the filters. Equal "
                "scores share a rank. Null for what is not assessed or not ranked."
            )
        ),
        lambda row: row["rank"],
        *NODES,
        "project__flags",
    ),
    made(
        "shared_with",
        shapes.optional(shapes.whole("How many other ranked projects have exactly this score.")),
        lambda row: row["shared_with"],
        *NODES,
        "project__flags",
    ),
)
STALE = made(
    "stale",
    shapes.flag("The project has changed since; a new score is on its way."),
    lambda row: row["project__input_version"] > row["input_version"],
    "project__input_version",
    "input_version",
)

SCORE_ITEM = Resource(
    "Score",
    "The current score of a project through a lens.",
    (*RANK[:1], *PROJECT, *NUMBERS, *RANK[1:], *VERSIONS, STALE),
)
HISTORY_ITEM = Resource(
    "PastScore", "A score as it was: one row per change.", (*NUMBERS, *VERSIONS)
)

SCORE_ORDERS = {
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

UNRANKED = choice(
    "unranked",
    ["exclude", "include", "only"],
    "Projects that are kept out of rankings: duplicates, steel plants, sites without known output.",
    default="exclude",
    where=lambda how: {
        "exclude": ~Q(project__flags__overlap=list(Project.UNRANKED)),
        "include": Q(),
        "only": Q(project__flags__overlap=list(Project.UNRANKED)),
    }[how],
)
BAND = choice(
    "band",
    list(BANDS.values()),
    "Only composites in these bands.",
    many=True,
    where=lambda labels: Q(band__in=[value for value, label in BANDS.items() if label in labels]),
)


def ranges() -> list[Parameter]:
    """`labour__gte=50` and the like, for each node and coverage."""
    highest = {**dict.fromkeys(NODES, 100.0), "coverage": 1.0}
    return [
        Parameter(
            name=f"{node}__{side}",
            schema=shapes.number(f"Only where {node} is {words} this.", minimum=0, maximum=top),
            read=decimal(0, top),
            where=lambda value, lookup=f"{node}__{side}": Q(**{lookup: value}),  # type: ignore[misc]
        )
        for node, top in highest.items()
        for side, words in (("gte", "at least"), ("lte", "at most"))
    ]


class Scores(Listing):
    """The current scores of all published projects, riskiest first."""

    tag = "scores"
    resource = SCORE_ITEM
    orders = SCORE_ORDERS
    parameters = listing_parameters(
        SCORE_ITEM,
        SCORE_ORDERS,
        *LENS_PARAMETERS,
        *filters.of_projects("project__"),
        BAND,
        UNRANKED,
        *ranges(),
        filters.since("computed_since", "computed_at", "Only scores computed at or after this."),
    )

    def found(self) -> QuerySet[Any]:
        """The current scores of the lens asked for."""
        return current_scores(self._lens)

    def initial(self, *args: Any, **kwargs: Any) -> None:
        """The lens is looked up once, before any row is read."""
        super().initial(*args, **kwargs)
        self._lens = lenses.chosen(self.asked).pk
        self._ranks: ranking.Ranks | None = None

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Minerals by one query; ranks by one, which a long export keeps."""
        if "minerals" in names:
            with_minerals(rows, "project_id")
        if names & {"rank", "shared_with"}:
            node = self.order.column if self.order.column in NODES else "composite"
            if self._ranks is None:
                self._ranks = ranking.ranks(self._lens, node)
            for row in rows:
                row |= self._ranks.standing(row[node], row["project__flags"])


def current_scores(lens: int) -> QuerySet[Any]:
    """The current scores of published projects through a lens."""
    return Score.objects.filter(lens=lens, project__state=Project.State.PUBLISHED)


def current_score(asked: dict[str, Any], key: str) -> QuerySet[Any]:
    """One project's score, as a queryset of one row. Raises Problem or Http404."""
    lens = lenses.chosen(asked)
    project = published().get(key=key)
    found = current_scores(lens.pk).filter(project=project)
    if not found.exists():
        raise Problem("not_scored", f"{key} has no score through this lens; see its flags")
    return found


class History(Listing):
    """How one project's score changed, latest first."""

    tag = "scores"
    resource = HISTORY_ITEM
    orders = HISTORY_ORDERS
    parameters = listing_parameters(HISTORY_ITEM, HISTORY_ORDERS, *LENS_PARAMETERS)
