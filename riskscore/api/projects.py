"""Projects: what is scored."""

from typing import Any

from django.db.models import QuerySet

from riskscore.api import filters
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Detail, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.rendering import GeoJson
from riskscore.api.framework.resources import Resource, Row, made, plain
from riskscore.api.project_parts import communities, facts
from riskscore.api.project_parts.communities import COMMUNITIES, add_communities
from riskscore.api.project_parts.owner_fields import (
    IMPORTER,
    OWNER_BOUNDS,
    OWNERS,
    add_bounds,
    add_owners,
)
from riskscore.models import Project, ProjectMineral

#: Primary first; within a role by code, so that a page reads the same every time.
ROLES = [role.value for role in ProjectMineral.Role]

FLAGS = "; ".join(f"{flag.value}: {flag.label}" for flag in Project.Flag)
MINERAL = shapes.record(
    {
        "mineral": shapes.text("Code of the mineral."),
        "role": shapes.one_of(ROLES, "Whether it is the main product."),
        "term": shapes.text("The publisher's own word."),
    },
    "A mineral of the project.",
)

PROJECT = Resource(
    "Project",
    "A mining project: a mine, deposit, smelter, refinery or plant.",
    (
        plain("key", shapes.text("Public key, stable for ever.")),
        plain("name", shapes.text("Name, as its publisher writes it.")),
        plain("kind", shapes.one_of(Project.Kind.values, "Kind of site.")),
        plain("stage", shapes.text("Stage, as its publisher states it; empty if it does not.")),
        plain("place", shapes.text("Country, ISO 3166 alpha-3."), "place_id"),
        plain("place_name", shapes.text("Name of the country."), "place__name"),
        plain("place_label", shapes.text("The country that its publisher names.")),
        plain(
            "place_rule",
            shapes.text(
                "How the country was found: by the publisher's label (it lies within 25 km), by "
                "the coordinates, or the nearest one (a site off the coast)."
            ),
        ),
        plain("latitude", shapes.number("Degrees north, WGS 84.")),
        plain("longitude", shapes.number("Degrees east, WGS 84.")),
        made(
            "minerals",
            shapes.several(MINERAL, "What it yields, the primary first."),
            lambda row: [
                {"mineral": code, "role": role, "term": term}
                for code, role, term in row["minerals"]
            ],
            "pk",
        ),
        COMMUNITIES,
        OWNERS,
        OWNER_BOUNDS,
        *facts.FIELDS,
        plain("flags", shapes.several(shapes.one_of(Project.Flag.values, FLAGS), FLAGS)),
        plain(
            "duplicate_of",
            shapes.optional(shapes.text("Key of the project that stands for the same site.")),
            "duplicate_of__key",
        ),
        plain("confidence", shapes.text("The publisher's own word on the location.")),
        plain(
            "release",
            shapes.optional(shapes.text("Code of its release.")),
            "release__code",
        ),
        plain("source_id", shapes.text("Its number at the publisher.")),
        plain("input_version", shapes.whole("Rises with every change that a score can see.")),
        plain("updated_at", shapes.moment("When it changed last.")),
    ),
)
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


def add_minerals(rows: list[Row], project: str) -> None:
    """Give each row its `minerals` as (code, role, term); ``project`` is the column of its id."""
    result: dict[int, list[tuple[str, str, str]]] = {row[project]: [] for row in rows}
    columns = ("project_id", "mineral_id", "role", "term")
    for owner, *mineral in ProjectMineral.objects.filter(project__in=result).values_list(*columns):
        result[owner].append(tuple(mineral))
    for row in rows:
        row["minerals"] = sorted(result[row[project]], key=lambda m: (ROLES.index(m[1]), m[0]))


def _add(rows: list[Row], names: set[str], importer: str) -> None:
    if "minerals" in names:
        add_minerals(rows, "pk")
    if "communities" in names:
        add_communities(rows)
    if "owners" in names:
        add_owners(rows, "pk")
    if "owner_bounds" in names:
        add_bounds(rows, importer)
    facts.add(rows, names)


class Projects(Listing):
    """All published projects, scored or not."""

    shows = WHOLE_PROJECT
    renderer_classes = (*Listing.renderer_classes, GeoJson)
    tag = "projects"
    resource = PROJECT
    orders = ORDERS
    parameters = listing_parameters(
        PROJECT,
        ORDERS,
        *filters.of_projects(),
        *facts.filters(),
        IMPORTER,
        filters.since("updated_since", "updated_at", "Only projects changed at or after this."),
    )

    def queryset(self) -> QuerySet[Any]:
        """What is published."""
        is_by_distance = self.order is communities.ORDER
        return communities.with_nearest(published()) if is_by_distance else published()

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Minerals, communities, owners and facts, by a few queries a page for each."""
        _add(rows, names, self.query_values["importer"])


class OneProject(Detail):
    """One project by its key."""

    tag = "projects"
    shows = WHOLE_PROJECT
    resource = PROJECT
    parameters = (PROJECT.picker, IMPORTER)

    def queryset(self) -> QuerySet[Any]:
        """The published project with this key."""
        return published().filter(key=self.kwargs["key"])

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Minerals, communities, owners and facts."""
        _add(rows, names, self.query_values["importer"])
