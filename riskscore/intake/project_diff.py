"""Projects as they are now, in the shape of a file's row, and what a row would change of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from riskscore.engine.inputs.measures import UnitDoubt, conversion, converted
from riskscore.intake import staging
from riskscore.intake.import_diff import Document
from riskscore.intake.ownership import owner_lists
from riskscore.intake.ownership.company_index import CompanyIndex
from riskscore.models import ExternalId, Offtake, Project, ProjectMineral
from riskscore.releases import effective
from riskscore.sources import figure_stages as stages

CAPACITY = "project.capacity"
PLAIN = ("name", "kind", "stage", "state")
#: Degrees that are the same place: a tenth of a metre.
SAME_DEGREES = 1e-6
Snapshot = dict[str, Any]
Change = tuple[object, object]


def snapshots(batch: Sequence[Document]) -> dict[int, Snapshot]:
    """The known projects of a batch by id."""
    ids = [document.id for document in batch if document.id is not None]
    result: dict[int, Snapshot] = {
        project.pk: {
            **{name: getattr(project, name) for name in PLAIN},
            "place": project.place_id,
            "place_label": project.place_label,
            "waits": project.state == Project.State.DRAFT
            and bool(set(Project.DOUBTED).intersection(project.flags)),
            "latitude": project.latitude,
            "longitude": project.longitude,
            "minerals": [],
            "owners": [],
            "offtake": [],
            "external_ids": [],
            "capacity": {},
        }
        for project in Project.objects.filter(id__in=ids)
    }
    for at, mineral, role in _parts(ProjectMineral, ids, "mineral_id", "role"):
        result[at]["minerals"].append([mineral, role])
    for at, owners in owner_lists.current(ids).items():
        result[at]["owners"] = owners
    for row in bound(ids):
        result[row.project_id]["offtake"].append(terms(row))
    for at, scheme, value in _parts(ExternalId, ids, "scheme", "value"):
        result[at]["external_ids"].append([scheme, value])
    for at, year, label, value in _capacities(ids):
        result[at]["capacity"][year, stages.stage_of(CAPACITY, label)] = (value, label)
    return result


def _parts(model: Any, ids: Sequence[int], *fields: str) -> list[tuple[Any, ...]]:
    rows = model.objects.filter(project__in=ids).order_by("id")
    return list(rows.values_list("project_id", *fields))


def bound(ids: Sequence[int]) -> QuerySet[Offtake]:
    """Contracts of these projects that are not over: a row of a file speaks of no others."""
    is_open = Q(until=None) | Q(until__gte=timezone.now().date())
    return Offtake.objects.filter(is_open, project__in=ids).order_by("id")


def terms(row: Offtake) -> list[Any]:
    """Buyer, place and share of a contract, as a row of a file has them."""
    return [row.buyer, row.place_id, round(row.share, 12)]


def _capacities(ids: Sequence[int]) -> list[tuple[Any, ...]]:
    releases = effective.in_force()
    return staging.fetch(
        f"SELECT project_id, year, label, value FROM {effective.OBSERVATIONS} o"  # noqa: S608
        " WHERE indicator = %(indicator)s AND project_id = ANY(%(ids)s)",
        {**releases.parameters, "indicator": CAPACITY, "ids": list(ids)},
    )


def news(row: Mapping[str, Any], known: Snapshot, companies: CompanyIndex) -> dict[str, Change]:
    """What a row changes, by column: (before, after). A cell that is empty changes nothing, and a
    file does not publish a draft that waits for a person because something of it is doubted."""
    result: dict[str, Change] = {
        name: (known[name], row[name]) for name in PLAIN if row[name] and row[name] != known[name]
    }
    if known["waits"]:
        result.pop("state", None)
    # A label that was weighed against the coordinates already does not move the project again.
    relabelled = row["place_label"] != known["place_label"]
    if row["place"] and relabelled and row["place"] != known["place"]:
        result["place"] = (known["place"], row["place"])
    if row["latitude"] is not None and _moved(row, known):
        before, after = ((at["latitude"], at["longitude"]) for at in (known, row))
        result["position"] = (before, after)
    minerals = [[code, role] for code, role, _ in row["minerals"]]
    for name, stated in (("minerals", minerals), ("offtake", row["offtake"])):
        if stated and sorted(stated) != sorted(known[name]):
            result[name] = (known[name], stated)
    if row["owners"] and owner_lists.differ(row["owners"], known["owners"], companies):
        result["owners"] = (known["owners"], row["owners"])
    return result | _additions(row, known)


def _additions(row: Mapping[str, Any], known: Snapshot) -> dict[str, Change]:
    result: dict[str, Change] = {}
    ids = [pair for pair in row["external_ids"] if pair not in known["external_ids"]]
    if ids:
        result["external_ids"] = (known["external_ids"], ids)
    if row["capacity"] is not None:
        about = row["capacity_year"], stages.stage_of(CAPACITY, row["capacity_unit"])
        before = _in_unit(known["capacity"].get(about), row["capacity_unit"])
        if row["capacity"] != before:
            result["capacity"] = (before, row["capacity"])
    return result


def _in_unit(stated: tuple[float, str] | None, label: str) -> float | None:
    """A capacity (value, label) in the unit of another label; None where it is of another kind."""
    if stated is None or stated[1] == label:
        return stated and stated[0]
    one, other = (stages.said(CAPACITY, words).unit for words in (stated[1], label))
    try:
        by = conversion(one, other)
    except UnitDoubt:
        return None
    return None if by is None else converted(stated[0], by)


def _moved(row: Mapping[str, Any], known: Snapshot) -> bool:
    return any(abs(row[axis] - known[axis]) > SAME_DEGREES for axis in ("latitude", "longitude"))
