"""Projects of a file: staged, checked, and compared with the projects that there are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from riskscore.intake import aliases, import_diff, staging
from riskscore.intake.file_rows import ParsedRow
from riskscore.intake.import_diff import DOCUMENTS, Document, ImportDiff
from riskscore.intake.ownership import owner_lists
from riskscore.intake.ownership.company_index import CompanyIndex
from riskscore.intake.project_diff import Snapshot, news, snapshots
from riskscore.intake.project_writer import write
from riskscore.intake.published_sites import as_row
from riskscore.intake.sites import alike_sites, new_sites
from riskscore.intake.sites.positions import Doubt, Positions
from riskscore.models import Intake, Release
from riskscore.sources.bad_file import BadFile
from riskscore.sources.checks.fault import Fault
from riskscore.sources.left_out import Aside, LeftOut
from riskscore.sources.names import folded
from riskscore.sources.source_records import ProjectRecord
from riskscore.sources.tables.projects import ProjectRow
from riskscore.sources.tables.site_cells.party_shares import Share

STAGED = "staged_project"
IS_SCORED = True
COLUMNS = DOCUMENTS
#: What a project must have from the beginning.
MOVED = "Correct the point or the place; who is sure of both moves the project in admin."
NEEDED = ("name", "place", "latitude", "kind")


def stage(
    parsed: Iterable[ParsedRow], names: aliases.Resolver
) -> Iterator[list[staging.Row] | Aside]:
    """Rows for the staging table, words turned into codes."""
    for number, part in enumerate(parsed, start=1):
        if isinstance(part, Aside):
            yield part
            continue
        line, row = part[0] or number, part[1]
        if isinstance(row, ProjectRecord):
            row = as_row(names.source, row)
        if row is None:
            yield LeftOut("coal, which is not scored here", line, part[1].name)
            continue
        try:
            yield [_staged(row, line, names)]
        except BadFile as error:
            yield error


def _staged(row: ProjectRow, line: int, names: aliases.Resolver) -> staging.Row:
    document = asdict(row)
    document["place_label"] = row.place
    document["place"] = _place(row.place, line, "place", names)
    document["minerals"] = _minerals(row, line, names)
    for column in ("owners", "offtake"):
        document[column] = [_share(part, line, column, names) for part in document[column]]
    key = row.key or derived_key(row.external_ids)
    return line, orjson.dumps(document).decode(), key, None, None


def _place(term: str, line: int, column: str, names: aliases.Resolver) -> str:
    code = names.place(term, line, column) if term else ""
    if code is None:
        raise BadFile(
            "a place that is left out", row=line, column=column, value=term, remedy="Correct it."
        )
    return code


def _minerals(row: ProjectRow, line: int, names: aliases.Resolver) -> list[list[str]]:
    """[code, role, word], each mineral once in its strongest role."""
    result: dict[str, list[str]] = {}
    for term, role in row.minerals:
        for code in names.minerals(term, line, "minerals"):
            result.setdefault(code, [code, role, term[:120]])
    return list(result.values())


def _share(part: dict[str, Any], line: int, column: str, names: aliases.Resolver) -> list[Any]:
    share = Share(**part)
    return [share.name, _place(share.place, line, column, names), round(share.share, 12)]


def derived_key(external_ids: Sequence[tuple[str, str]]) -> str:
    """The key of a new project that has none: its first external id, as a slug."""
    if not external_ids:
        return ""
    scheme, value = external_ids[0]
    return f"{scheme}-{folded(value).replace(' ', '-')}"[:60].rstrip("-")


def check(_intake: Intake) -> Iterator[BadFile]:
    """Faults: two rows about one project, ids of two projects, missing cells, swapped axes."""
    yield from _identify()
    yield from _repeated()
    yield from _answers()
    positions, companies = Positions(), CompanyIndex()
    for batch in import_diff.documents(STAGED):
        doubts = new_sites.doubted_positions(batch, positions)
        faults = [fault for row in batch if (fault := _fault(row, doubts.get(row.line)))]
        faulty = {fault.row for fault in faults}
        sound = [row for row in batch if row.line not in faulty]
        faults += owner_lists.contradictions(sound, companies)
        lines = [fault.row for fault in faults]
        staging.execute(f"DELETE FROM {STAGED} WHERE line = ANY(%s)", [lines])  # noqa: S608
        yield from faults


def _identify() -> Iterator[BadFile]:
    """Find the project of each row by its key, else by its external ids."""
    staging.execute(
        f"UPDATE {STAGED} s SET id = p.id FROM riskscore_project p WHERE p.key = s.key"  # noqa: S608
    )
    for line, key in staging.fetch(
        f"WITH named AS (SELECT s.line, min(e.project_id) AS one, max(e.project_id) AS other"  # noqa: S608
        f" FROM {STAGED} s CROSS JOIN LATERAL jsonb_array_elements(s.row->'external_ids') x"
        " JOIN riskscore_externalid e ON e.scheme = x->>0 AND e.value = x->>1 GROUP BY s.line),"
        f" set_ids AS (UPDATE {STAGED} s SET id = coalesce(s.id, n.one) FROM named n"
        "  WHERE n.line = s.line AND n.one = n.other AND coalesce(s.id, n.one) = n.one)"
        f" DELETE FROM {STAGED} s USING named n WHERE n.line = s.line"
        "  AND (n.one <> n.other OR s.id <> n.one) RETURNING s.line, s.key"
    ):
        yield BadFile(
            "the external ids belong to another project", row=line, column="external_ids",
            value=key, remedy="Correct the key or the external ids.",
        )  # fmt: skip


def _repeated() -> Iterator[BadFile]:
    for line, key, first in staging.fetch(
        f"DELETE FROM {STAGED} s USING (SELECT line, min(line) OVER ("  # noqa: S608
        f"PARTITION BY id, CASE WHEN id IS NULL THEN key END) AS first FROM {STAGED}) t"
        " WHERE s.line = t.line AND t.first < s.line RETURNING s.line, s.key, t.first"
    ):
        yield BadFile(
            f"the project of line {first} again", row=line, column="key", value=key,
            remedy="Keep one row per project.",
        )  # fmt: skip


def _answers() -> Iterator[BadFile]:
    """What ``duplicate_of`` says must be a known project, and said of a new one."""
    for line, answer, is_new in staging.fetch(
        f"DELETE FROM {STAGED} s WHERE s.row->>'duplicate_of' <> '' AND (s.id IS NOT NULL"  # noqa: S608
        "  OR s.row->>'duplicate_of' <> %s AND NOT EXISTS (SELECT FROM riskscore_project p"
        "   WHERE p.key = s.row->>'duplicate_of'))"
        " RETURNING s.line, s.row->>'duplicate_of', s.id IS NULL",
        [alike_sites.ANOTHER],
    ):
        yield BadFile(
            "no project has this key" if is_new else "said of a project that is known already",
            row=line, column="duplicate_of", value=answer,
            remedy="Write the key of a project, or none." if is_new
            else "Decide in admin, on the project's page.",
        )  # fmt: skip


def _fault(document: Document, doubt: Doubt | None) -> BadFile | None:
    """A new project without what it must have; a point with its axes swapped; a known project that
    would be moved to where its country is not."""
    row, line = document.row, document.line
    if document.id is None:
        missing = next((name for name in NEEDED if row[name] in ("", None)), None)
        if missing or not document.key:
            return BadFile(
                "a new project without it", row=line, column=missing or "key",
                remedy="Fill in name, place, latitude, longitude and kind of every new project.",
            )  # fmt: skip
    if doubt is None or (document.id is None and not doubt.is_swapped):
        return None
    point = f"{row['latitude']}, {row['longitude']}"
    return (doubt.fault or Fault(doubt.words, MOVED)).in_cell(line, "latitude", point)


def compare(intake: Intake) -> ImportDiff:
    """Compare each row with its project as it is now, and new ones with those that are known."""
    diff, companies, doubted = ImportDiff(), CompanyIndex(), new_sites.Doubted(STAGED)
    for batch in import_diff.documents(STAGED):
        known, doubts = snapshots(batch), doubted.of(batch)
        verdicts = []
        for document in batch:
            verdict, words = _verdict(document, known, companies)
            if why := doubts.get(document.line):
                words += f"; waits as a draft: {why.words}"
            diff.count(verdict, f"{document.key or document.row['name']}: {words}")
            verdicts.append((verdict, document.line))
        import_diff.note(STAGED, verdicts)
    intake.remarks += doubted.remarks()
    return diff


def _verdict(
    document: Document, known: dict[int, Snapshot], companies: CompanyIndex
) -> tuple[str, str]:
    if document.id is None:
        return "added", f"{document.row['name']}, {document.row['place']}"
    changes = news(document.row, known[document.id], companies)
    words = "; ".join(f"{name}: {old} → {new}" for name, (old, new) in changes.items())
    return ("changed", words) if changes else ("unchanged", "")


def move(_intake: Intake, release: Release) -> int:
    """Write new and changed projects. Returns how many."""
    doubted, companies, count = new_sites.Doubted(STAGED, is_compared=True), CompanyIndex(), 0
    for batch in import_diff.documents(STAGED, "verdict <> 'unchanged'"):
        write(batch, snapshots(batch), release, doubted.of(batch), companies)
        count += len(batch)
    new_sites.name_earlier_rows(STAGED)
    return count
