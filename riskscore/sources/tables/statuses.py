"""The project's own layout for statuses: what a project does from a day on, one row each."""

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source
from riskscore.sources.tables import facts
from riskscore.sources.tables.cell_values import bad_cell
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.owners import filled
from riskscore.sources.tables.status_words import STATUS_WORDS, UNKNOWN, status_of
from riskscore.sources.tables.table import Cells, ParsedRows, parse_rows, parser, read

SOURCE = Source(
    code="statuses",
    publisher="entered by the operator",
    title="Statuses of projects, gathered by the operator",
    url="",
    licence="the operator's own",
    redistributable=False,
    attribution="Gathered by the operator of this installation; each statement has its source.",
)
REQUIRED = ("project", "status", "since", "source")
OPTIONAL = ("credibility", "note")


@dataclass(frozen=True, slots=True)
class StatusStated:
    """What one row states; ``status`` is a word of ours."""

    project: str
    status: str
    since: date
    credibility: float
    url: str
    note: str


def columns(reading: Reading) -> Columns:
    """The columns of the layout, with the names that a file has for them."""
    return Columns(REQUIRED, OPTIONAL, reading, facts.OTHERWISE, ("credibility",))


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[StatusStated]:
    """(line, statement) of each row, or its BadFile; raises BadFile for the file as a whole."""
    return parse_rows(read(file, name, columns(reading)), _row)


parse = parser(rows)


def _row(cells: Cells, line: int) -> StatusStated:
    cells = facts.plain_cells(cells)
    project, word = filled(cells, "project", line), filled(cells, "status", line)
    status = status_of(word)
    if status is None:
        raise bad_cell(
            line, "status", word, "a status that is not understood",
            f"Use one of {', '.join((*STATUS_WORDS, UNKNOWN))}.",
        )  # fmt: skip
    return StatusStated(
        project=project,
        status=status,
        since=facts.first_day(cells, line),
        credibility=facts.credibility(cells, line),
        **facts.sourced(cells, line),
    )
