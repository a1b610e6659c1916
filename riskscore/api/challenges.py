"""Challenges: file a correction on a project, and read what was filed and answered.

Who filed one is not shown: people who live beside a mine may need that.
"""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.filters import within
from riskscore.api.framework import bodies, shapes
from riskscore.api.framework.endpoint import CHALLENGE, READ, Detail, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import choice
from riskscore.api.framework.problems import Problem, of_body
from riskscore.api.framework.resources import Resource, columns_of, item, plain
from riskscore.api.projects import published
from riskscore.curation import challenges
from riskscore.engine.catalogue import INDICATORS
from riskscore.models import Challenge, Evidence, Project

STATES = choice(
    "state", Challenge.State.values, "Only in these states.", many=True, where=within("state")
)
#: Figures that observations state: those that a challenge may be about.
STATED = {row.key for row in INDICATORS.values() if row.kind == "observation"}
ORDERS = {"-id": Order("id", "id", descending=True), "id": Order("id", "id")}
CHALLENGED = Resource(
    "Challenge",
    "A correction that somebody filed on a project, and a curator's answer.",
    (
        plain("id", shapes.whole("Its number.")),
        plain("project", shapes.text("Key of the project."), "project__key"),
        plain("statement", shapes.text("What is wrong, and what is right.")),
        plain("url", shapes.text("Where that can be read.")),
        plain("kind", shapes.text("The kind of evidence that it would be; may be empty.")),
        plain("happened_on", shapes.optional(shapes.day("The day it happened."))),
        plain(
            "disputes",
            shapes.optional(shapes.whole("Number of the statement on file that it disputes.")),
            "disputes_id",
        ),
        plain("indicator", shapes.text("Key of the figure that is wrong; may be empty.")),
        plain("state", shapes.one_of(Challenge.State.values, "Accepted has become evidence.")),
        plain("reason", shapes.text("The curator's reason; a declined one always has one.")),
        plain(
            "evidence",
            shapes.optional(shapes.whole("Number of the statement that it became.")),
            "evidence_id",
        ),
        plain(
            "observation",
            shapes.optional(shapes.text("Code of the release of one row that it became.")),
            "observation__release__code",
        ),
        plain("filed_at", shapes.moment("When it was filed.")),
        plain("decided_at", shapes.optional(shapes.moment("When it was answered."))),
    ),
)
#: The request body: one schema validates it and documents it.
FILING = {
    **shapes.record(
        {
            "statement": shapes.text(
                "What is wrong, and what is right.", minLength=20, maxLength=2000
            ),
            "url": shapes.text("Where that can be read.", maxLength=400, pattern="^https?://"),
            "kind": shapes.one_of(Evidence.Kind.values, "The kind of evidence that it would be."),
            "happened_on": shapes.day("The day it happened, like 2026-01-31."),
            "indicator": shapes.one_of(sorted(STATED), "The figure of the score that is wrong."),
            "disputes": shapes.whole(
                "Number of the statement on file that is wrong.", minimum=1, maximum=2**63 - 1
            ),
        },
        "A correction.",
        required=["statement", "url"],
    ),
    "additionalProperties": False,
}


def queryset() -> QuerySet[Challenge]:
    """The challenges of what the API shows."""
    return Challenge.objects.filter(project__state=Project.State.PUBLISHED)


class Challenges(Listing):
    """Challenges on all projects, the latest first."""

    tag = "projects"
    shows = ("challenge",)
    resource = CHALLENGED
    orders = ORDERS
    parameters = listing_parameters(CHALLENGED, ORDERS, STATES)

    def queryset(self) -> QuerySet[Any]:
        """All of them."""
        return queryset()


class OneChallenge(Detail):
    """One challenge by its number."""

    tag = "projects"
    shows = ("challenge",)
    resource = CHALLENGED
    parameters = (CHALLENGED.picker,)

    def scopes(self) -> set[str]:
        """Whoever may file one may also look what became of it."""
        return {READ, CHALLENGE}

    def queryset(self) -> QuerySet[Any]:
        """The challenge with this number."""
        return queryset().filter(pk=self.kwargs["number"])


class ChallengesOfProject(Challenges):
    """Challenges on one project; POST files one."""

    takes = {"POST": ("add_challenge",)}
    parameters = listing_parameters(CHALLENGED, ORDERS, STATES)
    body = FILING
    answers = {"post": (201, shapes.reference(CHALLENGED.name))}

    def scopes(self) -> set[str]:
        """Filing takes `challenge`; whoever may file may also look."""
        return {CHALLENGE} if self.request.method == "POST" else {READ, CHALLENGE}

    def project(self) -> Project:
        """The published project of the address."""
        project = published().filter(key=self.kwargs["key"]).first()
        if project is None:
            raise Http404
        return project

    def queryset(self) -> QuerySet[Any]:
        """Those on the project."""
        return queryset().filter(project=self.project())

    def post(self, request: Request, **_: Any) -> Response:
        """File a correction. The same again, while it is open, is the same challenge."""
        project, filed = self.project(), bodies.check(request.data, FILING)
        try:
            made = challenges.file(
                project,
                filed["statement"],
                _url(filed["url"]),
                by=request.user,
                kind=filed.get("kind", ""),
                happened_on=_day(filed.get("happened_on")),
                disputes=_disputed(project, filed.get("disputes")),
                indicator=filed.get("indicator", ""),
            )
        except challenges.TooMany as error:
            headers = {"Retry-After": "3600"}
            raise Problem("too_many_challenges", str(error), headers=headers) from None
        except challenges.CannotFile as error:
            raise of_body({"/statement": str(error)}) from None
        row = queryset().values(*columns_of(CHALLENGED.fields)).get(pk=made.pk)
        response = Response(item(CHALLENGED.fields, row), status=201)
        response["Location"] = f"/api/v1/challenges/{made.pk}"
        return response


def _url(text: str) -> str:
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        raise of_body({"/url": "no address; give https://…"}) from None
    return text


def _day(text: str | None) -> date | None:
    if not text:
        return None
    day = bodies.day(text, "/happened_on")
    if day.year < 1900 or day > timezone.now().date() + timedelta(days=1):
        raise of_body({"/happened_on": "say a day from 1900 on that is not in the future"})
    return day


def _disputed(project: Project, number: int | None) -> Evidence | None:
    if number is None:
        return None
    disputed = Evidence.objects.filter(project=project, pk=number).first()
    if disputed is None:
        raise of_body({"/disputes": f"no statement {number} about this project"})
    return disputed
