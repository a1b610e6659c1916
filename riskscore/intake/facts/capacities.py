"""Capacities of a file: what a project can give of a mineral in a year."""

from collections.abc import Iterator
from typing import Any

from riskscore.intake import import_diff
from riskscore.intake.evidence import unknown_projects
from riskscore.intake.facts import fact_rows
from riskscore.intake.facts.stated_table import StatedTable
from riskscore.intake.facts.world_output import WorldOutput
from riskscore.intake.import_diff import DOCUMENTS
from riskscore.models import Capacity, Intake
from riskscore.sources.bad_file import BadFile

STAGED, COLUMNS = "staged_capacity", DOCUMENTS
IS_SCORED = False
OF_AMOUNT = ("mineral", "amount", "unit", "reason")


def _words(row: dict[str, Any]) -> str:
    amount = f"{row['low']:g}–{row['high']:g}" if row["amount"] is None else f"{row['amount']:g}"
    return f"{row['mineral']} {row['year']}: {amount} {row['unit']} ({row['basis']})"


_TABLE = StatedTable(
    Capacity,
    STAGED,
    identity=("mineral_id", "year"),
    stated=(
        "amount", "low", "high", "unit", "basis", "reason", "credibility", "url", "note",
    ),
    words=_words,
)  # fmt: skip
stage, compare, move = fact_rows.stage, _TABLE.compare, _TABLE.move


def check(_intake: Intake) -> Iterator[BadFile]:
    """Faults that only the tables or other rows show. Their rows are deleted."""
    yield from unknown_projects(STAGED)
    yield from fact_rows.of_other_minerals(STAGED)
    yield from fact_rows.repeated(STAGED, "id, row->>'mineral', row->>'year'", "the capacity")
    yield from _beyond_the_world()


def _beyond_the_world() -> Iterator[BadFile]:
    """Rows by which one site gives more than the world, without a reason; they are deleted."""
    for batch in import_diff.documents(STAGED):
        world = WorldOutput({one.row["mineral"] for one in batch})
        wrong = [(one, world.fault(*(one.row[name] for name in OF_AMOUNT))) for one in batch]
        faults = [
            fault.in_cell(one.line, "amount", one.row["amount"]) for one, fault in wrong if fault
        ]
        fact_rows.drop(STAGED, faults)
        yield from faults
