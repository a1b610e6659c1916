"""How much a site can give of a mineral in a year: now, and by the newest plan, with bounds."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from riskscore.engine.sourcing.product import product
from riskscore.models import Capacity, CapacityRange, Project, ProjectMineral
from riskscore.sourcing.sites.same_sites import Site


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
    """What a kt is a kt of: lithium as carbonate equivalent, others as their output is counted."""
    return "kt LCE" if mineral == "lithium" else f"kt {basis or mineral}"


def of_sites(sites: Iterable[Site], mineral: str, day: date) -> dict[int, Found]:
    """What each site can give, by its main project.

    Of the newest year that anything is stated for, the statement about the main project holds;
    else the sum of those about the others of its site, which are parts of it. Where nobody states
    anything, of mines, the range of their country.
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
    """The newest year's statement up to a year: the main project's, else its parts' in sum."""
    rows = [
        row
        for member in site.members
        for row in stated.get(member, ())
        if until is None or row.year <= until
    ]
    newest = [row for row in rows if row.year == max(row.year for row in rows)]
    of_main = [row for row in newest if row.project_id == site.main]
    found = [one for row in of_main or newest if (one := _output(row, mineral))]
    if len(found) < 2:
        return found[0] if found else None
    return Output(
        sum(one.low for one in found), sum(one.high for one in found), found[0].year,
        found[0].basis, f"the sum of {len(found)} deposits that stand for the site",
        found[0].source,
    )  # fmt: skip


def _output(row: Capacity, mineral: str) -> Output | None:
    factor = kt_in(row.unit, mineral)
    if factor is None:
        return None
    low = row.low if row.low is not None else row.amount
    high = row.high if row.high is not None else row.amount
    source = row.release.code if row.release else row.url
    return Output(
        (low or 0.0) * factor, (high or 0.0) * factor, row.year, row.basis, row.reason, source
    )


def kt_in(unit: str, mineral: str) -> float | None:
    """kt of ``unit_of`` in one of the unit; None for a unit that is no weight."""
    found = product(mineral, unit, "")
    return None if found is None else found.factor / 1e3


def _ranges(sites: Mapping[int, Site], mineral: str) -> dict[int, Output]:
    """The range of its country for each mine whose first product the mineral is."""
    mines = ProjectMineral.objects.filter(
        project__in=list(sites), mineral=mineral, role="primary", project__kind=Project.Kind.MINE
    ).values_list("project_id", "project__place_id")
    known = {row.place_id: row for row in CapacityRange.objects.filter(mineral=mineral)}
    result: dict[int, Output] = {}
    for project, place in mines:
        row = known.get(place)
        factor = kt_in(row.unit, mineral) if row else None
        if row and factor is not None:
            low, high = row.low * factor, row.high * factor
            result[project] = Output(low, high, None, "estimated", row.reason, "")
    return result
