"""What codes and keys of some rows refer to: one query for each table, however many rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riskscore.models import ExternalId, Mineral, Place, Project

#: An external id: whose it is, and what it is there.
Outer = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Codes:
    """``places`` and ``minerals``: names by code. ``projects``: numbers by key, of those that were
    asked for. ``owned``: numbers of projects by external id."""

    places: Mapping[str, str]
    minerals: Mapping[str, str]
    projects: Mapping[str, int]
    owned: Mapping[Outer, int]


def codes_of(rows: Sequence[Mapping[str, Any]]) -> Codes:
    """What the fields of some projects refer to."""
    keys = {row[name] for row in rows for name in ("key", "duplicate_of") if row.get(name)}
    return Codes(
        places=dict(Place.objects.values_list("code", "name")),
        minerals=dict(Mineral.objects.values_list("code", "name")),
        projects=dict(Project.objects.filter(key__in=keys).values_list("key", "id")),
        owned=owned_by(one for row in rows for one in outer_ids(row.get("external_ids"))),
    )


def outer_ids(stated: Iterable[Mapping[str, str]] | None) -> list[Outer]:
    """External ids as they are sent, as pairs."""
    return [(one["scheme"], one["value"]) for one in stated or ()]


def owned_by(ids: Iterable[Outer]) -> dict[Outer, int]:
    """Numbers of the projects that have these external ids."""
    asked = set(ids)
    rows = ExternalId.objects.filter(value__in={value for _, value in asked})
    found = {(row.scheme, row.value): row.project_id for row in rows}
    return {one: number for one, number in found.items() if one in asked}
