"""The address of an explanation, and its shape."""

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Endpoint
from riskscore.api.framework.resources import columns_of, item
from riskscore.api.projects import add_minerals
from riskscore.api.results.explanation import explanation
from riskscore.api.results.learned_parts import LEARNED, learned
from riskscore.api.results.score_fields import BANDS, BESIDE_SHAPE, IN_FULL, add_without_learned
from riskscore.api.results.scores import current_of, on_read
from riskscore.models.scores import NODES
from riskscore.scoring import ranking
from riskscore.scoring.explanation import Status, explain, specification
from riskscore.scoring.stored_score import StoredScore

#: Where a score stands that is not stored: nowhere.
UNRANKED = {node: {**ranking.NOWHERE, "of": 0} for node in NODES}
STATUSES = [status.value for status in Status]

STANDING = shapes.record(
    {
        "rank": shapes.optional(shapes.whole("1 is the riskiest; equal scores share a rank.")),
        "of": shapes.whole("How many ranked projects have a score here."),
        "shared_with": shapes.optional(
            shapes.whole("Ranked projects with this score, but this one.")
        ),
        "ranked_at": shapes.optional(shapes.moment("As of when this is exact.")),
    },
    "Where the project stands in this buyer's view.",
)
SOURCE = shapes.record(
    {
        "source": shapes.text("Code of the source."),
        "publisher": shapes.text("Who publishes it."),
        "title": shapes.text("What it is."),
        "release": shapes.text("Code of the release that the value came from."),
        "published_edition": shapes.text("What the publisher calls it."),
        "licence": shapes.text("Its licence."),
        "url": shapes.text("Where it comes from."),
    },
    "A release that the value came from: of a source with later corrections, the correction, the "
    "release that it corrects, or both, as they contributed. Of an unknown value, what was looked "
    "into. Without a release: it came from none (evidence, a learned model). Of a map: its layer.",
)
MINERAL = shapes.record(
    {
        "mineral": shapes.text("Code of the mineral."),
        "score": shapes.optional(
            shapes.number("The dimension if it were about this mineral; null is not assessed.")
        ),
        "decided": shapes.flag("Whether the score is about this one."),
    },
    "What one of the project's minerals gives the dimension.",
)
INDICATOR = shapes.record(
    {
        "indicator": shapes.text("Key in the catalogue, or code of the leaf."),
        "label": shapes.text("Its name."),
        "value": shapes.optional(shapes.number("Raw value that was scored; null is unknown.")),
        "level": shapes.optional(shapes.text("The word for the value, if it is ordinal.")),
        "unit": shapes.text("Unit of the raw value."),
        "mineral": shapes.optional(shapes.text("The mineral that the value is about.")),
        "place": shapes.optional(shapes.text("The place that the value is about.")),
        "first_year": shapes.optional(
            shapes.whole("Year of the oldest fact behind the value: of a mean, its first year.")
        ),
        "year": shapes.optional(shapes.whole("Year of the newest fact behind the value.")),
        "standard_error": shapes.optional(
            shapes.number("In the unit of the value; null where nobody states one.")
        ),
        "status": shapes.one_of(
            STATUSES,
            "counted; shown (no weight here); context (its dimension is not assessed, so it adds "
            "nothing); unknown; does_not_apply (it is about a buyer, and the importer is WLD).",
        ),
        "contribution": shapes.optional(shapes.number("Points that it adds to the composite.")),
        "weight": shapes.number("Nominal weight among its siblings, for this kind of site."),
        "weighs_in": shapes.text("The node in which it weighs."),
        "why": shapes.text("The method's reason for weight and scale."),
        "about": shapes.text("What it measures."),
        "proxy_for": shapes.text("What it stands in for, if it is a proxy."),
        "caution": shapes.text("Show this text wherever the value is shown."),
        "scaling": shapes.record({}, "How raw becomes 0 to 100."),
        "cited": shapes.text("What the method cites."),
        "sources": shapes.several(SOURCE, "Where the value comes from."),
        "nearest": shapes.text(
            "Of a distance: what it was measured to, with its people; empty if it is none."
        ),
    },
    "One indicator.",
)
DIMENSION = shapes.record(
    {
        "dimension": shapes.one_of(NODES[1:], "Which of the four."),
        "label": shapes.text("Its name."),
        "score": shapes.optional(shapes.number("0 to 100; null is not assessed.")),
        "band": shapes.one_of(BANDS.values(), "Band of the score."),
        "contribution": shapes.optional(shapes.number("Points that it adds to the composite.")),
        "weight": shapes.number("Nominal weight in the composite."),
        **BESIDE_SHAPE,
        "residual": shapes.optional(shapes.number("The score after controls on record.")),
        "why": shapes.text("The method's reason."),
        "mineral": shapes.optional(
            shapes.text("The mineral that decided; all values of the dimension are about it.")
        ),
        "minerals": shapes.several(
            MINERAL, "Where a mineral decided: each of the project's minerals, the worst first."
        ),
        "indicators": shapes.several(INDICATOR, "In the method's order."),
        "standing": STANDING,
    },
    "One dimension. Where `score` is null, show `context`, `low` and `high` beside it.",
)
EXPLANATION = shapes.record(
    {
        "score": shapes.reference(IN_FULL.name),
        "dimensions": shapes.several(DIMENSION, "The four dimensions."),
        "contributions_sum": shapes.optional(shapes.number("Equals the composite, within 1e-9.")),
        "standing": STANDING,
        "learned": LEARNED,
        "notes": shapes.several(shapes.text("A sentence."), "What a reader must be told."),
    },
    "Why the score is what it is.",
)


class Explanation(Endpoint):
    """Why a project has its score: per dimension and indicator."""

    tag = "scores"
    shows = ("project", "score")
    parameters = lenses.LENS_PARAMETERS
    answers = {"get": (200, shapes.reference("Explanation"))}

    def get(self, _request: Request, key: str) -> Response:
        """Return the stored inputs and contributions with the method's reasons."""
        columns = {*columns_of(IN_FULL.fields), "method__hash"}
        row = on_read(self.query_values, key, columns)
        stored = row is None
        if row is None:
            lens = lenses.chosen(self.query_values)
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
                "score": item(IN_FULL.fields, row),
                **explanation(explain(method, score), standings),
                "learned": learned(method, score),
            }
        )
