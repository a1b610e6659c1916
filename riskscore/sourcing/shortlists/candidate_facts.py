"""What a page about sourcing says of a project besides figures: owners, off-take, neighbours, and
what is not known of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.spec.tree import Leaf, Node
from riskscore.models import Lens, Mineral, Offtake, Project, Score
from riskscore.scoring.methods import fitted_method
from riskscore.scoring.project_inputs import land_distances, map_distances
from riskscore.scoring.project_inputs.land_distances import Site
from riskscore.scoring.stored_score import not_nan
from riskscore.sourcing.sites import capacities, contracts, same_sites, stakes
from riskscore.sourcing.sites.stakes import Stake

Row = dict[str, Any]


def owners_of(ids: Sequence[int]) -> dict[int, list[Row]]:
    """Owners by project, the greatest first; a share that nobody states is None."""
    found = stakes.of(ids, timezone.now().date())
    return {project: [_owner(stake) for stake in found.get(project, ())] for project in ids}


def _owner(stake: Stake) -> Row:
    stated = stake.statement
    return {
        "name": stated.company.name,
        "company": stated.company.key,
        "share": stated.share,
        "low": stake.low,
        "high": stake.high,
        "place": stake.home,
        "state": stated.state,
        "worth": stake.worth,
    }


def shares_by_place(owners: Iterable[Row]) -> list[Row]:
    """What the owners at home in each place hold together, between what is stated for certain and
    what it can be. Owners whose home nobody states are one row without a place."""
    rows = list(owners)
    certain = sum(row["low"] for row in rows)
    result: dict[str | None, Row] = {}
    for row in rows:
        place = result.setdefault(
            row["place"], {"place": row["place"], "low": 0.0, "high": 0.0, "unverified": False}
        )
        place["low"] += row["low"]
        place["high"] += row["high"]
        place["unverified"] |= row["state"] == "unverified"
    for place in result.values():
        # What others hold for certain is not theirs, whatever each could hold alone.
        place["high"] = min(place["high"], 1.0 - (certain - place["low"]))
    return sorted(result.values(), key=lambda row: (-row["high"], row["place"] or "~"))


def offtake_of(ids: Sequence[int], mineral: str | None = None) -> dict[int, list[Row]]:
    """Contracts about a mineral (None: any) that hold today, by project."""
    found = contracts.of(ids, mineral, timezone.now().date())
    return {project: [_contract(row) for row in found.get(project, ())] for project in ids}


def _contract(row: Offtake) -> Row:
    return {
        "buyer": row.buyer,
        "place": row.place_id,
        "mineral": row.mineral_id,
        "share": row.share,
        "since": row.since,
        "until": row.until,
    }


def capacity_of(ids: Sequence[int], mineral: str) -> dict[int, Row]:
    """What tonnes are counted from, by project: the newest plan of its site, else a range."""
    unit = capacities.unit_of(mineral, Mineral.objects.get(code=mineral).basis)
    sites = same_sites.of(ids)
    found = capacities.of_sites(sites.values(), mineral, timezone.now().date())
    return {
        project: {**planned._asdict(), "unit": unit}
        for project, site in sites.items()
        if (planned := found[site.main].planned)
    }


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
