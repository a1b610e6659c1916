"""Projects: entered, changed and stored by the thousand, on the addresses that show them."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import body_serializers
from riskscore.api.framework.row_serializers import Row, RowSerializer, columns_of, item
from riskscore.api.framework.row_viewsets import RetrieveRow
from riskscore.api.framework.viewsets import etag_of_shown
from riskscore.api.writing import project_bodies as bodies
from riskscore.api.writing.job_fields import JobFields, written
from riskscore.api.writing.write_manners import (
    CURATE,
    TWICE,
    UNSEEN,
    DoubtQuery,
    Writing,
    of_jobs,
    refuse_unseen,
)
from riskscore.curation.writes import bulk_upsert, project_writes
from riskscore.curation.writes.written import Written
from riskscore.models import Project

HERE = "/api/v1/projects"
PARTS = ("projectmineral", "offtake", "externalid")
ENTERING = ("add_project", *(f"add_{part}" for part in PARTS))
CHANGING = (
    "change_project",
    *(f"{act}_{part}" for part in PARTS for act in ("add", "change", "delete")),
)


class UpsertedSerializer(serializers.Serializer[Any]):
    """What was done with one item."""

    external_id = serializers.CharField(help_text="What you call it.")
    key = serializers.CharField(help_text="Key of the project.")
    outcome = serializers.ChoiceField(
        ["created", "changed", "unchanged"], help_text="What was done with it."
    )
    state = serializers.ChoiceField(Project.State.values, help_text="How it stands.")


class BulkSerializer(JobFields):
    """What was done, item by item in the order in which they were sent."""

    items = UpsertedSerializer(many=True, help_text="One for each item.")


class ProjectActions(Writing, RetrieveRow):
    """What a viewset of projects can do besides showing them."""

    takes = {
        "create": ENTERING,
        "partial_update": CHANGING,
        "bulk": tuple(dict.fromkeys([*ENTERING, *CHANGING])),
    }
    unconditional = ("bulk",)
    queries = {"create": DoubtQuery, "partial_update": DoubtQuery, "bulk": DoubtQuery}
    refusals = {
        "create": {**TWICE, 409: "May be a slip, or written meanwhile"},
        "partial_update": {**UNSEEN, 409: "May be a slip"},
        "bulk": {409: "May be a slip, or written meanwhile"},
    }

    @property
    def may_write(self) -> bool:
        """Whether the key may write projects: then drafts and archived ones are there for it."""
        scopes = getattr(self.request.auth, "scopes", ())
        return CURATE in scopes and self.request.user.has_perm("riskscore.change_project")

    def create(self, request: Request, **_: Any) -> Response:
        """Enter a project; a job scores it."""
        said = dict(body_serializers.check(request, bodies.NewProjectBody))
        return self.written(lambda: self._created(said))

    def _created(self, said: dict[str, Any]) -> Response:
        reason = said.pop("reason", "")
        written = project_writes.create(
            said, by=self.request.user, doubted=self.doubted, reason=reason
        )
        response = self._answer(written, 201)
        response["Location"] = f"{HERE}/{written.record.key}"
        return response

    def partial_update(self, request: Request, **_: Any) -> Response:
        """Change a project, if it still is what the ETag in If-Match was given for."""
        said = dict(body_serializers.check(request, bodies.ProjectPatchBody))
        return self.written(lambda: self._changed(dict(said)))

    def _changed(self, said: dict[str, Any]) -> Response:
        reason, project = said.pop("reason", ""), project_writes.locked(self.kwargs["key"])
        refuse_unseen(self.request, self.as_read(project.key), said)
        written = project_writes.change(
            project, said, by=self.request.user, doubted=self.doubted, reason=reason
        )
        return self._answer(written, 200)

    @extend_schema(request=bodies.BulkBody, responses={200: BulkSerializer})
    @action(detail=False, methods=["put"])
    def bulk(self, request: Request, **_: Any) -> Response:
        """Store up to 1,000 projects by what you call them: all of them or none, one job."""
        said = body_serializers.check(request, bodies.BulkBody)
        return self.written(lambda: self._stored(said))

    def _stored(self, said: Any) -> Response:
        written = bulk_upsert.upsert(
            said["scheme"], said["items"], by=self.request.user, doubted=self.doubted,
            reason=said.get("reason", ""),
        )  # fmt: skip
        items = [
            {"external_id": one.external_id, "key": one.key, "outcome": one.outcome,
             "state": one.state}
            for one in written.record
        ]  # fmt: skip
        return Response({"items": items, **of_jobs(written, only=self.only_checks)})

    def _answer(self, written: Written[Project], status: int) -> Response:
        shown = self.as_read(written.record.key)
        body = {**shown, **of_jobs(written, only=self.only_checks)}
        return Response(body, status=status, headers={"ETag": etag_of_shown(shown)})

    def as_read(self, key: str) -> Row:
        """A project as a GET of it answers, in whatever state. Raises Http404."""
        fields = self.serializer_of("retrieve").chosen(None)
        row = Project.objects.filter(key=key).values(*columns_of(fields), "pk").first()
        if row is None:
            raise Http404
        asked = type(self).query_fields("retrieve")
        usual = {name: field for name, field in asked.items() if name not in self.query}
        self.query = {**{name: _usual(field) for name, field in usual.items()}, **self.query}
        self.enrich([row], {field.name for field in fields})
        return item(fields, row)


def documented(serializer: type[RowSerializer]) -> Any:
    """Marks a viewset's actions with what they take and answer, for the document."""
    shown = written(serializer)
    return extend_schema_view(
        create=extend_schema(request=bodies.NewProjectBody, responses={201: shown, 200: shown}),
        partial_update=extend_schema(request=bodies.ProjectPatchBody, responses={200: shown}),
    )


def _usual(field: Any) -> Any:
    """The value of a parameter that was left out."""
    return None if field.default is serializers.empty else field.get_default()
