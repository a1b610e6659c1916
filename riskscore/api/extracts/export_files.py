"""Files of many rows: asked for, made by a worker, fetched by their owner or by a link."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from riskscore.api import lenses
from riskscore.api.extracts.lookups import view_of
from riskscore.api.framework import body_serializers as bodies
from riskscore.api.framework import request_id, waits
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import of_scope
from riskscore.api.framework.query_fields import TextField
from riskscore.api.framework.rendering import Json
from riskscore.api.framework.row_serializers import Made, Row, RowSerializer
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.api.framework.viewsets import READ
from riskscore.curation.extracts import file_requests, signed_links
from riskscore.curation.extracts.watched_exports import EXPORT
from riskscore.jobs.scope import BadScope
from riskscore.models import ApiKey, Export
from riskscore.sources.written.media_types import MEDIA_TYPES

HERE = "/api/v1/exports"


#: A file in each of its kinds; the first is what clients were told before they were told apart.
FILES = {
    (200, kind): OpenApiTypes.OBJECT if "json" in kind and "x-" not in kind else OpenApiTypes.BINARY
    for kind in ("application/octet-stream", *(each.split(";")[0] for each in MEDIA_TYPES.values()))
}


class DownloadSerializer(serializers.Serializer[Any]):
    """A link to the file; null while there is none."""

    href = serializers.CharField(help_text="Opens the file without a key, until `until`.")
    until = serializers.DateTimeField(
        help_text="When the link ends; ask for the export again for a new one."
    )


class ExportSerializer(RowSerializer):
    """A file of many rows, and how far it is."""

    id = serializers.UUIDField(help_text="Its number.")
    what = serializers.ChoiceField(Export.What.choices, help_text="Rows of which table.")
    format = serializers.ChoiceField(Export.Format.choices, help_text="How they are written.")
    state = serializers.ChoiceField(Export.State.choices, help_text="The last two are final.")
    scope = Made(serializers.DictField(help_text="Which projects, as in jobs."), "scope")
    importer = serializers.CharField(source="lens__importer_id", help_text="The buyer; or WLD.")
    method = serializers.CharField(source="lens__method_code", help_text="Code of the method.")
    rows = serializers.IntegerField(help_text="Rows written so far; all, once it is made.")
    size = serializers.IntegerField(help_text="Bytes of the file.")
    sha256 = serializers.CharField(help_text="Hash of the file; empty until it is made.")
    edition = serializers.IntegerField(allow_null=True, help_text="The newest that its rows know.")
    position = serializers.CharField(help_text="`changes?since=` this goes on from the file.")
    error = serializers.CharField(help_text="Why there is no file.")
    created_at = serializers.DateTimeField(help_text="When it was asked for.")
    finished_at = serializers.DateTimeField(allow_null=True, help_text="When it was made.")
    kept_until = serializers.DateTimeField(allow_null=True, help_text="When it is deleted.")
    deleted_at = serializers.DateTimeField(allow_null=True, help_text="When it was deleted.")


class ExportInFullSerializer(ExportSerializer):
    """A file of many rows, with the link that opens it."""

    download = Made(DownloadSerializer(allow_null=True), "id", "state", "deleted_at")
    links = Made(
        serializers.DictField(help_text="Where to go from here."),
        "id",
        make=lambda row: {
            "self": f"{HERE}/{row['id']}",
            "file": f"{HERE}/{row['id']}/file",
            "events": f"{HERE}/{row['id']}/events",
        },
    )


@extend_schema_field({"$ref": "#/components/schemas/Scope"})
class ScopeField(serializers.DictField):
    """Which projects, as `jobs.scope` reads it."""


class ExportBody(bodies.Body):
    """A file that is asked for."""

    what = bodies.ChoiceField(Export.What.values, help_text="Rows of which table.")
    format = bodies.ChoiceField(Export.Format.values, help_text="How they are written.")
    scope = ScopeField(
        required=False,
        help_text='Which projects, as in POST /api/v1/jobs: `{"all": true}` by default.',
    )
    importer = bodies.CharField(required=False, max_length=3, help_text="The buyer; or WLD.")
    method = bodies.CharField(required=False, max_length=60, help_text="Code of the method.")


class Waiting(serializers.Serializer[Any]):
    """How long to wait."""

    wait = waits.wait_field()


class ByLink(serializers.Serializer[Any]):
    """What opens the file without a key."""

    link = TextField(help_text="From `download.href`; leave it out with a key of the owner.")


class AnyFile(Json):
    """A file as it is; the view streams."""

    media_type = "*/*"
    format = "file"


class ExportViewSet(ListRows, RetrieveRow):
    """Your files of many rows, the latest first; POST asks for one."""

    tag = "extracts"
    shows = ("export",)
    takes = {"create": ("add_export",), "destroy": ("add_export",)}
    write_scopes = frozenset({READ})
    refusals = {"create": {404: "Not scored for this importer"}}
    serializer_class = ExportSerializer
    detail_serializer = ExportInFullSerializer
    lookup_field = "id"
    lookup_url_kwarg = "export_id"
    lookup_value_converter = "uuid"
    orders = {"-id": Order("id", "id", descending=True), "id": Order("id", "id")}
    queries = {"retrieve": Waiting, "file": ByLink}

    def get_queryset(self) -> QuerySet[Any]:
        """The client's own; those of others are as good as absent."""
        return Export.objects.filter(created_by=self.request.user.pk)

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """A link to the file, where there is one."""
        if "download" in names:
            for row in rows:
                row["download"] = self._download(row)

    def _download(self, row: Row) -> Row | None:
        if row["state"] != Export.State.SUCCEEDED or row["deleted_at"] is not None:
            return None
        key = self.request.auth if isinstance(self.request.auth, ApiKey) else None
        link, until = signed_links.link_for(row["id"], self.request.user.pk, key)
        path = f"{HERE}/{row['id']}/file?link={link}"
        return {"href": self.request.build_absolute_uri(path), "until": until}

    @extend_schema(request=ExportBody, responses={202: ExportInFullSerializer})
    def create(self, request: Request) -> Response:
        """Ask for a file; ask again at `Location` until it is made, or wait for it there."""
        body = bodies.check(request, ExportBody)
        lens = lenses.chosen(view_of(body))
        try:
            made = file_requests.request(
                body["what"], body["format"], body.get("scope", {"all": True}), lens=lens,
                by=request.user, request_id=request_id.request_id(request._request),
            )  # fmt: skip
        except BadScope as error:
            raise of_scope(error) from None
        self.kwargs["export_id"] = made.pk
        return self._answer(status=202, headers={"Location": f"{HERE}/{made.pk}"})

    def retrieve(self, _request: Request, **_: Any) -> Response:
        """Return how far the file is; with `wait`, once it is made or could not be."""
        export = file_requests.own(self.request.user, self.kwargs["export_id"])
        if export.state not in Export.TERMINAL:
            held = waits.held_back(self.request, EXPORT, export.pk, self.query["wait"])
            if held is not None:
                return held
        return self._answer(self.query["fields"])

    def _answer(self, fields: list[str] | None = None, **more: Any) -> Response:
        shown = self.shown(fields)
        response = Response(shown, **more)
        if shown.get("state") in (Export.State.QUEUED, Export.State.RUNNING):
            response["Retry-After"] = "2"
        return response

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **_: Any) -> Response:
        """Delete the file; what it was stays on record."""
        file_requests.delete(file_requests.own(request.user, self.kwargs["export_id"]))
        return Response(status=204)

    @extend_schema(responses={(200, "text/event-stream"): OpenApiTypes.STR, 204: None})
    @action(detail=True, renderer_classes=[waits.EventStream, Json])
    def events(self, request: Request, **_: Any) -> HttpResponseBase:
        """How far the file is, as server-sent events until it is made."""
        export = file_requests.own(request.user, self.kwargs["export_id"])
        return waits.stream(request, EXPORT, export.pk)

    def get_permissions(self) -> list[BasePermission]:
        """A link stands for its owner, whose rights it is opened by."""
        return [] if self._is_by_link else super().get_permissions()  # type: ignore[return-value]

    def get_throttles(self) -> list[BaseThrottle]:
        """There is no client to count for a link."""
        return [] if self._is_by_link else super().get_throttles()

    @property
    def _is_by_link(self) -> bool:
        return self.action == "file" and "link" in self.request.query_params

    @extend_schema(responses=FILES)
    @action(detail=True, renderer_classes=[AnyFile])
    def file(self, request: Request, **_: Any) -> HttpResponseBase:
        """Return the file, for its owner's key or by its link."""
        number, link = self.kwargs["export_id"], self.query["link"]
        export = (
            signed_links.opened(link, number)
            if link is not None
            else file_requests.own(request.user, number)
        )
        path = file_requests.file_of(export, export.created_by)
        name = f"riskscore-{export.what}-edition-{export.edition}.{export.format}"
        response = FileResponse(
            path.open("rb"), as_attachment=True, filename=name,
            content_type=MEDIA_TYPES[export.format],
        )  # fmt: skip
        response["ETag"] = f'"{export.sha256}"'
        response["Cache-Control"] = "private, no-store"
        response["Riskscore-Edition"] = str(export.edition)
        return response
