"""The owners that a row about a project states as a whole: they stand in place of the old ones.

They are unverified, as all that a file says until somebody confirms it. An owner who is no longer
in the list is rejected, by a new version that says which release left it out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from riskscore.intake.import_diff import Document
from riskscore.intake.ownership.company_index import CompanyIndex
from riskscore.models import Domicile, Ownership, Release
from riskscore.releases import owner_statements
from riskscore.releases.editions import next_edition
from riskscore.sources.bad_file import BadFile

#: A name, the code of its place or nothing, and its share.
Stated = list[Any]


def current(ids: Sequence[int]) -> dict[int, list[Stated]]:
    """The owners of these projects that count now, in the shape of a file's row."""
    rows = list(
        owner_statements.owners()
        .filter(project__in=ids)
        .order_by("id")
        .values_list("project_id", "company__name", "company_id", "share")
    )
    homes = owner_statements.homes(row[2] for row in rows)
    result: dict[int, list[Stated]] = {}
    for project, name, company, share in rows:
        home = homes.get(company)
        place = home.place.value if home and home.place else ""
        result.setdefault(project, []).append([name, place, share and round(share, 12)])
    return result


def differ(stated: Sequence[Stated], known: Sequence[Stated], index: CompanyIndex) -> bool:
    """Whether a row's owners are others than those known, or it says of one where it is at home."""
    before = {index.find(name): (place, share) for name, place, share in known}
    if len(stated) != len(before):
        return True
    for name, place, share in stated:
        at, held = before.get(index.find(name) or 0, ("", None))
        if held != share or (place and place != at):
            return True
    return False


def contradictions(batch: Sequence[Document], index: CompanyIndex) -> Iterator[BadFile]:
    """Rows that put a company elsewhere than the table of companies does, or name one twice."""
    named = {
        company
        for document in batch
        for name, _, _ in document.row["owners"]
        if (company := index.find(name)) is not None
    }
    homes = owner_statements.homes(named)
    for document in batch:
        fault = _contradiction(document, index, homes)
        if fault is not None:
            yield fault


def _contradiction(
    document: Document, index: CompanyIndex, homes: Mapping[int, owner_statements.Home]
) -> BadFile | None:
    seen: set[int] = set()
    for name, place, _ in document.row["owners"]:
        company = index.find(name)
        home = homes.get(company) if company is not None else None
        known = home.place.value if home and home.place else ""
        if place and known and place != known:
            return BadFile(
                f"the table of companies has it at home in {known}", row=document.line,
                column="owners", value=f"{name}@{place}",
                remedy="Correct the cell, or load the company's home: --source companies.",
            )  # fmt: skip
        if company is not None and company in seen:
            return BadFile(
                "one owner under two names", row=document.line, column="owners", value=name,
                remedy="Add its shares up.",
            )  # fmt: skip
        if company is not None:
            seen.add(company)
    return None


def write(stated: Mapping[int, Sequence[Stated]], release: Release) -> None:
    """Store these owners of these projects as the whole of them."""
    if not stated:
        return
    if release.edition_id is None:
        release.edition = next_edition(f"owners of {release.code}"[:200])
    index = CompanyIndex()
    index.make(name for owners in stated.values() for name, _, _ in owners)
    _homes(stated, index, release)
    standing = Ownership.objects.filter(project__in=stated, superseded_by__isnull=True)
    known: dict[int, dict[int, Ownership]] = {}
    for row in standing.order_by("id"):
        known.setdefault(row.project_id, {})[row.company_id] = row
    Ownership.objects.bulk_create(
        [
            row
            for project, owners in stated.items()
            for row in _versions(project, owners, known.get(project, {}), index, release)
        ]
    )


def _versions(
    project: int,
    owners: Sequence[Stated],
    known: Mapping[int, Ownership],
    index: CompanyIndex,
    release: Release,
) -> Iterator[Ownership]:
    """What changes among a project's owners."""
    listed = {index.find(name) or 0: share for name, _, share in owners}
    for company, share in listed.items():
        old = known.get(company)
        if old is None or old.share != share or old.state == Ownership.State.REJECTED:
            yield _version(project, company, old, release, share=share)
    for company, old in known.items():
        if company not in listed and old.state != Ownership.State.REJECTED:
            yield _version(
                project, company, old, release, share=old.share, until=old.until,
                state=Ownership.State.REJECTED,
                note=f"not among the owners that {release.code} lists",
            )  # fmt: skip


def _version(
    project: int, company: int, old: Ownership | None, release: Release, **stated: Any
) -> Ownership:
    return Ownership(
        project_id=project,
        company_id=company,
        since=old.since if old else None,
        supersedes=old,
        release=release,
        basis="by the project's key or id",
        edition=release.edition,
        **stated,
    )


def _homes(stated: Mapping[int, Sequence[Stated]], index: CompanyIndex, release: Release) -> None:
    """Where owners are at home, as far as nobody has said so before."""
    places = {
        company: place
        for owners in stated.values()
        for name, place, _ in owners
        if place and (company := index.find(name)) is not None
    }
    known = owner_statements.homes(places)
    old = {
        row.company_id: row
        for row in Domicile.objects.filter(company__in=places, superseded_by__isnull=True)
    }
    Domicile.objects.bulk_create(
        [
            Domicile(
                company_id=company,
                place_id=place,
                parent_id=old[company].parent_id if company in old else None,
                state_owned=old[company].state_owned if company in old else None,
                supersedes=old.get(company),
                release=release,
                edition=release.edition,
            )
            for company, place in places.items()
            if company not in known or known[company].place is None
        ]
    )
