"""The project's own layout for capacities: what a project can give of a mineral in a year.

An amount, with its range or without; or a range alone, which says why it is one. What is unknown
is a range or no row at all: a cell that is empty is never read as zero.
"""

from dataclasses import dataclass
from typing import BinaryIO

from riskscore.sources.checks import figure_checks, text_checks
from riskscore.sources.checks.fault import refuse
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source
from riskscore.sources.tables import facts
from riskscore.sources.tables.cell_values import finite_number, one_of, year
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.owners import filled
from riskscore.sources.tables.table import Cells, ParsedRows, parse_rows, parser, read

SOURCE = Source(
    code="capacities",
    publisher="entered by the operator",
    title="Capacities of projects, gathered by the operator",
    url="",
    licence="the operator's own",
    redistributable=False,
    attribution="Gathered by the operator of this installation; each statement has its source.",
)
REQUIRED = ("project", "mineral", "year", "unit", "source")
OPTIONAL = ("amount", "low", "high", "basis", "reason", "credibility", "note")
BASES = ("stated", "planned", "output", "estimated")
LONGEST = {"unit": 60, "reason": 300}
AMOUNTS = ("amount", "low", "high")
Amounts = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class CapacityStated:
    """What one row states; ``mineral`` is a word for one mineral."""

    project: str
    mineral: str
    year: int
    amount: float | None
    low: float | None
    high: float | None
    unit: str
    basis: str
    reason: str
    credibility: float
    url: str
    note: str


def columns(reading: Reading) -> Columns:
    """The columns of the layout, with the names that a file has for them."""
    return Columns(
        REQUIRED, OPTIONAL, reading, facts.OTHERWISE, ("amount", "low", "high", "credibility")
    )


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[CapacityStated]:
    """(line, statement) of each row, or its BadFile; raises BadFile for the file as a whole."""
    return parse_rows(read(file, name, columns(reading)), _row)


parse = parser(rows)


def _row(cells: Cells, line: int) -> CapacityStated:
    cells = facts.plain_cells(cells)
    amounts = _amounts(cells, line)
    amount, low, high = amounts
    for column, most in LONGEST.items():
        text = cells.get(column, "")
        refuse(text_checks.text(text, most), line, column, text)
    for column, value in zip(AMOUNTS, amounts, strict=True):
        refuse(figure_checks.yearly(value, cells["unit"]), line, column, cells.get(column))
    return CapacityStated(
        project=filled(cells, "project", line),
        mineral=filled(cells, "mineral", line),
        year=year(cells["year"], "year", line),
        amount=amount,
        low=low,
        high=high,
        unit=filled(cells, "unit", line),
        basis=_basis(cells, amount, line),
        reason=_reason(cells, amount, line),
        credibility=facts.credibility(cells, line),
        **facts.sourced(cells, line),
    )


def _amounts(cells: Cells, line: int) -> Amounts:
    amount, low, high = (_amount(cells, column, line) for column in AMOUNTS)
    if wrong := figure_checks.amounts(amount, low, high):
        column, fault = wrong
        raise fault.in_cell(line, column, cells.get(column, ""))
    return amount, low, high


def _amount(cells: Cells, column: str, line: int) -> float | None:
    text = cells.get(column, "")
    return finite_number(text, column, line) if text else None


def _basis(cells: Cells, amount: float | None, line: int) -> str:
    """As stated; a range alone is an estimate unless the row says otherwise."""
    empty = BASES[0] if amount is not None else BASES[-1]
    return one_of(cells.get("basis", "").casefold() or empty, BASES, "basis", line)


def _reason(cells: Cells, amount: float | None, line: int) -> str:
    reason = cells.get("reason", "")
    refuse(figure_checks.reasoned(amount, reason), line, "reason", reason)
    return reason
