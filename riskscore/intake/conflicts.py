"""The register of conflicts: each case becomes a statement about the project that it names."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import orjson

from riskscore.intake import aliases, evidence, staging
from riskscore.intake.file_rows import ParsedRow
from riskscore.models import Intake, Project
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.registers import defensoria

STAGED, COLUMNS, IS_SCORED = evidence.STAGED, evidence.COLUMNS, evidence.IS_SCORED
compare, move = evidence.compare, evidence.move


def stage(
    parsed: Iterable[ParsedRow], _names: aliases.Resolver
) -> Iterator[list[staging.Row] | Aside]:
    """Rows for the staging table; a case that names no project of ours is left out, and counted."""
    sites = list(_sites())
    for part in parsed:
        if isinstance(part, Aside):
            yield part
        else:
            line, case = part
            yield _row(line, case, sites)


def check(intake: Intake) -> Iterator[BadFile]:
    """As for evidence; and a month older than what is on file never takes over."""
    yield from evidence.check(intake)
    for line, reference, day in staging.fetch(
        f"SELECT s.line, e.reference, e.happened_on FROM {STAGED} s JOIN riskscore_evidence e"  # noqa: S608
        " ON e.project_id = s.id AND e.url = s.row->>'url' AND e.reference = s.row->>'reference'"
        " WHERE e.happened_on > (s.row->>'happened_on')::date ORDER BY s.line LIMIT 1"
    ):
        yield BadFile(
            f"the register of {day} is on file, which is newer", row=line, column="caso",
            value=reference, remedy="Load the newest month; an older one changes nothing.",
        )  # fmt: skip


def _row(line: int | None, case: Any, sites: list[defensoria.NamedSite]) -> list[staging.Row]:
    ((_, row),) = defensoria.statements([case], sites)
    if isinstance(row, str):
        return []
    return [(line, orjson.dumps(asdict(row)).decode(), row.project, None, None)]


def _sites() -> Iterator[defensoria.NamedSite]:
    """The projects of the register's country, each site once."""
    rows = Project.objects.filter(place=defensoria.PLACE, duplicate_of=None).order_by("key")
    for cells in rows.values_list("key", "name", "latitude", "longitude"):
        yield defensoria.NamedSite(*cells)
