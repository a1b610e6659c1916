"""What a page about sourcing says of a project besides figures: owners, off-take, neighbours, and
what is not known of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.inputs import owner_values
from riskscore.engine.spec.tree import Leaf, Node
from riskscore.models import Capacity, CapacityRange, Lens, Offtake, Project, Score
from riskscore.releases import owner_statements
from riskscore.scoring.methods import fitted_method
from riskscore.scoring.project_inputs import land_distances, map_distances
from riskscore.scoring.project_inputs.land_distances import Site
from riskscore.scoring.stored_score import not_nan

Row = dict[str, Any]


def same_sites(ids: Sequence[int]) -> dict[int, int]:
    """Whose statements count for these projects: their own, and those of their duplicates."""
    twins = Project.objects.filter(duplicate_of__in=ids).values_list("id", "duplicate_of_id")
    return {**{twin: project for twin, project in twins if project}, **{key: key for key in ids}}


def owners_of(ids: Sequence[int]) -> dict[int, list[Row]]:
    """Owners by project, the greatest known share first; a share that nobody states is None."""
    sites = same_sites(ids)
    found: dict[int, dict[int, Row]] = {project: {} for project in ids}
    stated = list(owner_statements.owners().filter(project__in=sites).select_related("company"))
    homes = owner_statements.homes(row.company_id for row in stated)
    # What is said of the project itself stands before what is said of a duplicate.
    for row in sorted(stated, key=lambda row: sites[row.project_id] == row.project_id):
        home = homes.get(row.company_id)
        found[sites[row.project_id]][row.company_id] = {
            "name": row.company.name,
            "company": row.company.key,
            "share": row.share,
            "place": home.place.value if home and home.place else None,
            "state": row.state,
            "worth": owner_values.worth(row.state, row.credibility),
        }
    return {
        project: sorted(rows.values(), key=lambda row: (-(row["share"] or 0), row["name"]))
        for project, rows in found.items()
    }


def shares_by_place(owners: Iterable[Row]) -> list[Row]:
    """What the owners at home in each place hold together, between what is stated for certain and
    what it can be. Owners whose home nobody states are one row without a place."""
    rows = list(owners)
    known = sum(row["share"] or 0.0 for row in rows)
    left = max(1.0 - known, 0.0)
    result: dict[str | None, Row] = {}
    for row in rows:
        place = result.setdefault(
            row["place"], {"place": row["place"], "low": 0.0, "high": 0.0, "unverified": False}
        )
        place["low"] += row["share"] or 0.0
        place["high"] += row["share"] or 0.0
        place["unverified"] |= row["state"] == "unverified"
        place["open"] = place.get("open", False) or row["share"] is None
    for place in result.values():
        place["high"] = min(place["high"] + (left if place.pop("open") else 0.0), 1.0)
    return sorted(result.values(), key=lambda row: (-row["high"], row["place"] or "~"))


def offtake_of(ids: Sequence[int], day: date) -> dict[int, list[Row]]:
    """Contracts that hold on a day, by project."""
    rows = Offtake.objects.filter(project__in=ids).filter(
        Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day)
    )
    found: dict[int, list[Row]] = {project: [] for project in ids}
    for row in rows.order_by("place_id", "buyer"):
        found[row.project_id].append(
            {
                "buyer": row.buyer,
                "place": row.place_id,
                "share": row.share,
                "since": row.since,
                "until": row.until,
            }
        )
    return found


def capacity_of(
    projects: Sequence[Project], mineral: str, roles: Mapping[int, str]
) -> dict[int, Row]:
    """The capacity that tonnes are counted from: the newest year stated, else the place's range,
    which holds for mines and deposits of which the mineral is the primary one."""
    found: dict[int, Row] = {}
    sites = same_sites([project.pk for project in projects])
    stated = list(
        Capacity.objects.filter(project__in=sites, mineral=mineral).order_by("year", "id")
    )
    for row in sorted(stated, key=lambda row: (row.year, sites[row.project_id] == row.project_id)):
        found[sites[row.project_id]] = {
            "year": row.year, "amount": row.amount, "low": row.low, "high": row.high,
            "unit": row.unit, "basis": row.basis, "reason": row.reason,
        }  # fmt: skip
    ranges = {
        row.place_id: row
        for row in CapacityRange.objects.filter(
            mineral=mineral, place__in={project.place_id for project in projects}
        )
    }
    for project in projects:
        ranged = ranges.get(project.place_id)
        extracts = project.kind in ("mine", "deposit") and roles.get(project.pk) == "primary"
        if project.pk not in found and ranged and extracts:
            found[project.pk] = {
                "year": None, "amount": None, "low": ranged.low, "high": ranged.high,
                "unit": ranged.unit, "basis": "estimated", "reason": ranged.reason,
            }  # fmt: skip
    return found


def communities_of(projects: Sequence[Project]) -> dict[int, list[Row]]:
    """The nearest registered community of each register that covers the project."""
    sites = [
        Site(row.pk, row.latitude, row.longitude, row.stage, row.kind, row.place_id)
        for row in projects
    ]
    near = map_distances.neighbours(sites, land_distances.latest())
    return {
        project.pk: [
            {"name": one.name, "people": one.people, "km": round(one.km, 1)} for one in found
        ]
        for project, found in zip(projects, near, strict=True)
    }


def gaps_of(ids: Sequence[int], lens: Lens | None) -> Mapping[int, dict[str, str]]:
    """By project and dimension: the unknown fact that weighs most in it, by its label.

    Incidents are left out: that none is on file is not a fact that somebody could enter.
    """
    if lens is None or not ids:
        return {}
    scores = list(Score.objects.filter(lens=lens, project__in=ids))
    return {row.project_id: _gaps(row) for row in scores}


def _gaps(row: Score) -> dict[str, str]:
    method = fitted_method(row.method_id).method
    position = {leaf.code: i for i, leaf in enumerate(method.leaves)}
    result = {}
    for node in method.root.children:
        if not isinstance(node, Node):
            continue
        missing = [
            leaf.column
            for leaf in sorted(node.leaves(), key=lambda leaf: -leaf.weight.default)
            if not_nan(row.inputs[position[leaf.code]]) is None and _could_be_entered(leaf)
        ]
        if missing:
            known = INDICATORS.get(missing[0])
            result[node.code] = known.label if known else missing[0]
    return result


def _could_be_entered(leaf: Leaf) -> bool:
    return leaf.weight.ever and not leaf.column.endswith(".events")
