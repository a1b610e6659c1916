"""The tables of owners, and statuses, from the publisher's two files: same input, same bytes."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from riskscore.bundle.facts_layout import Status
from riskscore.bundle.fixture_rows import Project
from riskscore.bundle.fixture_tables import write
from riskscore.bundle.ownership import owner_companies, owner_join, owner_tables
from riskscore.bundle.ownership.owner_report import owner_report, status_report
from riskscore.bundle.ownership.owner_statuses import file_statuses
from riskscore.bundle.sites import Site
from riskscore.sources.names import Names, place_names
from riskscore.sources.ownership.gsmc import FacilityRecord, LinkRecord


class Made(NamedTuple):
    """How many statements were written, the statuses, and the section of the report."""

    rows: int
    statuses: list[Status]
    report: str


def write_owners(
    target: Path,
    release: str,
    records: Sequence[Any],
    projects: Sequence[Project],
    every: Sequence[Site],
    names: Names,
) -> Made:
    """Join facilities to projects, name their owners, and write both tables of owners."""
    minerals: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for site in every:
        for row in site.minerals:
            minerals[row.project].append((row.mineral, row.role))
    facilities = {row.facility_id: row for row in records if isinstance(row, FacilityRecord)}
    links = [row for row in records if isinstance(row, LinkRecord)]
    by_key = {project.key: project for project in projects}
    joins = owner_join.join(owner_join.Sites(by_key, minerals, facilities, names), links)
    spellings = [owner.name for owned in joins.accepted for owner in owned.facility.owners]
    parties = owner_companies.parties(spellings, place_names(), release)
    owners = owner_join.owner_rows(joins, release, parties.key_of)
    write(target, owner_tables.COMPANIES, parties.companies)
    write(target, owner_tables.OWNERS, owners)
    stated = file_statuses(joins, release)
    report = owner_report(joins, parties.companies, owners) + status_report(stated)
    return Made(len(owners), stated.rows, report)
