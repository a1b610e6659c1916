"""What a job looks like, and what a request for one must look like."""

from typing import Any

from django.conf import settings

from riskscore.api.framework import shapes
from riskscore.api.framework.resources import Resource, Row, made, plain
from riskscore.jobs.scope import BANDS
from riskscore.models import Job, Project

MODEL = shapes.text("Kind and version, such as `disruption v2`.")
KEYS = shapes.several(shapes.text("Key of a project.", maxLength=60), "Public keys of projects.")
CODES = shapes.several(shapes.text("A code.", maxLength=60), "One or more codes.")
KINDS = shapes.several(shapes.text("A kind.", maxLength=60), ", ".join(Project.Kind.values))
MANY = {"minItems": 1, "maxItems": 10_000}


def _closed(properties: dict[str, Any], about: str, **more: Any) -> shapes.Schema:
    """An object that knows no other fields."""
    return {**shapes.record(properties, about), "additionalProperties": False, **more}


SCOPE = _closed(
    {
        "all": {
            "type": "boolean",
            "enum": [True],  # not `const`, from which generators of clients write no valid Python
            "description": "Every published project with a mineral.",
        },
        "keys": KEYS | MANY,
        "filter": _closed(
            {
                "place": CODES | MANY,
                "mineral": CODES | MANY,
                "kind": KINDS | MANY,
                "band": shapes.several(
                    shapes.one_of(BANDS, "A band."), "Bands of the composite, as now scored."
                )
                | MANY,
                "list": CODES | MANY | {"description": "Names of curators' lists of projects."},
                "stale_since": shapes.text(
                    "`now`, or a day or moment: only what has been stale since then, because its"
                    " inputs changed after its score was made, or because it has none.",
                    maxLength=40,
                ),
            },
            "Projects that match all of these.",
            minProperties=1,
        ),
    },
    "Which projects: exactly one of `all`, `keys` and `filter`.",
    minProperties=1,
    maxProperties=1,
)
#: The request body: one schema validates it and documents it.
REQUEST = _closed(
    {
        "scope": SCOPE,
        "importer": shapes.text(
            "Place code of the buyer, or WLD.", pattern="^[A-Z]{3}$", default="WLD"
        ),
        "method": shapes.text(
            "Code of a method; its newest published version is pinned.",
            maxLength=60,
            default=settings.DEFAULT_METHOD,
        ),
        "as_of": shapes.day(
            "The day that the facts shall describe; today (UTC) by default. For any other day, or a"
            " seed, the job makes scores of its own (`links.scores`); current ones stay."
        ),
        "seed": shapes.whole("Seed of the random draws.", minimum=0, maximum=2**63 - 1, default=0),
        "reason": shapes.text("Why, for whoever reads the list of jobs.", maxLength=200),
    },
    "A request for rescoring.",
    required=["scope"],
    examples=[
        {"scope": {"keys": ["icmm-00026"]}},
        {"scope": {"all": True}, "importer": "JPN"},
        {"scope": {"filter": {"mineral": ["lithium"], "stale_since": "now"}}},
    ],
)

PROGRESS = shapes.optional(
    shapes.record(
        {
            "total": shapes.whole("Projects in the job."),
            "done": shapes.whole("Scored."),
            "failed": shapes.whole("Could not be scored; see `errors`."),
            "skipped": shapes.whole("Left out: cancelled, superseded or stopped."),
            "percent": shapes.number("0 to 100; it never goes back."),
            "rate": shapes.optional(
                shapes.number("Projects per second of late; null while nobody can tell.")
            ),
            "eta_seconds": shapes.optional(
                shapes.number("Seconds to go at this rate; 0 when it has ended.")
            ),
        },
        "Counted from the chunks of the job; null until it is planned.",
    )
)


def links(row: Row) -> dict[str, str]:
    """Where to go from a job."""
    here = f"/api/v1/jobs/{row['id']}"
    words = ("cancel", "pause", "resume", "retry", "errors")
    view = f"importer={row['lens__importer_id']}&method={row['lens__method_code']}"
    scores = f"{here}/scores" if row["apart"] else f"/api/v1/scores?{view}"
    return {"self": here, **{word: f"{here}/{word}" for word in words}, "scores": scores}


APART = shapes.flag(
    "Whether it is for another day than that of its start, or another seed or number of draws: then"
    " its scores are its own, at `links.scores`, and current ones stay."
)
FIELDS = (
    plain("id", shapes.text("UUID, ordered by time.", format="uuid")),
    made("kind", shapes.text("What is done."), lambda _: "rescore", "id"),
    plain(
        "state",
        shapes.one_of(Job.State.values, "The last four are final and never change again."),
    ),
    plain("queue", shapes.one_of(Job.Queue.values, "A few projects go first: interactive.")),
    plain("method", shapes.text("Code of the method."), "method__code"),
    plain("method_version", shapes.whole("The version pinned."), "method__version"),
    plain("importer", shapes.text("The buyer's place."), "lens__importer_id"),
    plain("as_of", shapes.day("The day that the facts describe.")),
    plain("edition", shapes.whole("What had been recorded when it was started."), "edition_id"),
    made(
        "models",
        shapes.several(MODEL, "Learned models in force at the edition, hence pinned with it."),
        lambda row: row["models"],
        "edition_id",
    ),
    plain("seed", shapes.whole("Seed of the random draws.")),
    plain("draws", shapes.whole("Draws for the interval; 0 leaves it out.")),
    plain("apart", APART),
    plain("scope", SCOPE),
    plain("reason", shapes.text("Why.")),
    plain("request_id", shapes.text("Id of the request that started it.")),
    plain("created_at", shapes.moment("When it was accepted.")),
    plain("started_at", shapes.optional(shapes.moment("When it was planned."))),
    plain("finished_at", shapes.optional(shapes.moment("When it reached a final state."))),
    plain(
        "cancel_requested_at",
        shapes.optional(shapes.moment("Since when it is on its way out.")),
    ),
    plain(
        "paused_at",
        shapes.optional(shapes.moment("Since when nothing more of it is begun.")),
    ),
    plain(
        "superseded_by",
        shapes.optional(shapes.text("The newer job that made the rest needless.", format="uuid")),
        "superseded_by_id",
    ),
    plain(
        "retry_of",
        shapes.optional(shapes.text("The job whose failures this one tries again.", format="uuid")),
        "retry_of_id",
    ),
    plain("error", shapes.text("Why it failed, or was ended, as a whole.")),
    made(
        "links",
        shapes.record({}, "Where to go from here."),
        links,
        "id",
        "apart",
        "lens__importer_id",
        "lens__method_code",
    ),
)
JOB_ITEM = Resource("JobSummary", "A job in the list; its own page has the progress.", FIELDS)
JOB = Resource(
    "Job",
    "A rescoring job with its inputs pinned.",
    (*FIELDS[:3], made("progress", PROGRESS, lambda row: row["progress"], "id"), *FIELDS[3:]),
)
CHECKED = shapes.record(
    {
        "projects": shapes.whole("How many projects it would be about."),
        "queue": shapes.one_of(Job.Queue.values, "Where it would wait."),
        "method": shapes.text("Code of the method."),
        "method_version": shapes.whole("The version that would be pinned."),
        "models": shapes.several(MODEL, "The learned models that would be pinned."),
        "importer": shapes.text("The buyer's place."),
        "as_of": shapes.day("The day that the facts would describe."),
        "edition": shapes.whole("What has been recorded."),
        "seed": shapes.whole("Seed of the random draws."),
        "apart": APART,
    },
    "What a request would start. Nothing has been written.",
)
ITEM_ERROR = Resource(
    "ItemError",
    "A project that a job could not score.",
    (
        plain("key", shapes.text("Key of the project."), "project__key"),
        plain("name", shapes.text("Its name."), "project__name"),
        plain("code", shapes.text("What kind of failure.")),
        plain("detail", shapes.text("What happened.")),
    ),
)
