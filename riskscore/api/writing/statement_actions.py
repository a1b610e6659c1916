"""Statements about projects and companies, on the addresses that show them: POST states one.

Nothing that is stated is ever changed: a correction names what it `replaces`, and both stay.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import body_serializers
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.row_serializers import Row, RowSerializer, columns_of, item
from riskscore.api.framework.row_viewsets import ListRows, RowsViewSet
from riskscore.api.writing import statement_bodies as bodies
from riskscore.api.writing.job_fields import written
from riskscore.api.writing.write_manners import TWICE, CheckQuery, DoubtQuery, Writing, of_jobs
from riskscore.curation.writes import owner_writes, stated_facts
from riskscore.curation.writes.project_writes import locked
from riskscore.curation.writes.written import Written
from riskscore.models import (
    Capacity,
    Company,
    Domicile,
    Footprint,
    Ownership,
    Project,
    ProjectStatus,
)

BY_NUMBER = {"-id": Order("id", "id", descending=True), "id": Order("id", "id")}


class Statements(Writing, RowsViewSet):
    """What can be stated on an address that lists statements."""

    #: What is sent to state one.
    body: Any = None
    refusals = {
        "create": {**TWICE, 409: "Has a newer version, or may be a slip"},
        "decide": {**TWICE, 409: "Has a newer version"},
    }

    def state(self, said: Mapping[str, Any]) -> Written[Any]:
        """Record what was sent."""
        raise NotImplementedError

    def create(self, request: Request, **_: Any) -> Response:
        """State something; what it changes is scored anew."""
        said = body_serializers.check(request, self.body)
        return self.written(lambda: self.answer(self.state(said)))

    def answer(self, written: Written[Any], status: int = 201) -> Response:
        """The statement as the list shows it, and the jobs."""
        fields = self.serializer_of("retrieve").chosen(None)
        row: Row = self.rows_of(written.record).values(*columns_of(fields), "pk").get()
        self.enrich([row], {field.name for field in fields})
        body = {**item(fields, row), **of_jobs(written, only=self.only_checks)}
        return Response(body, status=status)

    def rows_of(self, record: Any) -> QuerySet[Any]:
        """The row of a statement, as the list fetches it."""
        rows: QuerySet[Any] = type(record)._base_manager.filter(pk=record.pk)
        return rows


def documented(serializer: type[RowSerializer], body: Any) -> Any:
    """Marks a viewset's actions with what they take and answer, for the document."""
    shown = written(serializer)

    def marked(view: Any) -> Any:
        marks = {"create": extend_schema(request=body, responses={201: shown, 200: shown})}
        if issubclass(view, Decided):
            marks["decide"] = extend_schema(request=bodies.DecisionBody, responses={200: shown})
        return extend_schema_view(**marks)(view)

    return marked


class EvidenceActions(Statements):
    """Evidence can be stated."""

    takes = {"create": ("add_evidence",)}
    queries = {"create": DoubtQuery}
    body = bodies.EvidenceBody

    def state(self, said: Mapping[str, Any]) -> Written[Any]:
        """Record it, and rescore the project."""
        project = locked(self.kwargs["key"])
        return stated_facts.add_evidence(project, said, by=self.request.user, doubted=self.doubted)


class Decided(Statements):
    """Statements that somebody who has looked confirms or rejects."""

    queries = {"create": CheckQuery, "decide": CheckQuery}
    idempotent = ("create", "decide")
    model: Any = None

    def about(self) -> dict[str, Any]:
        """What the statements of the address are about, as a lookup."""
        raise NotImplementedError

    @action(detail=False, methods=["post"], url_path="<int:number>/decision")
    def decide(self, request: Request, **_: Any) -> Response:
        """Confirm or reject a statement, as a new version of it."""
        said = body_serializers.check(request, bodies.DecisionBody)
        return self.written(lambda: self.answer(self._decided(said), 200))

    def _decided(self, said: Mapping[str, Any]) -> Written[Any]:
        return owner_writes.decide(
            self.model, self.kwargs["number"], said["state"], by=self.request.user,
            note=said.get("note", ""), about=self.about(),
        )  # fmt: skip


class OwnerActions(Decided):
    """Owners can be stated, confirmed and rejected."""

    takes = {"create": ("add_ownership",), "decide": ("add_ownership",)}
    body = bodies.OwnerBody
    model = Ownership

    def about(self) -> dict[str, Any]:
        """The project of the address."""
        return {"project__key": self.kwargs["key"]}

    def state(self, said: Mapping[str, Any]) -> Written[Any]:
        """Record it, and rescore the project."""
        return owner_writes.add_owner(locked(self.kwargs["key"]), said, by=self.request.user)


class CompanyActions(Writing, RowsViewSet):
    """Companies can be entered."""

    takes = {"create": ("add_company", "add_domicile")}
    queries = {"create": CheckQuery}
    refusals = {"create": {**TWICE, 409: "Written meanwhile"}}

    def create(self, request: Request, **_: Any) -> Response:
        """Enter a company, with its home if that is known."""
        said = body_serializers.check(request, bodies.CompanyBody)
        return self.written(lambda: self._entered(said))

    def _entered(self, said: Mapping[str, Any]) -> Response:
        written = owner_writes.add_company(said, by=self.request.user)
        fields = self.serializer_of("retrieve").chosen(None)
        row = Company.objects.filter(pk=written.record.pk).values(*columns_of(fields), "pk").get()
        self.enrich([row], {field.name for field in fields})
        body = {**item(fields, row), **of_jobs(written, only=self.only_checks)}
        location = f"/api/v1/companies/{written.record.key}"
        return Response(body, status=201, headers={"Location": location})


class SourcedFields(RowSerializer):
    """Where a statement comes from."""

    id = serializers.IntegerField(help_text="Its number.")
    url = serializers.CharField(help_text="Where it can be read; empty: in the release.")
    release = serializers.CharField(
        allow_null=True, source="release__code", help_text="Code of the release that states it."
    )
    credibility = serializers.FloatField(help_text="0..1: how far its source is believed.")
    note = serializers.CharField(help_text="A note.")
    entered_at = serializers.DateTimeField(help_text="When it was recorded.")
    edition = serializers.IntegerField(source="edition_id", help_text="Since when we know it.")


class ProjectStatusSerializer(SourcedFields):
    """What a project does from a day on, as somebody states it."""

    status = serializers.ChoiceField(ProjectStatus.Word.values, help_text="What it does.")
    since = serializers.DateField(help_text="The day from which it is so.")


class CapacityStatementSerializer(SourcedFields):
    """What a project can give of a mineral in a year, as somebody states it."""

    mineral = serializers.CharField(source="mineral_id", help_text="Code of the mineral.")
    year = serializers.IntegerField(help_text="The year.")
    amount = serializers.FloatField(allow_null=True, help_text="A year, in the unit.")
    low = serializers.FloatField(allow_null=True, help_text="The least.")
    high = serializers.FloatField(allow_null=True, help_text="The most.")
    unit = serializers.CharField(help_text="Of one year.")
    basis = serializers.ChoiceField(Capacity.Basis.values, help_text="What it rests on.")
    reason = serializers.CharField(help_text="Why a range, and why this one.")


class FootprintSerializer(RowSerializer):
    """One version of the outline of a project; the newest holds."""

    id = serializers.IntegerField(help_text="Its number.")
    source = serializers.CharField(help_text="Web address where the outline comes from.")
    drawn = serializers.BooleanField(help_text="Whether there is one; false: it was taken back.")
    entered_at = serializers.DateTimeField(help_text="When it was recorded.")
    edition = serializers.IntegerField(source="edition_id", help_text="Since when we know it.")


class OfProject(Statements, ListRows):
    """Statements about the project of the address, the latest first."""

    tag = "projects"
    orders = BY_NUMBER
    queries = {"create": CheckQuery}

    def project(self) -> Project:
        """The project of the address. Raises Http404."""
        rows = Project.objects.filter(key=self.kwargs["key"], state=Project.State.PUBLISHED)
        found = rows.first()
        if found is None:
            raise Http404
        return found


@documented(ProjectStatusSerializer, bodies.StatusBody)
class StatusViewSet(OfProject):
    """What was stated of what a project does; POST states what it does now."""

    shows = ("project", "projectstatus")
    takes = {"create": ("add_projectstatus",)}
    serializer_class = ProjectStatusSerializer
    body = bodies.StatusBody

    def get_queryset(self) -> QuerySet[Any]:
        """All that stand."""
        return ProjectStatus.objects.filter(project=self.project())

    def state(self, said: Mapping[str, Any]) -> Written[Any]:
        """Record it."""
        return stated_facts.add_status(locked(self.kwargs["key"]), said, by=self.request.user)


@documented(CapacityStatementSerializer, bodies.CapacityBody)
class CapacityViewSet(OfProject):
    """What was stated of how much a project can give; POST states more."""

    shows = ("project", "capacity")
    takes = {"create": ("add_capacity",)}
    serializer_class = CapacityStatementSerializer
    body = bodies.CapacityBody

    def get_queryset(self) -> QuerySet[Any]:
        """All that stand."""
        return Capacity.objects.filter(project=self.project())

    def state(self, said: Mapping[str, Any]) -> Written[Any]:
        """Record it."""
        return stated_facts.add_capacity(locked(self.kwargs["key"]), said, by=self.request.user)


def with_drawn(rows: QuerySet[Footprint]) -> QuerySet[Footprint]:
    """Outlines, each with whether it is one."""
    return rows.annotate(drawn=ExpressionWrapper(Q(outline__isnull=False), BooleanField()))


@documented(FootprintSerializer, bodies.FootprintBody)
class FootprintViewSet(OfProject):
    """The outlines of a project; POST draws one, or takes the last one back."""

    shows = ("project", "footprint")
    takes = {"create": ("add_footprint",)}
    serializer_class = FootprintSerializer
    body = bodies.FootprintBody

    def get_queryset(self) -> QuerySet[Any]:
        """All versions."""
        return with_drawn(Footprint.objects.filter(project=self.project()))

    def rows_of(self, record: Any) -> QuerySet[Any]:
        """With whether there is an outline, which itself is large."""
        return with_drawn(super().rows_of(record))

    def state(self, said: Mapping[str, Any]) -> Written[Any]:
        """Record it, and rescore the project."""
        return stated_facts.draw_outline(locked(self.kwargs["key"]), said, by=self.request.user)


class HomeSerializer(SourcedFields):
    """One version of what is said of where a company is at home. Null is unknown."""

    place = serializers.CharField(
        allow_null=True, source="place_id", help_text="Country, ISO 3166 alpha-3."
    )
    parent = serializers.CharField(
        allow_null=True, source="parent__key", help_text="Key of the company above it."
    )
    state_owned = serializers.BooleanField(
        allow_null=True, help_text="Whether a state holds most of it."
    )
    state = serializers.ChoiceField(Domicile.State.values, help_text="Who has looked.")
    stated_on = serializers.DateField(allow_null=True, help_text="The day of the source.")
    supersedes = serializers.IntegerField(
        allow_null=True, source="supersedes_id", help_text="Number of the version before it."
    )


@documented(HomeSerializer, bodies.HomeBody)
class HomeViewSet(Decided, ListRows):
    """All that was said of where a company is at home; POST says it, or corrects it."""

    tag = "catalogues"
    shows = ("company", "domicile")
    takes = {"create": ("add_domicile",), "decide": ("add_domicile",)}
    serializer_class = HomeSerializer
    orders = BY_NUMBER
    body = bodies.HomeBody
    model = Domicile

    def get_queryset(self) -> QuerySet[Any]:
        """Every version, the latest first."""
        return Domicile.objects.filter(company=self.company())

    def company(self) -> Company:
        """The company of the address. Raises Http404."""
        found = Company.objects.filter(key=self.kwargs["key"]).first()
        if found is None:
            raise Http404
        return found

    def about(self) -> dict[str, Any]:
        """The company of the address."""
        return {"company__key": self.kwargs["key"]}

    def state(self, said: Mapping[str, Any]) -> Written[Any]:
        """Record it, and rescore the projects of the company and of those below it."""
        return owner_writes.add_home(self.company(), said, by=self.request.user)
