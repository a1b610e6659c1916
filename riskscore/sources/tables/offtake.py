"""The project's own layout for off-take: which share of a project's output is bound to whom."""

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from riskscore.sources.checks import text_checks
from riskscore.sources.checks.fault import refuse
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source
from riskscore.sources.tables import facts
from riskscore.sources.tables.cell_values import bad_cell
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.owners import LONGEST_NAME, filled, share_of
from riskscore.sources.tables.table import Cells, ParsedRows, parse_rows, parser, read

SOURCE = Source(
    code="offtake",
    publisher="entered by the operator",
    title="Off-take contracts of projects, gathered by the operator",
    url="",
    licence="the operator's own",
    redistributable=False,
    attribution="Gathered by the operator of this installation; each statement has its source.",
)
REQUIRED = ("project", "buyer", "share", "source")
OPTIONAL = ("place", "mineral", "since", "until", "note")


@dataclass(frozen=True, slots=True)
class OfftakeStated:
    """What one row states. An empty ``mineral`` is all that the project yields; an empty ``place``
    is where the table of companies has the buyer."""

    project: str
    buyer: str
    place: str
    mineral: str
    share: float
    since: date | None
    until: date | None
    url: str
    note: str


def columns(reading: Reading) -> Columns:
    """The columns of the layout, with the names that a file has for them."""
    return Columns(REQUIRED, OPTIONAL, reading, facts.OTHERWISE, ("share",))


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[OfftakeStated]:
    """(line, statement) of each row, or its BadFile; raises BadFile for the file as a whole."""
    return parse_rows(read(file, name, columns(reading)), _row)


parse = parser(rows)


def _row(cells: Cells, line: int) -> OfftakeStated:
    cells = facts.plain_cells(cells)
    project, buyer = filled(cells, "project", line), cells["buyer"]
    if not (buyer or cells.get("place")):
        raise bad_cell(
            line, "buyer", "", "neither a buyer nor its country", "Fill in buyer, place, or both."
        )
    refuse(text_checks.text(buyer, LONGEST_NAME), line, "buyer", buyer)
    share = share_of(cells["share"], line)
    if share is None:
        raise bad_cell(
            line, "share", "", "a share that is not known",
            "Write 0.51 or 51%, or leave the row out until it is known: unknown is not zero.",
        )  # fmt: skip
    return OfftakeStated(
        project=project,
        buyer=buyer,
        place=cells.get("place", ""),
        mineral=cells.get("mineral", ""),
        share=share,
        **facts.period(cells, line),
        **facts.sourced(cells, line),
    )
