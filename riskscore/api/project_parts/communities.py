"""Registered communities near projects: the nearest of each register, by name and people."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from riskscore.api.framework import shapes
from riskscore.api.framework.parameters import Parameter, decimal
from riskscore.api.framework.resources import Field, Row
from riskscore.engine.inputs.geometry import LOCALITY_KM
from riskscore.scoring.project_inputs import land_distances, map_distances

COMMUNITY = shapes.record(
    {
        "layer": shapes.text("Code of the register's layer; see `/land-layers`."),
        "name": shapes.text("Name of the nearest community, as the register writes it."),
        "people": shapes.text("Its people; empty where the register names none."),
        "km": shapes.number("Distance from the project's point to the community's, in km."),
        "source": shapes.text("Where the register comes from."),
        "licence": shapes.text("Its licence."),
    },
    "The nearest community of one register.",
)
ABOUT = (
    "The nearest registered community of each register that covers the project's country, the "
    "nearest first. Empty: no register covers it, and nothing is known."
)
#: What of a project decides where it lies, in the order of Site.
COLUMNS = ("pk", "latitude", "longitude", "stage", "kind", "place_id")
CELLS = ("community", "community_people", "community_km", "community_layer")


def add_communities(rows: Sequence[Row]) -> None:
    """Give each row the nearest communities of its project, all rows at once."""
    sites = [land_distances.Site(*(row[column] for column in COLUMNS)) for row in rows]
    found = map_distances.neighbours(sites, land_distances.latest())
    for row, near in zip(rows, found, strict=True):
        row["communities"] = [_item(one) for one in near]


def _item(one: map_distances.Neighbour) -> dict[str, Any]:
    return {
        "layer": one.layer.code,
        "name": one.name,
        "people": one.people,
        "km": round(one.km, 1),
        "source": one.layer.source,
        "licence": one.layer.licence,
    }


def _cells(row: Row) -> Row:
    """The nearest of all registers, in columns."""
    near = row["communities"][0] if row["communities"] else {}
    values = (near.get(name) for name in ("name", "people", "km", "layer"))
    return dict(zip(CELLS, values, strict=True))


COMMUNITIES = Field(
    "communities",
    shapes.several(COMMUNITY, ABOUT),
    COLUMNS,
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
        where=lambda km: _among(prefix, map_distances.within(km)),
    )


def _among(prefix: str, ids: Iterable[int]) -> Q:
    return Q(**{f"{prefix}pk__in": list(ids)})
