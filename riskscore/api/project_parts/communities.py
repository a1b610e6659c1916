"""Registered communities near projects: the nearest of each register, by name and people."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from rest_framework import serializers

from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.query_fields import DecimalField
from riskscore.api.framework.row_serializers import Made, Row, RowSerializer
from riskscore.engine.inputs.geometry import LOCALITY_KM
from riskscore.models import CommunityDistance, Project
from riskscore.scoring.project_inputs import kept_communities


class CommunitySerializer(serializers.Serializer[Any]):
    """The nearest community of one register."""

    layer = serializers.CharField(help_text="Code of the register's layer; see `/land-layers`.")
    name = serializers.CharField(
        help_text="Name of the nearest community, as the register writes it."
    )
    people = serializers.CharField(help_text="Its people; empty where the register names none.")
    km = serializers.FloatField(
        help_text="Distance from the project's point to the community's, in km."
    )
    published_edition = serializers.CharField(
        help_text="What the register's steward calls the edition measured."
    )
    source = serializers.CharField(help_text="Where the register comes from.")
    licence = serializers.CharField(help_text="Its licence.")


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


class CommunityFields(RowSerializer):
    """The communities near a project."""

    communities = Made(
        CommunitySerializer(many=True, help_text=ABOUT), "key", cell_names=CELLS, cells=_cells
    )


class CommunityFilters(FilterSet):
    """Filters by distance to registered communities; of projects without one nothing is known."""

    community_km__lte = Filter(
        DecimalField(
            0,
            LOCALITY_KM,
            help_text="Only projects with a registered community within so many km, at most "
            f"{LOCALITY_KM:g}.",
        ),
        method="within_km",
    )

    def within_km(self, rows: QuerySet[Any], _name: str, km: float) -> QuerySet[Any]:
        """Those with a registered community at most so far away."""
        return rows.filter(kept_communities.within(km, self.path))
