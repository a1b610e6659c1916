"""Registered communities near projects: the nearest of each register, by name and people."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from riskscore.api.framework import shapes
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import Parameter, decimal
from riskscore.api.framework.resources import Field, Row
from riskscore.engine.inputs.geometry import LOCALITY_KM
from riskscore.models import CommunityDistance, Project
from riskscore.scoring.project_inputs import kept_communities

COMMUNITY = shapes.record(
    {
        "layer": shapes.text("Code of the register's layer; see `/land-layers`."),
        "name": shapes.text("Name of the nearest community, as the register writes it."),
        "people": shapes.text("Its people; empty where the register names none."),
        "km": shapes.number("Distance from the project's point to the community's, in km."),
        "published_edition": shapes.text("What the register's steward calls the edition measured."),
        "source": shapes.text("Where the register comes from."),
        "licence": shapes.text("Its licence."),
    },
    "The nearest community of one register.",
)
ABOUT = (
    "The nearest registered community of each register that covers the project's country, the "
    "nearest first. Empty: no register covers it, and nothing is known."
)
CELLS = ("community", "community_people", "community_km", "community_layer")


def add_communities(rows: Sequence[Row]) -> None:
    """Give each row the nearest communities of its project, all rows at once."""
    found: dict[str, list[dict[str, Any]]] = {row["key"]: [] for row in rows}
    for one in kept_communities.of_projects(found):
        found[one.project_id].append(_item(one))
    for row in rows:
        row["communities"] = found[row["key"]]


def _item(one: CommunityDistance) -> dict[str, Any]:
    return {
        "layer": one.layer.code,
        "name": one.name,
        "people": one.people,
        "km": round(one.km, 1),
        "published_edition": one.layer.published_edition,
        "source": one.layer.source,
        "licence": one.layer.licence,
    }


def _cells(row: Row) -> Row:
    """The nearest of all registers, in columns."""
    near = row["communities"][0] if row["communities"] else {}
    values = (near.get(name) for name in ("name", "people", "km", "layer"))
    return dict(zip(CELLS, values, strict=True))


def with_nearest(projects: QuerySet[Project]) -> QuerySet[Project]:
    """The same with ``community_km``, by which `ORDER` sorts."""
    nearest = FilteredRelation(
        "community_distances", condition=Q(community_distances__nearest=True)
    )
    columns = {"community_km": F("nearest__km"), "near_project": F("nearest__project_id")}
    return projects.annotate(nearest=nearest).annotate(**columns)


#: The nearest to a community first; projects about which no register knows come last.
ORDER = Order("community_km", "key", nullable=True, absent="near_project")
COMMUNITIES = Field(
    "communities",
    shapes.several(COMMUNITY, ABOUT),
    ("key",),
    lambda row: row["communities"],
    CELLS,
    _cells,
)


def community_within(prefix: str) -> Parameter:
    """Projects with a registered community at most so far away; unknown ones are left out."""
    about = f"Only projects with a registered community within so many km, at most {LOCALITY_KM:g}."
    return Parameter(
        name="community_km__lte",
        schema=shapes.number(about, minimum=0, maximum=LOCALITY_KM),
        read=decimal(0, LOCALITY_KM),
        where=lambda km: kept_communities.within(km, prefix),
    )
