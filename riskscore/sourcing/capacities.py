"""How much a site can give of a mineral in a year: now, and by the newest plan, with bounds."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from riskscore.models import Capacity, CapacityRange, Project, ProjectMineral
from riskscore.sourcing.sites import Site

#: kt of lithium carbonate equivalent in a kt of lithium.
LCE_PER_LI = 5.323
UNIT = re.compile(r"(kt|t|kg)(?: ([A-Za-z0-9 ]+))?")
KT = {"kt": 1.0, "t": 1e-3, "kg": 1e-6}


class Output(NamedTuple):
    """kt a year of what ``unit_of`` names. ``stated`` by whom and for which year: ``source``."""

    low: float
    high: float
    year: int | None
    basis: str
    reason: str
    source: str


class Found(NamedTuple):
    """What a site gives now, and what it is to give by its newest plan; None: nobody knows."""

    now: Output | None
    planned: Output | None


NOTHING = Found(None, None)


def unit_of(mineral: str, basis: str) -> str:
    """What a kt is a kt of: lithium as carbonate equivalent, others as production is counted."""
    return "kt LCE" if mineral == "lithium" else f"kt {basis or mineral}"


def of_sites(sites: Iterable[Site], mineral: str, day: date) -> dict[int, Found]:
    """What each site can give, by its main project.

    What is stated of the main project holds; else the sum over the others of its site, which are
    parts of it; else, of mines, the range of its country.
    """
    known = {site.main: site for site in sites}
    members = [member for site in known.values() for member in site.members]
    stated = _stated(members, mineral)
    ranges = _ranges(known, mineral)
    return {
        main: Found(
            _joined(site, stated, mineral, day.year) or ranges.get(main),
            _joined(site, stated, mineral, None) or ranges.get(main),
        )
        for main, site in known.items()
    }


def _stated(projects: list[int], mineral: str) -> dict[int, list[Capacity]]:
    """The statements about each project, the newest year first, the newest statement of each."""
    rows = Capacity.objects.filter(project__in=projects, mineral=mineral).select_related("release")
    result: dict[int, list[Capacity]] = {}
    for row in rows.order_by("project_id", "-year", "-id"):
        held = result.setdefault(row.project_id, [])
        if not held or held[-1].year != row.year:
            held.append(row)
    return result


def _joined(
    site: Site, stated: Mapping[int, list[Capacity]], mineral: str, until: int | None
) -> Output | None:
    """The newest statement up to a year: the main project's, else its parts' in sum."""
    newest = {
        member: next((row for row in rows if until is None or row.year <= until), None)
        for member in site.members
        if (rows := stated.get(member))
    }
    own = newest.get(site.main)
    rows = [own] if own else [row for row in newest.values() if row]
    found = [one for row in rows if (one := _output(row, mineral))]
    if not found:
        return None
    first = found[0]
    if len(found) == 1:
        return first
    return Output(
        sum(one.low for one in found), sum(one.high for one in found), first.year, first.basis,
        f"the sum of {len(found)} deposits that stand for the site", first.source,
    )  # fmt: skip


def _output(row: Capacity, mineral: str) -> Output | None:
    factor = _kt(row.unit, mineral)
    if factor is None:
        return None
    low = row.low if row.low is not None else row.amount
    high = row.high if row.high is not None else row.amount
    source = row.release.code if row.release else row.url
    return Output(
        (low or 0.0) * factor, (high or 0.0) * factor, row.year, row.basis, row.reason, source
    )


def _kt(unit: str, mineral: str) -> float | None:
    """kt of ``unit_of`` in one of the unit; None for a unit that is no weight."""
    parsed = UNIT.fullmatch(unit)
    if parsed is None:
        return None
    lithium = mineral == "lithium" and parsed[2] in (None, "Li")
    return KT[parsed[1]] * (LCE_PER_LI if lithium else 1.0)


def _ranges(sites: Mapping[int, Site], mineral: str) -> dict[int, Output]:
    """The range of its country for each mine whose first product the mineral is."""
    mines = ProjectMineral.objects.filter(
        project__in=list(sites), mineral=mineral, role="primary", project__kind=Project.Kind.MINE
    ).values_list("project_id", "project__place_id")
    known = {row.place_id: row for row in CapacityRange.objects.filter(mineral=mineral)}
    result = {}
    for project, place in mines:
        row = known.get(place)
        factor = _kt(row.unit, mineral) if row else None
        if row and factor is not None:
            low, high = row.low * factor, row.high * factor
            result[project] = Output(low, high, None, "estimated", row.reason, "")
    return result
