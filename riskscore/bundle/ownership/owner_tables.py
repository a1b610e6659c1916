"""The bundle's tables of owners: companies with what is said of them, and who owns what."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from riskscore.bundle import cells, fixture_tables
from riskscore.bundle.layout import RELEASES, Table
from riskscore.sources.bad_file import BadFile


class CompanyRow(NamedTuple):
    """A party that owns projects, or stands above one that does.

    ``place``, ``parent`` and ``state_owned`` are None where unknown; ``url`` or ``release`` is the
    source of what is known of these three.
    """

    key: str
    name: str
    aliases: tuple[str, ...]
    place: str | None
    parent: str | None
    state_owned: bool | None
    url: str
    release: str | None

    @property
    def says_something(self) -> bool:
        """Whether anything but its name is known."""
        return (self.place, self.parent, self.state_owned) != (None, None, None)


class OwnerRow(NamedTuple):
    """That a company owns a project. ``basis`` says how the source's site was found to be it."""

    project: str
    company: str
    share: float | None
    release: str
    credibility: float
    stated_on: date | None
    basis: str
    doubt: str


class OwnerTables(NamedTuple):
    """Both tables."""

    companies: Sequence[CompanyRow]
    owners: Sequence[OwnerRow]


def _truth_or_unknown(cell: str) -> bool | None:
    if cell and cell not in cells.TRUTH:
        raise ValueError(cell)
    return cells.TRUTH[cell] if cell else None


COMPANIES = Table(
    "companies.csv.gz",
    CompanyRow,
    (
        cells.text("key"),
        cells.text("name"),
        cells.many_of("aliases", None),
        cells.optional("place"),
        cells.optional("parent"),
        cells.Column("state_owned", _truth_or_unknown, "Write true, false or nothing."),
        cells.words("url"),
        cells.optional("release"),
    ),
    key=("key",),
)
OWNERS = Table(
    "owners.csv.gz",
    OwnerRow,
    (
        cells.text("project"),
        cells.text("company"),
        cells.optional_real("share"),
        cells.text("release"),
        cells.real("credibility", 0, 1),
        cells.optional_day("stated_on"),
        cells.words("basis"),
        cells.words("doubt"),
    ),
    key=("project", "company"),
)


def read(directory: Path, bundle: fixture_tables.Bundle) -> OwnerTables:
    """Read and validate both tables, and what they refer to. A bundle may be without owners."""
    if not (directory / OWNERS.file).exists():
        return OwnerTables((), ())
    tables = OwnerTables(
        tuple(
            row
            for row in fixture_tables.rows_of(directory, COMPANIES)
            if isinstance(row, CompanyRow)
        ),
        tuple(
            row for row in fixture_tables.rows_of(directory, OWNERS) if isinstance(row, OwnerRow)
        ),
    )
    companies = {row.key for row in tables.companies}
    releases = {row.code for row in bundle.releases}
    for table, rows, column, known in (
        (COMPANIES, tables.companies, "place", bundle.place_codes | {None}),
        (COMPANIES, tables.companies, "parent", companies | {None}),
        (COMPANIES, tables.companies, "release", releases | {None}),
        (OWNERS, tables.owners, "project", {row.key for row in bundle.projects}),
        (OWNERS, tables.owners, "company", companies),
        (OWNERS, tables.owners, "release", releases),
    ):
        fixture_tables.check_known(table, rows, column, known)
    _check_sources(tables.companies)
    return tables


def _check_sources(companies: Sequence[CompanyRow]) -> None:
    for number, row in enumerate(companies, start=2):
        if row.says_something and not (row.url or row.release):
            raise BadFile(
                "what is said of a company has no source",
                file=COMPANIES.file,
                row=number,
                column="url, release",
                value=row.key,
                remedy=f"Write an address, or a release of {RELEASES.file}.",
            )
