"""What a score looks like: the same numbers for a current score and for a past one."""

from collections.abc import Callable

from riskscore.api.framework import shapes
from riskscore.api.framework.resources import Field, Resource, Row, made, plain
from riskscore.models import Project
from riskscore.models.scores import NODES, Band
from riskscore.scoring.learned_contribution import without_learned_each
from riskscore.scoring.stored_score import COLUMNS, StoredScore, not_nan

DIMENSIONS = NODES[1:]
BANDS = {band.value: str(band.label) for band in Band}
SCORE = "0 (no risk seen) to 100 (worst); null where too little is known to assess it"
KNOWN = "Share of the weight of what always counts that is known, 0 to 1."
BESIDE = {"context": "context", "low": "node_low", "high": "node_high", "coverage": "node_coverage"}


def beside(row: Row, at: int) -> dict[str, float | None]:
    """What stands beside a node's score: value of what is known, bounds, coverage."""
    return {name: not_nan(row[column][at]) for name, column in BESIDE.items()}


def not_assessed(row: Row) -> dict[str, dict[str, float | None]]:
    """For each node without a score: what is known of it, and between what bounds it must lie."""
    return {node: beside(row, at) for at, node in enumerate(NODES) if row[node] is None}


def by_node(column: str) -> Callable[[Row], dict[str, float | None]]:
    """Makes an object by node from an array in the order of NODES."""
    return lambda row: {node: not_nan(row[column][at]) for at, node in enumerate(NODES)}


def _beside_cells(row: Row) -> Row:
    """For CSV, where every row has every column, whether the node is assessed or not."""
    return {
        f"{node}_{name}": value
        for at, node in enumerate(NODES)
        for name, value in beside(row, at).items()
    }


def _residual_cells(row: Row) -> Row:
    return {f"{node}_residual": value for node, value in by_node("residual")(row).items()}


BESIDE_SHAPE = {
    "context": shapes.optional(shapes.number("The value of what is known.")),
    "low": shapes.optional(shapes.number("The score if all that is unknown were best.")),
    "high": shapes.optional(shapes.number("The score if all that is unknown were worst.")),
    "coverage": shapes.optional(shapes.number(KNOWN)),
}
NOT_ASSESSED = shapes.record(
    {node: shapes.record(BESIDE_SHAPE, f"If {node} has no score.") for node in NODES},
    "Only the nodes that are not assessed: their context and best–worst bounds, beside a score "
    "and never in its place.",
)
RESIDUAL = shapes.record(
    {node: shapes.optional(shapes.number("0 to 100.")) for node in NODES},
    "Scores after controls on record (certification, consent, grievance mechanism). "
    "The other numbers are inherent: controls never touch them.",
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
    plain("coverage", shapes.number(KNOWN)),
    plain(
        "interval_low",
        shapes.optional(shapes.number("5 % quantile; null until computed.")),
    ),
    plain(
        "interval_high",
        shapes.optional(shapes.number("95 % quantile; null until computed.")),
    ),
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
        RESIDUAL,
        ("residual",),
        by_node("residual"),
        tuple(f"{node}_residual" for node in NODES),
        _residual_cells,
    ),
)
WITHOUT_LEARNED = shapes.optional(
    shapes.record(
        {node: shapes.optional(shapes.number("0 to 100.")) for node in NODES},
        "The same scores if there were no learned model: computed by the same method from the "
        "same inputs. Null where no learned model counts.",
    )
)
#: What ``learned_contribution`` needs of a row; the listing adds ``without_learned`` to each.
ALSO = (*COLUMNS, "method_id")
BARE = Field(
    "without_learned",
    WITHOUT_LEARNED,
    ALSO,
    lambda row: row["without_learned"] or None,
    tuple(f"{node}_without_learned" for node in NODES),
    lambda row: {f"{node}_without_learned": row["without_learned"].get(node) for node in NODES},
)


def add_without_learned(rows: list[Row]) -> None:
    """Add what each score would be without learned models, all rows at once."""
    stored = [(row["method_id"], StoredScore.from_values(row)) for row in rows]
    for row, scores in zip(rows, without_learned_each(stored), strict=True):
        row["without_learned"] = scores


VERSIONS: tuple[Field, ...] = (
    plain("method", shapes.text("Code of the method."), "method__code"),
    plain("method_version", shapes.whole("Version of the method."), "method__version"),
    plain("as_of", shapes.day("The day that the facts describe.")),
    plain("edition", shapes.whole("What had been recorded by then: a step of our knowledge.")),
    plain("input_version", shapes.whole("The version of the project that was scored.")),
    plain("computed_at", shapes.moment("When it was computed.")),
    plain("job", shapes.text("Id of the job that computed it.", format="uuid"), "job_id"),
)
MINERALS = shapes.several(shapes.text("Code."), "Codes of its minerals, the primary first.")
PROJECT: tuple[Field, ...] = (
    plain("key", shapes.text("Public key of the project, stable for ever."), "project__key"),
    plain("name", shapes.text("Name of the project."), "project__name"),
    plain("place", shapes.text("Country, ISO 3166 alpha-3."), "project__place_id"),
    plain("place_name", shapes.text("Name of the country."), "project__place__name"),
    plain("kind", shapes.one_of(Project.Kind.values, "Kind of site."), "project__kind"),
    made("minerals", MINERALS, lambda row: [code for code, *_ in row["minerals"]], "project_id"),
    plain(
        "flags",
        shapes.several(shapes.one_of(Project.Flag.values, "A flag."), "What to know about it."),
        "project__flags",
    ),
)
RANK = made(
    "rank",
    shapes.optional(
        shapes.whole(
            "1 is the riskiest, by the number that the listing is sorted by (else the composite), "
            "among all ranked projects of this buyer's view whatever the filters. Equal scores "
            "share a rank. Null for what is not assessed or not ranked."
        )
    ),
    lambda row: row["rank"],
    *NODES,
    "project__flags",
)
SHARED = made(
    "shared_with",
    shapes.optional(
        shapes.whole(
            "How many other ranked projects have exactly this score: most inputs describe the "
            "country and the mineral, so projects that agree in both share one."
        )
    ),
    lambda row: row["shared_with"],
    *NODES,
    "project__flags",
)
RANKED_AT = made(
    "ranked_at",
    shapes.optional(
        shapes.moment(
            "As of when rank and shared_with are exact: nothing that is ranked has changed since, "
            "but while a job scores many projects, which are ranked anew as it ends. Null where "
            "rank and shared_with are."
        )
    ),
    lambda row: row["ranked_at"],
    *NODES,
    "project__flags",
)
STALE = made(
    "stale",
    shapes.flag("The project has changed since this was computed."),
    lambda row: row["project__input_version"] > row["input_version"],
    "project__input_version",
    "input_version",
)
LENS: tuple[Field, ...] = (
    plain("importer", shapes.text("The buyer's place; WLD is nobody."), "lens__importer_id"),
)

SCORE_ITEM = Resource(
    "Score",
    "The current score of a project through a buyer's view, here called lens: method × importer.",
    (RANK, *PROJECT, *NUMBERS, BARE, SHARED, RANKED_AT, *LENS, *VERSIONS, STALE),
)
ON_READ, BY_JOB = "on_read", "by_job"
COMPUTED = made(
    "computed",
    shapes.one_of(
        (BY_JOB, ON_READ),
        "by_job: stored. on_read: computed when asked, since nothing was scored from this buyer's "
        "side; the same numbers as a job would store.",
    ),
    lambda row: row.get("computed", BY_JOB),
)
NOTE = made(
    "note", shapes.text("What to know about it; empty: nothing."), lambda row: row.get("note", "")
)
MAYBE = {
    "computed_at": plain(
        "computed_at", shapes.optional(shapes.moment("When it was stored; null: it is not."))
    ),
    "job": plain(
        "job",
        shapes.optional(shapes.text("Id of the job that computed it; null: none.", format="uuid")),
        "job_id",
    ),
}
IN_FULL = Resource(
    "ScoreInFull",
    "The current score of a project.",
    (*(MAYBE.get(field.name, field) for field in SCORE_ITEM.fields), COMPUTED, NOTE),
)
HISTORY_ITEM = Resource("PastScore", "A score as it was.", (*NUMBERS, BARE, *VERSIONS))
