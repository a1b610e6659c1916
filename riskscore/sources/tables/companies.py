"""The project's own layout for companies: where one is at home, and who stands behind it."""

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from riskscore.sources.checks import text_checks
from riskscore.sources.checks.fault import refuse
from riskscore.sources.readers.formula_guard import restored
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source
from riskscore.sources.tables.cell_values import bad_cell, truth
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.owners import LONGEST_NAME, filled, stated
from riskscore.sources.tables.table import Cells, ParsedRows, parse_rows, parser, read, texts

SOURCE = Source(
    code="companies",
    publisher="entered by the operator",
    title="Companies: country, parent, state ownership, gathered by the operator",
    url="",
    licence="the operator's own",
    redistributable=False,
    attribution="Gathered by the operator of this installation; each statement has its source.",
)
REQUIRED = ("company",)
OPTIONAL = (
    "place", "parent", "state_owned", "aliases", "date", "url", "credibility", "state", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CompanyStated:
    """What one row states. Empty text and None are unknown."""

    company: str
    place: str
    parent: str
    state_owned: bool | None
    aliases: tuple[str, ...]
    stated_on: date | None
    url: str
    credibility: float
    state: str
    note: str


def columns(reading: Reading) -> Columns:
    """The columns of the layout, with the names that a file has for them."""
    return Columns(REQUIRED, OPTIONAL, reading, numbers=("credibility",))


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[CompanyStated]:
    """(line, statement) of each row, or its BadFile; raises BadFile for the file as a whole."""
    return parse_rows(read(file, name, columns(reading)), _row)


parse = parser(rows)


def _row(cells: Cells, line: int) -> CompanyStated:
    cells = {column: restored(cell) for column, cell in cells.items()}
    text = cells.get("state_owned", "")
    company, parent = filled(cells, "company", line), cells.get("parent", "")
    if parent == company:
        raise bad_cell(line, "parent", parent, "a company above itself", "Name another company.")
    refuse(text_checks.text(parent, LONGEST_NAME), line, "parent", parent)
    return CompanyStated(
        company=company,
        place=cells.get("place", ""),
        parent=parent,
        state_owned=truth(text, "state_owned", line, empty=False) if text else None,
        aliases=tuple(alias[:200] for alias in texts([cells.get("aliases", "")])),
        **stated(cells, line),
    )
