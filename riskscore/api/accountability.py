"""Scores judged by what happened afterwards: the checks that were made, by day of the scores."""

from typing import Any

from django.db.models import Q, QuerySet

from riskscore.api.filters import places, within
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Detail, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import Parameter, code, day
from riskscore.api.framework.resources import Resource, plain
from riskscore.models import ScoreAccountability

FIGURE = shapes.optional(
    shapes.number("AUC, 0..1: 0.5 tells nothing, 1 everything; null: none can be told.")
)
INTERVAL = shapes.optional(
    shapes.several(shapes.number("An end."), "Its 95 % interval, from drawing whole countries.")
)
REGION = shapes.record(
    {
        "projects": shapes.whole("Projects with a score."),
        "events": shapes.whole("Those of them with an event."),
        "auc": FIGURE,
    },
    "One region.",
)
JUDGED = shapes.record(
    {
        "projects": shapes.whole("Projects with a score."),
        "events": shapes.whole("Those of them that an event of the list is about."),
        "countries_with_event": shapes.whole("Countries in which they lie."),
        "not_assessed": shapes.whole("Projects without this score; they are not judged."),
        "auc": FIGURE,
        "auc_ci": INTERVAL,
        "within_country": FIGURE,
        "within_country_ci": INTERVAL,
        "country_alone": FIGURE,
        "few_countries": shapes.flag("Too few countries with an event for the intervals to hold."),
        "by_region": {
            "type": "object",
            "additionalProperties": REGION,
            "description": "By name of the region.",
        },
    },
    "How well one score tells projects with an event from others: over all pairs, over pairs of "
    "one country, and what the mean of the country alone would tell.",
)
JOINED = shapes.record(
    {
        "events": shapes.whole("Events after the scores, or all of them in hindsight."),
        "before_scores": shapes.whole("Events left out, being older than the scores."),
        "by_rule": {
            "type": "object",
            "additionalProperties": shapes.whole("Events."),
            "description": "Events joined by key, name, coordinates or country.",
        },
        "unjoined": shapes.whole("Events about no project that was scored."),
        "projects": shapes.whole("Projects with an event."),
        "within_km": shapes.number("How far a point reaches."),
    },
    "How events were joined to projects.",
)
FIELDS = (
    plain("id", shapes.whole("Number of the check.")),
    plain("scores_of", shapes.day("The scores are those that stood at the end of this day.")),
    plain("method", shapes.text("Code of the method."), "lens__method_code"),
    plain("importer", shapes.text("Whose view; WLD is nobody's."), "lens__importer_id"),
    plain("versions", shapes.text("Versions that the scores were made by."), "methods"),
    plain("list", shapes.text("Name of the list's file. The list itself is not kept."), "file"),
    plain("sha256", shapes.text("Hash of the list's file.")),
    plain("first_event", shapes.day("Day of the first event that judges.")),
    plain("last_event", shapes.day("Day of the last one.")),
    plain(
        "hindsight",
        shapes.flag(
            "True: the scores are younger than events and may have known of them; then the figures "
            "say how scores and list agree, not what was foreseen."
        ),
    ),
    plain("joined", JOINED),
    plain("made_at", shapes.moment("When it was made.")),
)
CHECK = Resource(
    "ScoreCheck",
    "The scores of a day against a list of events from outside. A list has what somebody looked "
    "for and could report: no event is not no harm.",
    FIELDS,
)
CHECK_IN_FULL = Resource(
    "ScoreCheckInFull",
    "A check with its figures.",
    (
        *FIELDS,
        plain(
            "results",
            {
                "type": "object",
                "additionalProperties": JUDGED,
                "description": "By score: composite, geopolitical, concentration, labour, "
                "indigenous.",
            },
        ),
    ),
)
ORDERS = {
    "-scores_of": Order("scores_of", "id", descending=True),
    "scores_of": Order("scores_of", "id"),
}


def _bound(name: str, about: str) -> Parameter:
    return Parameter(
        name=name, schema=shapes.day(about), read=day, where=lambda value: Q(**{name: value})
    )


class Checks(Listing):
    """Checks of scores against events from outside, the newest scores first."""

    tag = "catalogues"
    shows = ("scoreaccountability",)
    resource = CHECK
    orders = ORDERS
    parameters = listing_parameters(
        CHECK,
        ORDERS,
        code(
            "importer",
            "Only views of these buyers; WLD is nobody's.",
            places,
            many=True,
            where=within("lens__importer_id"),
        ),
        _bound("scores_of__gte", "Only scores of this day or later."),
        _bound("scores_of__lte", "Only scores of this day or earlier."),
    )

    def queryset(self) -> QuerySet[Any]:
        """All of them."""
        return ScoreAccountability.objects.all()


class OneCheck(Detail):
    """One check with its figures, by its number."""

    tag = "catalogues"
    shows = ("scoreaccountability",)
    resource = CHECK_IN_FULL
    parameters = (CHECK_IN_FULL.picker,)

    def queryset(self) -> QuerySet[Any]:
        """The check of this number."""
        return ScoreAccountability.objects.filter(pk=self.kwargs["number"])
