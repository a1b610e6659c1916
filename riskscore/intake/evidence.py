"""Evidence of a file: each statement new, a new version of an old one, or known already."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any, cast

import orjson
from django.utils import timezone

from riskscore.intake import aliases, import_diff, staging
from riskscore.intake.file_rows import ParsedRow
from riskscore.intake.import_diff import DOCUMENTS, Document, ImportDiff
from riskscore.models import Evidence, Intake, Release
from riskscore.releases.editions import next_edition
from riskscore.scoring.alerts import raised
from riskscore.sources.bad_file import BadFile
from riskscore.sources.checks import day_checks
from riskscore.sources.left_out import Aside

STAGED = "staged_evidence"
IS_SCORED = True
COLUMNS = DOCUMENTS
#: What may differ between the versions of one statement.
STATED = (
    "happened_on", "level", "expires_on", "severity", "credibility", "status", "self_disclosed",
    "note", "reach",
)  # fmt: skip
DAYS = ("happened_on", "expires_on")
Identity = tuple[Any, ...]


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
    """Faults: unknown projects, days far to come, and statements twice in the file. Their rows are
    deleted."""
    yield from unknown_projects(STAGED)
    today = timezone.localdate()
    for line, happened in staging.fetch(
        f"DELETE FROM {STAGED} WHERE (row->>'happened_on')::date > %s"  # noqa: S608
        " RETURNING line, (row->>'happened_on')::date",
        [today + day_checks.FARTHEST_AHEAD],
    ):
        if fault := day_checks.event(happened, today):
            yield fault.in_cell(line, "date", happened)
    for line, first in staging.fetch(
        f"DELETE FROM {STAGED} s USING (SELECT line, min(line) OVER (PARTITION BY id,"  # noqa: S608
        " row->>'kind', row->>'url', row->>'reference', CASE row->>'reference' WHEN ''"
        f" THEN row->>'happened_on' END) AS first FROM {STAGED}) t"
        " WHERE s.line = t.line AND t.first < s.line RETURNING s.line, t.first"
    ):
        yield BadFile(
            f"the statement of line {first} again", row=line, remedy="Keep one of the two rows."
        )


def unknown_projects(staged: str) -> Iterator[BadFile]:
    """Find the project of each staged row by its key or external id; the rows of none are faults,
    and deleted."""
    staging.execute(
        f"UPDATE {staged} s SET id = p.id FROM riskscore_project p WHERE p.key = s.key"  # noqa: S608
    )
    staging.execute(
        f"UPDATE {staged} s SET id = e.project_id FROM riskscore_externalid e"  # noqa: S608
        " WHERE s.id IS NULL AND e.scheme || ':' || e.value = s.key"
    )
    for line, key in staging.fetch(
        f"DELETE FROM {staged} WHERE id IS NULL RETURNING line, key"  # noqa: S608
    ):
        yield BadFile(
            "no project is known by this key or external id", row=line, column="project",
            value=key, remedy="Write the key of a project, such as icmm-00026.",
        )  # fmt: skip


def compare(_intake: Intake) -> ImportDiff:
    """Compare each row with the newest version of the same statement."""
    diff = ImportDiff()
    for batch in import_diff.documents(STAGED):
        current = _current(batch)
        verdicts = []
        for document in batch:
            known = current.get(_identity(document))
            verdict = _verdict(document, known)
            words = f"{document.key} {document.row['kind']} {document.row['happened_on']}"
            diff.count(verdict, words)
            verdicts.append((verdict, document.line))
        import_diff.note(STAGED, verdicts)
    return diff


def _identity(document: Document) -> Identity:
    row = document.row
    happened = date.fromisoformat(row["happened_on"])
    return identity(document.id, row["kind"], row["url"], row["reference"], happened)


def identity(
    project: int | None, kind: str, url: str, reference: str, happened_on: date
) -> Identity:
    """What makes two rows versions of one statement: the case of a source, by the name that the
    source gives it; where it has none, the day."""
    return project, kind, url, reference or happened_on


def _current(batch: list[Document]) -> dict[Identity, Evidence]:
    """The newest version of each statement about the projects of a batch, by its identity."""
    standing = Evidence.objects.filter(
        project__in={document.id for document in batch}, superseded_by__isnull=True
    )
    return {
        identity(row.project_id, row.kind, row.url, row.reference, row.happened_on): row
        for row in standing.order_by("id")
    }


def _stated(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        date.fromisoformat(row[name]) if name in DAYS and row[name] else row[name]
        for name in STATED
    )


def _verdict(document: Document, known: Evidence | None) -> str:
    if known is None:
        return "added"
    same = tuple(getattr(known, name) for name in STATED) == _stated(document.row)
    return "unchanged" if same else "changed"


def move(intake: Intake, release: Release) -> int:
    """Store new and changed statements under one edition. Returns how many."""
    release.edition = next_edition(f"intake of {intake.file}"[:200])
    count = 0
    for batch in import_diff.documents(STAGED, "verdict <> 'unchanged'"):
        current = _current(batch)
        Evidence.objects.bulk_create(
            [_evidence(intake, release, row, current.get(_identity(row))) for row in batch]
        )
        count += len(batch)
    raised.of_statements(release.edition.pk)
    return count


def _evidence(
    intake: Intake, release: Release, document: Document, known: Evidence | None
) -> Evidence:
    row = document.row
    return Evidence(
        project_id=cast("int", document.id),
        kind=row["kind"],
        url=row["url"],
        reference=row["reference"],
        **dict(zip(STATED, _stated(row), strict=True)),
        supersedes=known,
        entered_by=intake.created_by,
        release=release,
        edition=release.edition,
    )
