"""Companies of a file: where each is at home, and who stands behind it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

import orjson

from riskscore.intake import aliases, import_diff, staging
from riskscore.intake.file_rows import ParsedRow
from riskscore.intake.import_diff import DOCUMENTS, Document, ImportDiff
from riskscore.intake.ownership.company_index import CompanyIndex
from riskscore.models import Company, Domicile, Intake, Release
from riskscore.releases.editions import next_edition
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.ownership.company_words import plain

STAGED = "staged_company"
IS_SCORED = True
COLUMNS = DOCUMENTS
STATED = ("state_owned", "stated_on", "url", "credibility", "state", "note")


def stage(
    parsed: Iterable[ParsedRow], names: aliases.Resolver
) -> Iterator[list[staging.Row] | Aside]:
    """Rows for the staging table, places turned into codes."""
    for part in parsed:
        if isinstance(part, Aside):
            yield part
            continue
        line, row = part
        try:
            place = names.place(row.place, line) if row.place else None
        except BadFile as error:
            yield error
            continue
        document = {**asdict(row), "place": place}
        yield [(line, orjson.dumps(document).decode(), plain(row.company), None, None)]


def check(_intake: Intake) -> Iterator[BadFile]:
    """Faults: a company twice in the file, or above itself. Their rows are deleted."""
    index, lines_of = CompanyIndex(), dict[int | str, int]()
    for batch in import_diff.documents(STAGED):
        faults = [fault for row in batch if (fault := _fault(row, index, lines_of))]
        staging.execute(
            f"DELETE FROM {STAGED} WHERE line = ANY(%s)",  # noqa: S608 - our own name
            [[fault.row for fault in faults]],
        )
        yield from faults


def _fault(
    document: Document, index: CompanyIndex, lines_of: dict[int | str, int]
) -> BadFile | None:
    company, parent = document.row["company"], document.row["parent"]
    one = index.find(company) or document.key
    first = lines_of.setdefault(one, document.line)
    if first != document.line:
        return BadFile(
            f"the company of line {first} again", row=document.line, column="company",
            value=company, remedy="Keep one of the two rows.",
        )  # fmt: skip
    if parent and (index.find(parent) or plain(parent)) == one:
        return BadFile(
            "another name of the company itself", row=document.line, column="parent", value=parent,
            remedy="Name the company above it, or leave it empty.",
        )  # fmt: skip
    return None


def compare(_intake: Intake) -> ImportDiff:
    """Compare each row with what is said of the company now."""
    diff, index = ImportDiff(), CompanyIndex()
    for batch in import_diff.documents(STAGED):
        current, verdicts = _current(batch, index), []
        for document in batch:
            known = current.get(document.key)
            verdict = "added" if known is None else _verdict(document, known, index)
            diff.count(verdict, f"{document.row['company']}: {document.row['place'] or 'unknown'}")
            verdicts.append((verdict, document.line))
        import_diff.note(STAGED, verdicts)
    return diff


def _verdict(document: Document, known: Domicile, index: CompanyIndex) -> str:
    row = document.row
    parent = index.find(row["parent"]) if row["parent"] else None
    if row["parent"] and parent is None:
        return "changed"
    before = (known.place_id, known.parent_id, *(getattr(known, name) for name in STATED))
    named = {plain(word) for word in (known.company.name, *known.company.aliases)}
    renamed = any(plain(alias) not in named for alias in row["aliases"])
    same = before == (row["place"], parent, *_stated(row))
    return "unchanged" if same and not renamed else "changed"


def _current(batch: list[Document], index: CompanyIndex) -> dict[str, Domicile]:
    ids = {document.key: index.find(document.key) for document in batch}
    standing = {
        row.company_id: row
        for row in Domicile.objects.filter(
            company__in={one for one in ids.values() if one}, superseded_by__isnull=True
        ).select_related("company")
    }
    return {key: standing[one] for key, one in ids.items() if one in standing}


def _stated(row: dict[str, Any]) -> tuple[Any, ...]:
    on = row["stated_on"]
    return tuple(
        (date.fromisoformat(on) if on else None) if name == "stated_on" else row[name]
        for name in STATED
    )


def move(intake: Intake, release: Release) -> int:
    """Store new and changed statements under one edition. Returns how many."""
    release.edition = next_edition(f"intake of {intake.file}"[:200])
    index, count = CompanyIndex(), 0
    for batch in import_diff.documents(STAGED, "verdict <> 'unchanged'"):
        rows = [document.row for document in batch]
        index.make(name for row in rows for name in (row["company"], row["parent"]) if name)
        current = _current(batch, index)
        Domicile.objects.bulk_create(
            [_domicile(intake, release, one, current.get(one.key), index) for one in batch]
        )
        _name_anew(batch, index)
        count += len(batch)
    return count


def _domicile(
    intake: Intake,
    release: Release,
    document: Document,
    known: Domicile | None,
    index: CompanyIndex,
) -> Domicile:
    row = document.row
    return Domicile(
        company_id=index.known(document.key),
        place_id=row["place"],
        parent_id=index.find(row["parent"]) if row["parent"] else None,
        **dict(zip(STATED, _stated(row), strict=True)),
        supersedes=known,
        release=release,
        entered_by=intake.created_by,
        edition=release.edition,
    )


def _name_anew(batch: list[Document], index: CompanyIndex) -> None:
    """Add the aliases that rows bring; a name that is another company's stays that one's."""
    stated = {index.find(one.key): one.row["aliases"] for one in batch if one.row["aliases"]}
    companies = list(Company.objects.filter(pk__in=[pk for pk in stated if pk]))
    for company in companies:
        fresh = [word for word in stated[company.pk] if index.find(word) in (None, company.pk)]
        company.aliases = sorted({*company.aliases, *fresh} - {company.name})
    Company.objects.bulk_update(companies, ["aliases"])
