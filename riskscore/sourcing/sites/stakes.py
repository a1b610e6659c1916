"""Who holds which part of a project, with bounds, and how far that is to be believed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from riskscore.engine.inputs import owner_values
from riskscore.engine.sourcing import holdings
from riskscore.models import Company, Ownership
from riskscore.releases import owner_statements
from riskscore.releases.owner_statements import Fact, Home
from riskscore.sourcing.sites import same_sites
from riskscore.sourcing.sites.same_sites import Site

#: Reads a name off a stake, and the share that is held for certain.
Read = Callable[["Stake"], tuple[str, float]]
NOBODY = Home(None, None, 0)


@dataclass(frozen=True, slots=True)
class Stake:
    """One owner of a project by the statement in force.

    ``low`` and ``high``: its share if the statement is true, 0..1. ``worth`` is what the statement
    counts, ``home_worth`` what the statement of its home does. ``holder`` is the company at the end
    of its chain of parents.
    """

    statement: Ownership
    holder: Company
    low: float
    high: float
    worth: float
    home: str | None
    home_worth: float

    @property
    def certain(self) -> float:
        """The share that is held at least, for what the statement is worth."""
        return self.low * self.worth


def of(projects: Iterable[int], day: date) -> dict[int, list[Stake]]:
    """The owners of each project, the greatest first; a project of whom none is known is left out.

    Where nobody names owners of the project itself, those of another project of its site count.
    """
    asked = list(projects)
    site_of = same_sites.of(asked)
    members = {member for site in site_of.values() for member in site.members}
    stated = owner_statements.owners_on(members, day)
    homes = owner_statements.homes(row.company_id for row in stated)
    holders = Company.objects.in_bulk([home.top for home in homes.values()])
    by_project: dict[int, list[Ownership]] = {}
    for row in stated:
        by_project.setdefault(row.project_id, []).append(row)
    return {
        project: _stakes(rows, homes, holders)
        for project in asked
        if project in site_of and (rows := _rows_of(project, site_of[project], by_project))
    }


def _rows_of(
    project: int, site: Site, stated: Mapping[int, list[Ownership]]
) -> list[Ownership] | None:
    return next(
        (stated[one] for one in (project, *site.members) if one in stated),
        None,
    )


def _stakes(
    rows: list[Ownership], homes: Mapping[int, Home], holders: Mapping[int, Company]
) -> list[Stake]:
    bounds = holdings.shares([row.share for row in rows])
    found = []
    for at, row in enumerate(rows):
        home = homes.get(row.company_id, NOBODY)
        found.append(
            Stake(
                row,
                holders.get(home.top, row.company),
                float(bounds.low[at]),
                float(bounds.high[at]),
                owner_values.worth(row.state, row.credibility),
                home.place.value if home.place else None,
                _worth(home.place),
            )
        )
    return sorted(found, key=lambda one: (-one.high, -one.low, one.statement.company.name))


def _worth(fact: Fact | None) -> float:
    return owner_values.worth(fact.state, fact.credibility) if fact else 0.0
