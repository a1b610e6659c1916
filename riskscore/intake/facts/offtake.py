"""Off-take of a file: contracts that are new, say it otherwise than before, or are known.

A contract is known by its project, buyer (or the buyers' country), mineral and first day. What the
file does not name stays: a contract ends by its last day.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from riskscore.engine.inputs.bound_shares import Bound, peak
from riskscore.intake import import_diff, staging
from riskscore.intake.evidence import unknown_projects
from riskscore.intake.facts import fact_rows
from riskscore.intake.import_diff import DOCUMENTS, Document, ImportDiff
from riskscore.intake.ownership.company_index import CompanyIndex
from riskscore.models import Intake, Offtake, Release
from riskscore.releases import owner_statements
from riskscore.sources.bad_file import BadFile
from riskscore.sources.checks import figure_checks
from riskscore.sources.ownership.company_words import plain

STAGED, COLUMNS = "staged_offtake", DOCUMENTS
IS_SCORED = True
STATED = ("place_id", "share", "until", "url", "note")
DAYS = ("since", "until")
Identity = tuple[int | None, str, str, date | None]

stage = fact_rows.stage


def check(_intake: Intake) -> Iterator[BadFile]:
    """Faults that only the tables or other rows show. Their rows are deleted."""
    yield from unknown_projects(STAGED)
    yield from fact_rows.of_other_minerals(STAGED)
    yield from _without_place()
    yield from _repeated()
    yield from _beyond_all()


def _without_place() -> Iterator[BadFile]:
    """Give each row without a place that of its buyer; rows of which it is unknown are faults."""
    index = CompanyIndex()
    for batch in import_diff.documents(STAGED, "row->>'place' = ''"):
        companies = {one.line: index.find(one.row["buyer"]) for one in batch}
        homes = owner_statements.homes(one for one in companies.values() if one is not None)
        found = {
            line: home.place.value
            for line, company in companies.items()
            if company and (home := homes.get(company)) and home.place
        }
        staging.execute(_PLACES, [list(found), list(found.values())])
        faults = [_homeless(one) for one in batch if one.line not in found]
        fact_rows.drop(STAGED, faults)
        yield from faults


def _homeless(document: Document) -> BadFile:
    return BadFile(
        "where this buyer is at home is not known", row=document.line, column="place",
        value=document.row["buyer"],
        remedy="Fill in place, or load the company's country first: --source companies.",
    )  # fmt: skip


_PLACES = f"""
UPDATE {STAGED} s SET row = jsonb_set(s.row, '{{place}}', to_jsonb(f.place))
FROM unnest(%s::bigint[], %s::text[]) AS f (line, place) WHERE s.line = f.line
"""  # noqa: S608 - our own name


def _repeated() -> Iterator[BadFile]:
    lines_of: dict[Identity, int] = {}
    for batch in import_diff.documents(STAGED):
        faults = [
            BadFile(
                f"the contract of line {lines_of[about]} again", row=one.line, column="buyer",
                value=one.row["buyer"],
                remedy="Keep one row, or give each period its first day.",
            )
            for one in batch
            if lines_of.setdefault(about := _identity(one), one.line) != one.line
        ]  # fmt: skip
        fact_rows.drop(STAGED, faults)
        yield from faults


def _beyond_all() -> Iterator[BadFile]:
    """Rows by which more than the whole output would be bound at once, by day and mineral."""
    stated: dict[int | None, dict[Identity, tuple[int, Bound]]] = defaultdict(dict)
    for batch in import_diff.documents(STAGED):
        for about, row in _current(batch).items():
            stated[row.project_id].setdefault(about, (0, _bound(row)))
        for one in batch:
            stated[one.id][_identity(one)] = (one.line, _bound_of(one.row))
    for contracts in stated.values():
        faults = list(_too_much(list(contracts.values())))
        fact_rows.drop(STAGED, faults)
        yield from faults


def _too_much(contracts: list[tuple[int, Bound]]) -> Iterator[BadFile]:
    """The last rows of the file (line 0: on file before) that bind more than all, one by one."""
    while (most := peak([bound for _, bound in contracts])).is_too_much:
        guilty = max(
            (row for row in contracts if row[1].holds(most.day, most.mineral)),
            key=lambda row: row[0],
        )
        if not guilty[0]:
            return
        contracts.remove(guilty)
        if fault := figure_checks.bound(most):
            yield fault.in_cell(guilty[0], "share", guilty[1].share)


def _bound(row: Offtake) -> Bound:
    return Bound(row.mineral_id or "", row.share, row.since, row.until)


def _bound_of(row: dict[str, Any]) -> Bound:
    return Bound(row["mineral"], row["share"], *(_cell(row, name) for name in DAYS))


def _identity(document: Document) -> Identity:
    row = document.row
    return _named(document.id, row["buyer"], row["place"], row["mineral"], _cell(row, "since"))


def _named(
    project: int | None, buyer: str, place: str, mineral: str | None, since: date | None
) -> Identity:
    return project, plain(buyer) if buyer else f"@{place}", mineral or "", since


def _current(batch: list[Document]) -> dict[Identity, Offtake]:
    """The contracts of the projects of a batch."""
    rows = Offtake.objects.filter(project__in={one.id for one in batch}).order_by("id")
    return {
        _named(row.project_id, row.buyer, row.place_id, row.mineral_id, row.since): row
        for row in rows
    }


def _cell(row: dict[str, Any], column: str) -> Any:
    value = row[column.removesuffix("_id")]
    return date.fromisoformat(value) if column in DAYS and value else value


def _says(document: Document) -> tuple[Any, ...]:
    return tuple(_cell(document.row, name) for name in STATED)


def compare(_intake: Intake) -> ImportDiff:
    """Compare each row with the contract as it is on file."""
    diff = ImportDiff()
    for batch in import_diff.documents(STAGED):
        current, verdicts = _current(batch), []
        for one in batch:
            known, row = current.get(_identity(one)), one.row
            verdict = "added" if known is None else "changed"
            if known and tuple(getattr(known, name) for name in STATED) == _says(one):
                verdict = "unchanged"
            of_what = row["mineral"] or "output"
            who = row["buyer"] or f"buyers of {row['place']}"
            diff.count(verdict, f"{one.key}: {row['share']:.1%} of its {of_what} to {who}")
            verdicts.append((verdict, one.line))
        import_diff.note(STAGED, verdicts)
    return diff


def move(_intake: Intake, release: Release) -> int:
    """Write new and changed contracts. Returns how many."""
    count = 0
    for batch in import_diff.documents(STAGED, "verdict <> 'unchanged'"):
        current = _current(batch)
        rows = [_contract(one, current.get(_identity(one)), release) for one in batch]
        Offtake.objects.bulk_create([row for row in rows if row.pk is None])
        fields = [*(name.removesuffix("_id") for name in STATED), "release"]
        Offtake.objects.bulk_update([row for row in rows if row.pk], fields)
        count += len(batch)
    return count


def _contract(one: Document, known: Offtake | None, release: Release) -> Offtake:
    """The contract on file, or a new one, as the row has it."""
    row = known or Offtake(
        project_id=one.id or 0,
        buyer=one.row["buyer"],
        since=_cell(one.row, "since"),
        mineral_id=one.row["mineral"] or None,
    )
    for name, value in zip(STATED, _says(one), strict=True):
        setattr(row, name, value)
    row.release = release
    return row
