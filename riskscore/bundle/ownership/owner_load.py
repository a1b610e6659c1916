"""The bundle's owners into the database: what is there already stays as curators made it."""

from collections.abc import Mapping
from pathlib import Path

from riskscore.bundle import fixture_tables
from riskscore.bundle.ownership import owner_tables
from riskscore.bundle.ownership.owner_tables import CompanyRow, OwnerTables
from riskscore.models import Company, Domicile, Ownership, Project, Release

#: What is said of companies was compared with no page.
UNCOMPARED = 0.5
#: The word that stands beside each such statement, in admin and API.
GENERAL_KNOWLEDGE = "from general knowledge; not compared with this address or any other page"


def load_owners(directory: Path, bundle: fixture_tables.Bundle, new: Mapping[str, Release]) -> int:
    """Load companies and owners of the releases that are new. Returns how many owners."""
    tables = owner_tables.read(directory, bundle)
    fresh = [row for row in tables.owners if row.release in new]
    if not fresh:
        return 0
    companies = _companies(tables)
    # Homes first: a home that comes later makes the projects of its company stale.
    _homes(tables, companies, new)
    projects = dict(Project.objects.values_list("key", "id"))
    return len(
        Ownership.objects.bulk_create(
            [
                Ownership(
                    project_id=projects[row.project],
                    company_id=companies[row.company],
                    share=row.share,
                    credibility=row.credibility,
                    stated_on=row.stated_on,
                    basis=row.basis,
                    doubt=row.doubt,
                    release=new[row.release],
                    edition_id=new[row.release].edition_id,
                )
                for row in fresh
            ],
            batch_size=1000,
        )
    )


def _companies(tables: OwnerTables) -> dict[str, int]:
    """The id of each company by its key; those that there are keep their names."""
    Company.objects.bulk_create(
        [
            Company(key=row.key, name=row.name, aliases=list(row.aliases))
            for row in tables.companies
        ],
        ignore_conflicts=True,
    )
    keys = [row.key for row in tables.companies]
    return dict(Company.objects.filter(key__in=keys).values_list("key", "id"))


def _homes(tables: OwnerTables, companies: Mapping[str, int], new: Mapping[str, Release]) -> None:
    """What is said of companies of which nothing is said yet."""
    known = set(Domicile.objects.values_list("company_id", flat=True))
    stated = [row for row in tables.companies if row.says_something]
    edition = next(iter(new.values())).edition_id
    Domicile.objects.bulk_create(
        [_home(row, companies, new, edition) for row in stated if companies[row.key] not in known],
        batch_size=1000,
    )


def _home(
    row: CompanyRow, companies: Mapping[str, int], new: Mapping[str, Release], edition: int
) -> Domicile:
    return Domicile(
        company_id=companies[row.key],
        place_id=row.place,
        parent_id=companies[row.parent] if row.parent else None,
        state_owned=row.state_owned,
        credibility=UNCOMPARED,
        url=row.url,
        note=GENERAL_KNOWLEDGE if row.url else "",
        release=new[row.release] if row.release else None,
        edition_id=edition,
    )
