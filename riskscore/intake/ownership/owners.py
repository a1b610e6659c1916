"""Owners of a file: each statement new, a new version of an old one, or known already."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

import orjson

from riskscore.intake import aliases, import_diff, staging
from riskscore.intake.evidence import unknown_projects
from riskscore.intake.file_rows import ParsedRow
from riskscore.intake.import_diff import DOCUMENTS, Document, ImportDiff
from riskscore.intake.ownership.company_index import CompanyIndex
from riskscore.models import Intake, Ownership, Release
from riskscore.releases import owner_statements
from riskscore.releases.editions import next_edition
from riskscore.sources.bad_file import BadFile
from riskscore.sources.checks import figure_checks
from riskscore.sources.left_out import Aside
from riskscore.sources.ownership.company_words import plain

STAGED = "staged_owner"
IS_SCORED = True
COLUMNS = DOCUMENTS
#: What a statement says of the ownership, and what it says of itself.
FACTS = ("share", "until")
STATED = (*FACTS, "stated_on", "url", "credibility", "state", "note")
DAYS = ("since", "until", "stated_on")
Identity = tuple[int | None, str, date | None]
Lines = dict[tuple[int | None, int | str, date | None], int]


def stage(
    parsed: Iterable[ParsedRow], _names: aliases.Resolver
) -> Iterator[list[staging.Row] | Aside]:
    """Rows for the staging table."""
    for part in parsed:
        if isinstance(part, Aside):
            yield part
        else:
            line, row = part
            yield [(line, orjson.dumps(asdict(row)).decode(), row.project, None, None)]


def check(_intake: Intake) -> Iterator[BadFile]:
    """Faults of rows that only the others or the tables show. Their rows are deleted."""
    yield from unknown_projects(STAGED)
    lines_of: Lines = {}
    companies = CompanyIndex()
    restated = {
        (row.id, companies.find(row.row["owner"]))
        for batch in import_diff.documents(STAGED)
        for row in batch
    }
    held: dict[int | None, list[float]] = {}
    for batch in import_diff.documents(STAGED):
        current = _current(batch)
        _hold(held, batch, restated)
        faults = [
            fault
            for row in batch
            if (
                fault := _repeated(row, lines_of, companies)
                or _over(row, held)
                or _decided(row, current)
            )
        ]
        staging.execute(
            f"DELETE FROM {STAGED} WHERE line = ANY(%s)",  # noqa: S608 - our own name
            [[fault.row for fault in faults]],
        )
        yield from faults


def _repeated(document: Document, lines_of: Lines, companies: CompanyIndex) -> BadFile | None:
    project, words, since = _identity(document)
    first = lines_of.setdefault((project, companies.find(words) or words, since), document.line)
    if first == document.line:
        return None
    return BadFile(
        f"the owner of line {first} again", row=document.line, column="owner",
        value=document.row["owner"], remedy="Keep one row, or give each period its first day.",
    )  # fmt: skip


def _hold(
    held: dict[int | None, list[float]],
    batch: list[Document],
    restated: set[tuple[int | None, int | None]],
) -> None:
    """Begin the shares of each project with those on file that no row of the file restates."""
    fresh = {row.id for row in batch} - set(held)
    held.update((project, []) for project in fresh)
    standing = owner_statements.owners().filter(
        project__in=fresh - {None}, until__isnull=True, share__isnull=False
    )
    for project, company, share in standing.values_list("project_id", "company_id", "share"):
        if share is not None and (project, company) not in restated:
            held[project].append(share)


def _over(document: Document, held: dict[int | None, list[float]]) -> BadFile | None:
    """Shares without an end that add up to more than all, at the row that goes beyond."""
    row = document.row
    if row["share"] is None or row["until"] or row["state"] == Ownership.State.REJECTED:
        return None
    held[document.id].append(row["share"])
    fault = figure_checks.whole(held[document.id])
    return fault and fault.in_cell(document.line, "share", row["share"])


def _decided(document: Document, current: dict[Identity, Ownership]) -> BadFile | None:
    """An unverified row must not undo, unseen, what a person has decided otherwise."""
    known, row = current.get(_identity(document)), document.row
    if known is None or row["state"] != Ownership.State.UNVERIFIED:
        return None
    if known.state == Ownership.State.UNVERIFIED or _facts(known) == _stated(row)[: len(FACTS)]:
        return None
    return BadFile(
        f"{known.company} is {known.state} as an owner of {document.key} already",
        row=document.line, column="state", value=row["state"],
        remedy="Write confirmed, corrected or rejected if this row is to stand in its place.",
    )  # fmt: skip


def compare(_intake: Intake) -> ImportDiff:
    """Compare each row with the newest version of the same statement."""
    diff = ImportDiff()
    for batch in import_diff.documents(STAGED):
        current, verdicts = _current(batch), []
        for document in batch:
            verdict = _verdict(document, current.get(_identity(document)))
            diff.count(verdict, f"{document.key}: {document.row['owner']}")
            verdicts.append((verdict, document.line))
        import_diff.note(STAGED, verdicts)
    return diff


def _verdict(document: Document, known: Ownership | None) -> str:
    if known is None:
        return "added"
    stated = _stated(document.row)
    if tuple(getattr(known, name) for name in STATED) == stated:
        return "unchanged"
    agrees = document.row["state"] == Ownership.State.UNVERIFIED != known.state
    return "unchanged" if agrees and _facts(known) == stated[: len(FACTS)] else "changed"


def _facts(known: Ownership) -> tuple[Any, ...]:
    return tuple(getattr(known, name) for name in FACTS)


def _identity(document: Document) -> Identity:
    since = document.row["since"]
    return document.id, plain(document.row["owner"]), date.fromisoformat(since) if since else None


def _current(batch: list[Document]) -> dict[Identity, Ownership]:
    """The newest version of each statement about the projects of a batch, by all its names."""
    standing = Ownership.objects.filter(
        project__in={document.id for document in batch}, superseded_by__isnull=True
    ).select_related("company")
    return {
        (row.project_id, plain(word), row.since): row
        for row in standing.order_by("-id")
        for word in (*row.company.aliases, row.company.key.replace("-", " "), row.company.name)
    }


def _stated(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        date.fromisoformat(row[name]) if name in DAYS and row[name] else row[name]
        for name in STATED
    )


def move(intake: Intake, release: Release) -> int:
    """Store new and changed statements under one edition. Returns how many."""
    release.edition = next_edition(f"intake of {intake.file}"[:200])
    companies, count = CompanyIndex(), 0
    for batch in import_diff.documents(STAGED, "verdict <> 'unchanged'"):
        current = _current(batch)
        companies.make(document.row["owner"] for document in batch)
        Ownership.objects.bulk_create(
            [
                _ownership(intake, release, row, current.get(_identity(row)), companies)
                for row in batch
            ]
        )
        count += len(batch)
    return count


def _ownership(
    intake: Intake,
    release: Release,
    document: Document,
    known: Ownership | None,
    companies: CompanyIndex,
) -> Ownership:
    return Ownership(
        project_id=document.id or 0,
        company_id=known.company_id if known else companies.known(document.row["owner"]),
        since=_identity(document)[2],
        **dict(zip(STATED, _stated(document.row), strict=True)),
        basis="by the project's key or id",
        supersedes=known,
        release=release,
        entered_by=intake.created_by,
        edition=release.edition,
    )
