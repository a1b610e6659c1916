"""Challenges: file a correction on a project, and read what was filed and answered.

Who filed one is not shown: people who live beside a mine may need that.
"""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import query_fields
from riskscore.api.framework.body_serializers import (
    Body,
    CharField,
    ChoiceField,
    DateField,
    IntegerField,
    RegexField,
    check,
)
from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import Problem, of_body
from riskscore.api.framework.query_fields import Several
from riskscore.api.framework.row_serializers import RowSerializer, columns_of, item
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.api.framework.viewsets import CHALLENGE, READ
from riskscore.api.projects import published_or_404
from riskscore.api.writing.once import answered_once
from riskscore.curation import challenges
from riskscore.engine.catalogue import INDICATORS
from riskscore.models import Challenge, Evidence, Project

#: Figures that observations state: those that a challenge may be about.
STATED = {row.key for row in INDICATORS.values() if row.kind == "observation"}
ORDERS = {"-id": Order("id", "id", descending=True), "id": Order("id", "id")}


class ChallengeSerializer(RowSerializer):
    """A correction that somebody filed on a project, and a curator's answer."""

    id = serializers.IntegerField(help_text="Its number.")
    project = serializers.CharField(help_text="Key of the project.", source="project__key")
    statement = serializers.CharField(help_text="What is wrong, and what is right.")
    url = serializers.CharField(help_text="Where that can be read.")
    kind = serializers.CharField(help_text="The kind of evidence that it would be; may be empty.")
    happened_on = serializers.DateField(allow_null=True, help_text="The day it happened.")
    disputes = serializers.IntegerField(
        allow_null=True,
        help_text="Number of the statement on file that it disputes.",
        source="disputes_id",
    )
    indicator = serializers.CharField(help_text="Key of the figure that is wrong; may be empty.")
    state = serializers.ChoiceField(
        Challenge.State.values, help_text="Accepted has become evidence."
    )
    reason = serializers.CharField(help_text="The curator's reason; a declined one always has one.")
    evidence = serializers.IntegerField(
        allow_null=True, help_text="Number of the statement that it became.", source="evidence_id"
    )
    observation = serializers.CharField(
        allow_null=True,
        help_text="Code of the release of one row that it became.",
        source="observation__release__code",
    )
    filed_at = serializers.DateTimeField(help_text="When it was filed.")
    decided_at = serializers.DateTimeField(allow_null=True, help_text="When it was answered.")


class FilingSerializer(Body):
    """A correction."""

    statement = CharField(
        min_length=20, max_length=2000, help_text="What is wrong, and what is right."
    )
    url = RegexField("^https?://", max_length=400, help_text="Where that can be read.")
    kind = ChoiceField(
        Evidence.Kind.values, required=False, help_text="The kind of evidence that it would be."
    )
    happened_on = DateField(required=False, help_text="The day it happened, like 2026-01-31.")
    indicator = ChoiceField(
        sorted(STATED), required=False, help_text="The figure of the score that is wrong."
    )
    disputes = IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text="Number of the statement on file that is wrong.",
    )

    def validate_url(self, text: str) -> str:
        """An address that Django's validator takes."""
        try:
            URLValidator(schemes=["http", "https"])(text)
        except DjangoValidationError:
            raise serializers.ValidationError("no address; give https://…") from None
        return text

    def validate_happened_on(self, day: date) -> date:
        """A day on which people mined and kept records."""
        if day.year < 1900 or day > timezone.now().date() + timedelta(days=1):
            raise serializers.ValidationError("say a day from 1900 on that is not in the future")
        return day


class ChallengeFilters(FilterSet):
    """Filters of challenges."""

    state = Filter(
        Several(
            query_fields.ChoiceField(Challenge.State.values), help_text="Only in these states."
        ),
        "state__in",
    )


def queryset() -> QuerySet[Challenge]:
    """The challenges of what the API shows."""
    return Challenge.objects.filter(project__state=Project.State.PUBLISHED)


class ChallengeViewSet(ListRows, RetrieveRow):
    """Challenges on all projects, the latest first."""

    tag = "projects"
    shows = ("challenge",)
    serializer_class = ChallengeSerializer
    filterset_class = ChallengeFilters
    orders = ORDERS
    about_one = "One challenge by its number."
    lookup_field = "pk"
    lookup_url_kwarg = "number"
    lookup_value_converter = "int"

    def scopes(self) -> set[str]:
        """Whoever may file one may also look what became of it."""
        return {READ, CHALLENGE} if self.action == "retrieve" else super().scopes()

    def get_queryset(self) -> QuerySet[Any]:
        """Those of what the API shows."""
        return queryset()


class ChallengeOfProjectViewSet(ListRows):
    """Challenges on one project; POST files one."""

    tag = "projects"
    shows = ("challenge",)
    takes = {"POST": ("add_challenge",)}
    write_scopes = frozenset({CHALLENGE})
    idempotent = ("create",)
    refusals = {"create": {422: "Key used before"}}
    serializer_class = ChallengeSerializer
    filterset_class = ChallengeFilters
    orders = ORDERS

    def get_queryset(self) -> QuerySet[Any]:
        """Those on the project."""
        return queryset().filter(project=published_or_404(self.kwargs["key"]))

    @extend_schema(request=FilingSerializer, responses={201: ChallengeSerializer})
    @answered_once
    def create(self, request: Request, key: str) -> Response:
        """File a correction. The same again, while it is open, is the same challenge."""
        project, filed = published_or_404(key), check(request, FilingSerializer)
        try:
            made = challenges.file(
                project,
                filed["statement"],
                filed["url"],
                by=request.user,
                kind=filed.get("kind", ""),
                happened_on=filed.get("happened_on"),
                disputes=_disputed(project, filed.get("disputes")),
                indicator=filed.get("indicator", ""),
            )
        except challenges.TooMany as error:
            headers = {"Retry-After": "3600"}
            raise Problem("too_many_challenges", str(error), headers=headers) from None
        except challenges.CannotFile as error:
            raise of_body({"/statement": str(error)}) from None
        columns = ChallengeSerializer.chosen(None)
        row = queryset().values(*columns_of(columns)).get(pk=made.pk)
        headers = {"Location": f"/api/v1/challenges/{made.pk}"}
        return Response(item(columns, row), status=201, headers=headers)


def _disputed(project: Project, number: int | None) -> Evidence | None:
    if number is None:
        return None
    disputed = Evidence.objects.filter(project=project, pk=number).first()
    if disputed is None:
        raise of_body({"/disputes": f"no statement {number} about this project"})
    return disputed
