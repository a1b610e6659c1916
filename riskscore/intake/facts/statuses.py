"""Statuses of a file: what a project does from a day on."""

from collections.abc import Iterator

from django.utils import timezone

from riskscore.intake import staging
from riskscore.intake.evidence import unknown_projects
from riskscore.intake.facts import fact_rows
from riskscore.intake.facts.stated_table import StatedTable
from riskscore.intake.import_diff import DOCUMENTS
from riskscore.models import Intake, ProjectStatus
from riskscore.sources.bad_file import BadFile
from riskscore.sources.checks import day_checks

STAGED, COLUMNS = "staged_status", DOCUMENTS
IS_SCORED = False
_TABLE = StatedTable(
    ProjectStatus,
    STAGED,
    identity=("since",),
    stated=("status", "credibility", "url", "note"),
    words=lambda row: f"{row['status']} since {row['since']}",
)
stage, compare, move = fact_rows.stage, _TABLE.compare, _TABLE.move


def check(_intake: Intake) -> Iterator[BadFile]:
    """Faults that only the tables or other rows show. Their rows are deleted."""
    yield from unknown_projects(STAGED)
    yield from fact_rows.repeated(STAGED, "id, row->>'since'", "the status")
    today = timezone.now().date()
    for line, since in staging.fetch(
        f"DELETE FROM {STAGED} WHERE (row->>'since')::date > %s"  # noqa: S608
        " RETURNING line, (row->>'since')::date",
        [today],
    ):
        if fault := day_checks.state(since, today):
            yield fault.in_cell(line, "since", since)
