"""Lists of projects that curators keep: read, begun, changed. Jobs take them by `list`."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import body_serializers
from riskscore.api.framework.body_serializers import Body, CharField
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.api.framework.viewsets import etag_of_shown
from riskscore.api.writing import stated_limits as limits
from riskscore.api.writing.project_bodies import OPTIONAL
from riskscore.api.writing.write_manners import (
    LIST,
    TWICE,
    UNSEEN,
    CheckQuery,
    Writing,
    refuse_unseen,
)
from riskscore.curation.writes import project_lists
from riskscore.models import ProjectList

HERE = "/api/v1/lists"
#: Keys of one request.
MOST_KEYS = 10_000


def _keys(about: str) -> Any:
    return serializers.ListField(
        child=CharField(max_length=60), max_length=MOST_KEYS, **OPTIONAL, help_text=about,
        error_messages={"not_a_list": "must be array"},
    )  # fmt: skip


class NewListBody(Body):
    """A list to begin."""

    name = CharField(
        max_length=60, states=limits.SLUG, help_text="Letters, digits, hyphens; for ever."
    )
    projects = _keys("Keys of its projects.")


class ListPatchBody(Body):
    """What is to change: all of it, or what comes and goes."""

    projects = _keys("Keys of all its projects, in place of those that stand there.")
    add = _keys("Keys of projects to add.")
    remove = _keys("Keys of projects to take out.")


class ListSummarySerializer(RowSerializer):
    """A list of projects that a curator keeps."""

    name = serializers.CharField(help_text="Its name.")
    count = serializers.IntegerField(help_text="How many projects are in it.")


class ProjectListSerializer(ListSummarySerializer):
    """A list of projects with their keys."""

    projects = serializers.ListField(
        child=serializers.CharField(), source="keys", help_text="Keys of its projects, in order."
    )


class ProjectListViewSet(Writing, ListRows, RetrieveRow):
    """Lists of projects, of which all who may see projects see the names."""

    tag = "projects"
    shows = ("projectlist", "project")
    takes = {"create": ("add_projectlist",), "partial_update": ("change_projectlist",)}
    write_scopes = frozenset({LIST})
    refusals = {
        "create": {**TWICE, 409: "Written meanwhile"},
        "partial_update": {**UNSEEN, 409: "Written meanwhile"},
    }
    about_one = "One list, with its projects."
    serializer_class = ListSummarySerializer
    detail_serializer = ProjectListSerializer
    queries = {"create": CheckQuery, "partial_update": CheckQuery}
    orders = {"name": Order("name", "id")}
    lookup_field = "name"
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Any]:
        """All of them; one with its keys."""
        rows = ProjectList.objects.annotate(count=Count("projects"))
        if self.action == "list":
            return rows
        keys = ArrayAgg("projects__key", order_by="projects__key", filter=~Q(projects=None))
        return rows.annotate(keys=Coalesce(keys, []))

    @extend_schema(
        request=NewListBody, responses={201: ProjectListSerializer, 200: ProjectListSerializer}
    )
    def create(self, request: Request, **_: Any) -> Response:
        """Begin a list."""
        said = body_serializers.check(request, NewListBody)
        return self.written(lambda: self._begun(said))

    def _begun(self, said: Any) -> Response:
        keys = said.get("projects", ())
        made = project_lists.begin(said["name"], keys, by=self.request.user)
        response = self._shown(made.name, 201)
        response["Location"] = f"{HERE}/{made.name}"
        return response

    @extend_schema(request=ListPatchBody, responses={200: ProjectListSerializer})
    def partial_update(self, request: Request, name: str) -> Response:
        """Change a list, if it still is what the ETag in If-Match was given for."""
        said = body_serializers.check(request, ListPatchBody)
        return self.written(lambda: self._changed(name, said))

    def _changed(self, name: str, said: Any) -> Response:
        kept = project_lists.locked(name)
        refuse_unseen(self.request, self._read(name), said)
        project_lists.change(kept, said)
        return self._shown(name, 200)

    def _read(self, name: str) -> Any:
        self.kwargs["name"] = name
        return self.shown()

    def _shown(self, name: str, status: int) -> Response:
        shown = self._read(name)
        return Response(shown, status=status, headers={"ETag": etag_of_shown(shown)})
