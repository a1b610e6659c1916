"""Scenarios: named lists of shocks that people store and nobody changes."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import bodies, shapes
from riskscore.api.framework.endpoint import READ, SCENARIO, Detail, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import choice, flag
from riskscore.api.framework.problems import of_body
from riskscore.api.framework.resources import Resource, columns_of, item, made, plain
from riskscore.curation import scenario_edits
from riskscore.curation.scenario_edits import CODE, TEXTS, Written
from riskscore.engine.sourcing.stated_shocks import (
    MOST_SHOCKS,
    MOST_TEXT,
    STAGES,
    BadShocks,
    Condition,
    Kind,
)
from riskscore.models import Scenario

ORDERS = {"id": Order("id", "id"), "-id": Order("id", "id", descending=True)}
SHOCK_FIELDS = {
    "kind": shapes.one_of(
        Kind,
        "export_cut: a share of what the place exports stops; output_cut: a share of what it makes "
        "(exports, its own use, the world's output); project_lost: a project's tonnes are lost, or "
        "delayed if it has an `until`; new_capacity: tonnes or a share more; agreement_signed, "
        "agreement_ended: with the buyers; social_condition: places that the buyers no longer "
        "buy from.",
    ),
    "place": shapes.text("Place code, also of a group."),
    "mineral": shapes.text("Code of the mineral, or `all`."),
    "project": shapes.text(
        "Key of a project: its place, its main mineral and its stated capacity are meant."
    ),
    "stage": shapes.one_of(STAGES, "ore, processed, or any (the default)."),
    "cut": shapes.number("Share lost, 0 to 1."),
    "more": shapes.number("Share gained; 1 doubles it."),
    "tonnes": shapes.number("Tonnes a year of what the mineral's production counts (`basis`)."),
    "condition": shapes.one_of(
        Condition,
        "forced_labour, child_or_forced_labour: the mineral from this place is listed so; "
        "labour_above, indigenous_above: every scored project there scores above the ceiling.",
    ),
    "ceiling": shapes.number("Score, 0 to 100."),
    "buyers": shapes.several(shapes.text("Place code."), "Only they feel it; none: everybody."),
    "since": shapes.day("First day."),
    "until": shapes.day("Last day."),
    "about": shapes.text("What it assumes.", maxLength=MOST_TEXT),
    "source": shapes.text("Where the fact can be read.", maxLength=MOST_TEXT),
}
SHOCK = {
    **shapes.record(SHOCK_FIELDS, "One shock. Cuts combine: 1 − Π(1 − cut).", required=["kind"]),
    "additionalProperties": False,
}
SHOCKS = shapes.several(SHOCK, f"1 to {MOST_SHOCKS} shocks.")
FIELDS = (
    plain("id", shapes.whole("Its number.")),
    plain("code", shapes.text("Its code.")),
    plain("version", shapes.whole("Version; stored versions never change.")),
    plain("title", shapes.text("What happens, in a few words.")),
    plain("about", shapes.text("What it assumes, and why.")),
    plain("source", shapes.text("Where its facts can be read.")),
    made(
        "shipped",
        shapes.flag("Whether it came with the library and not from a person."),
        lambda row: row["created_by_id"] is None,
        "created_by_id",
    ),
    plain("created_at", shapes.moment("When it was stored.")),
)
STORED = Resource(
    "Scenario",
    "A version of a scenario. What it does to buyers: `…/effects`.",
    (*FIELDS, plain("shocks", shapes.several(SHOCK, "What happens."))),
)
#: The request body: its schema checks the outside, `stated_shocks` what each kind needs.
WRITING = {
    **shapes.record(
        {
            "code": shapes.text("Its code.", pattern=f"^{CODE.pattern}$"),
            "version": shapes.whole("The next version, if you want to be sure.", minimum=1),
            "title": shapes.text("What happens.", minLength=1, maxLength=TEXTS["title"]),
            "about": shapes.text("What it assumes, and why.", maxLength=TEXTS["about"]),
            "source": shapes.text("Where its facts can be read.", maxLength=TEXTS["source"]),
            "shocks": {**SHOCKS, "minItems": 1, "maxItems": MOST_SHOCKS},
        },
        "A scenario, or the next version of one.",
        required=["code", "title", "shocks"],
    ),
    "additionalProperties": False,
}
NEWER = Scenario.objects.filter(code=OuterRef("code"), version__gt=OuterRef("version"))
VERSIONS = {"current": ~Q(Exists(NEWER)), "all": Q()}


def codes() -> set[str]:
    """The codes of all scenarios."""
    return set(Scenario.objects.values_list("code", flat=True))


class Scenarios(Listing):
    """Stored scenarios; POST stores one, or the next version of one."""

    tag = "sourcing"
    shows = ("scenario",)
    takes = {"POST": ("add_scenario",)}
    resource = STORED
    orders = ORDERS
    parameters = listing_parameters(
        STORED,
        ORDERS,
        choice(
            "versions",
            list(VERSIONS),
            "Only the newest of each, or every version.",
            default="current",
            where=VERSIONS.__getitem__,
        ),
    )
    post_parameters = (flag("validate_only", "Only check it, with 200; nothing is stored."),)
    body = WRITING
    answers = {"post": (201, shapes.reference(STORED.name))}
    also = {"post": (200, shapes.reference(STORED.name))}
    refusals = {409: "Somebody else's code, or not the next version"}

    def scopes(self) -> set[str]:
        """Storing takes `scenario`; whoever may store may also look."""
        return {SCENARIO} if self.request.method == "POST" else {READ, SCENARIO}

    def queryset(self) -> QuerySet[Any]:
        """All of them."""
        return Scenario.objects.all()

    def post(self, request: Request) -> Response:
        """Store it. The same content again is the same version, with 200."""
        written = Written(**bodies.check(request.data, WRITING))
        try:
            if self.query_values["validate_only"]:
                scenario_edits.checked(written.shocks)
                return Response({"code": written.code, "title": written.title})
            stored, new = scenario_edits.store(written, by=request.user)
        except BadShocks as refused:
            raise of_body(refused.faults) from None
        row = Scenario.objects.values(*columns_of(STORED.fields)).get(pk=stored.pk)
        response = Response(item(STORED.fields, row), status=201 if new else 200)
        response["Location"] = f"/api/v1/sourcing/scenarios/{stored.code}/{stored.version}"
        return response


class OneScenario(Detail):
    """One scenario: the version of the address, else the newest."""

    tag = "sourcing"
    shows = ("scenario",)
    resource = STORED
    parameters = (STORED.picker,)

    def scopes(self) -> set[str]:
        """Whoever may store one may also look at it."""
        return {READ, SCENARIO}

    def queryset(self) -> QuerySet[Any]:
        """The version asked for."""
        return Scenario.objects.filter(**self.kwargs).order_by("-version")
