"""Projects: what is scored."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers

from riskscore.api.filters import ProjectFilters
from riskscore.api.framework.filtersets import Filter
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.query_fields import MomentField
from riskscore.api.framework.rendering import GeoJson
from riskscore.api.framework.row_serializers import Made, Row
from riskscore.api.framework.row_viewsets import ListRows, Rows
from riskscore.api.project_parts import communities, facts
from riskscore.api.project_parts.communities import CommunityFields, add_communities
from riskscore.api.project_parts.facts import FactFilters, StatedFields
from riskscore.api.project_parts.owner_fields import (
    OwnerFields,
    OwnerQuery,
    add_bounds,
    add_owners,
)
from riskscore.api.writing import project_actions
from riskscore.api.writing.project_actions import ProjectActions
from riskscore.models import ExternalId, Project, ProjectMineral

#: Primary first; within a role by code, so that a page reads the same every time.
ROLES = [role.value for role in ProjectMineral.Role]

FLAGS = "; ".join(f"{flag.value}: {flag.label}" for flag in Project.Flag)


class MineralOfProjectSerializer(serializers.Serializer[Any]):
    """A mineral of the project."""

    mineral = serializers.CharField(help_text="Code of the mineral.")
    role = serializers.ChoiceField(ROLES, help_text="Whether it is the main product.")
    term = serializers.CharField(help_text="The publisher's own word.")


class ExternalIdSerializer(serializers.Serializer[Any]):
    """What a project is called elsewhere."""

    scheme = serializers.CharField(help_text="Whose id it is.")
    value = serializers.CharField(help_text="The id.")


class ProjectSerializer(CommunityFields, OwnerFields, StatedFields):
    """A mining project: a mine, deposit, smelter, refinery or plant."""

    key = serializers.CharField(help_text="Public key, stable for ever.")
    name = serializers.CharField(help_text="Name, as its publisher writes it.")
    kind = serializers.ChoiceField(Project.Kind.values, help_text="Kind of site.")
    stage = serializers.CharField(
        help_text="Stage, as its publisher states it; empty if it does not."
    )
    place = serializers.CharField(help_text="Country, ISO 3166 alpha-3.", source="place_id")
    place_name = serializers.CharField(help_text="Name of the country.", source="place__name")
    place_label = serializers.CharField(help_text="The country that its publisher names.")
    place_rule = serializers.CharField(
        help_text=(
            "How the country was found: by the publisher's label (it lies within 25 km), by "
            "the coordinates, or the nearest one (a site off the coast)."
        )
    )
    latitude = serializers.FloatField(help_text="Degrees north, WGS 84.")
    longitude = serializers.FloatField(help_text="Degrees east, WGS 84.")
    minerals = Made(
        MineralOfProjectSerializer(help_text="What it yields, the primary first.", many=True),
        "pk",
        make=lambda row: [
            {"mineral": code, "role": role, "term": term} for code, role, term in row["minerals"]
        ],
    )
    flags = serializers.ListField(
        child=serializers.ChoiceField(Project.Flag.values, help_text=FLAGS), help_text=FLAGS
    )
    duplicate_of = serializers.CharField(
        allow_null=True,
        help_text="Key of the project that stands for the same site.",
        source="duplicate_of__key",
    )
    confidence = serializers.CharField(help_text="The publisher's own word on the location.")
    release = serializers.CharField(
        allow_null=True, help_text="Code of its release.", source="release__code"
    )
    source_id = serializers.CharField(help_text="Its number at the publisher.")
    input_version = serializers.IntegerField(
        help_text="Rises with every change that a score can see."
    )
    updated_at = serializers.DateTimeField(help_text="When it changed last.")
    state = serializers.ChoiceField(
        Project.State.values, help_text="published; others are shown to whoever may write them."
    )
    external_ids = Made(
        ExternalIdSerializer(help_text="What it is called elsewhere.", many=True), "pk"
    )

    class Meta:
        fields = (
            "key", "name", "kind", "stage", "place", "place_name", "place_label", "place_rule",
            "latitude", "longitude", "minerals", "communities", "owners", "owner_bounds",
            "status", "capacity", "offtake", "events", "flags", "duplicate_of", "confidence",
            "release", "source_id", "input_version", "updated_at", "state", "external_ids",
        )  # fmt: skip


ORDERS = {
    "key": Order("key", "id"),
    "name": Order("name", "id"),
    "-updated_at": Order("updated_at", "id", descending=True),
    "updated_at": Order("updated_at", "id"),
    "community_km": communities.ORDER,
}


#: A project is shown with its parts, so reading it takes what its page in admin takes.
WHOLE_PROJECT = (
    "project", "projectmineral", "ownership", "company", "capacity", "offtake", "projectstatus",
    "evidence", "land",
)  # fmt: skip


def published() -> QuerySet[Project]:
    """The projects that the API shows; drafts and archived ones are as good as absent."""
    return Project.objects.filter(state=Project.State.PUBLISHED)


def published_or_404(key: str) -> Project:
    """The published project of an address. Raises Http404."""
    return get_object_or_404(published(), key=key)


def add_minerals(rows: list[Row], project: str) -> None:
    """Give each row its `minerals` as (code, role, term); ``project`` is the column of its id."""
    result: dict[int, list[tuple[str, str, str]]] = {row[project]: [] for row in rows}
    columns = ("project_id", "mineral_id", "role", "term")
    for owner, *mineral in ProjectMineral.objects.filter(project__in=result).values_list(*columns):
        result[owner].append(tuple(mineral))
    for row in rows:
        row["minerals"] = sorted(result[row[project]], key=lambda m: (ROLES.index(m[1]), m[0]))


def mineral_codes(project: str) -> str:
    """SQL: the JSON of the codes of a project's minerals, in the same order."""
    roles = " ".join(f"WHEN '{role}' THEN {at}" for at, role in enumerate(ROLES))
    minerals = f"riskscore_projectmineral m WHERE m.project_id = {project}"
    ordered = f"SELECT m.mineral_id FROM {minerals} ORDER BY CASE m.role {roles} END, m.mineral_id"  # noqa: S608
    return f"to_json(ARRAY({ordered}))"


def add_external_ids(rows: list[Row]) -> None:
    """Give each row its `external_ids`, by one query a page."""
    by_key: dict[int, Row] = {row["pk"]: row for row in rows}
    for row in rows:
        row["external_ids"] = []
    found = ExternalId.objects.filter(project__in=by_key).order_by("scheme", "value")
    for number, scheme, value in found.values_list("project_id", "scheme", "value"):
        by_key[number]["external_ids"].append({"scheme": scheme, "value": value})


class ProjectFiltersAndFacts(ProjectFilters, FactFilters):
    """Filters of projects, those by what is stated among them."""

    updated_since = Filter(
        MomentField(help_text="Only projects changed at or after this."), "updated_at__gte"
    )


@project_actions.documented(ProjectSerializer)
class ProjectViewSet(ProjectActions, ListRows):
    """Published projects, scored or not. Who may write them sees others by their key too."""

    tag = "projects"
    shows = WHOLE_PROJECT
    renderer_classes = (*ListRows.renderer_classes, GeoJson)
    serializer_class = ProjectSerializer
    filterset_class = ProjectFiltersAndFacts
    queries = {**ProjectActions.queries, "list": OwnerQuery, "retrieve": OwnerQuery}
    orders = ORDERS
    about_one = "One project by its key."
    lookup_field = "key"
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Any]:
        """What is published; one by its key for whoever may write it, however it stands."""
        if self.action == "retrieve" and self.may_write:
            return Project.objects.all()
        is_by_distance = self.action == "list" and self.order is communities.ORDER
        return communities.with_nearest(published()) if is_by_distance else published()

    def enrich(self, rows: Rows, names: set[str]) -> None:
        """Minerals, communities, owners and facts, by a few queries a page for each."""
        if "minerals" in names:
            add_minerals(rows, "pk")
        if "external_ids" in names:
            add_external_ids(rows)
        if "communities" in names:
            add_communities(rows)
        if "owners" in names:
            add_owners(rows, "pk")
        if "owner_bounds" in names:
            add_bounds(rows, self.query["importer"])
        facts.add(rows, names)
