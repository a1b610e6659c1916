"""The project's own layout for owners: one row says that a company owns a project."""

from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from riskscore.sources.checks import day_checks, figure_checks, text_checks
from riskscore.sources.checks.fault import refuse
from riskscore.sources.readers.formula_guard import restored
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source
from riskscore.sources.tables.cell_values import bad_cell, day, finite_number, one_of
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.table import Cells, ParsedRows, parse_rows, parser, read

SOURCE = Source(
    code="owners",
    publisher="entered by the operator",
    title="Owners of projects, gathered by the operator",
    url="",
    licence="the operator's own",
    redistributable=False,
    attribution="Gathered by the operator of this installation; each statement has its source.",
)
REQUIRED = ("project", "owner")
OPTIONAL = ("share", "since", "until", "date", "url", "credibility", "state", "note")
NUMBERS = ("share", "credibility")
STATES = ("unverified", "confirmed", "corrected", "rejected")
LONGEST_NAME, LONGEST_NOTE = 200, 400


@dataclass(frozen=True, slots=True)
class OwnerStated:
    """What one row states. ``share`` is 0..1, None where it is unknown."""

    project: str
    owner: str
    share: float | None
    since: date | None
    until: date | None
    stated_on: date | None
    url: str
    credibility: float
    state: str
    note: str


def columns(reading: Reading) -> Columns:
    """The columns of the layout, with the names that a file has for them."""
    return Columns(REQUIRED, OPTIONAL, reading, numbers=NUMBERS)


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[OwnerStated]:
    """(line, statement) of each row, or its BadFile; raises BadFile for the file as a whole."""
    return parse_rows(read(file, name, columns(reading)), _row)


parse = parser(rows)


def _row(cells: Cells, line: int) -> OwnerStated:
    cells = {column: restored(cell) for column, cell in cells.items()}
    since, until = (day_of(cells, name, line) for name in ("since", "until"))
    refuse(day_checks.period(since, until), line, "until", until)
    return OwnerStated(
        project=filled(cells, "project", line),
        owner=filled(cells, "owner", line),
        share=share_of(cells.get("share", ""), line),
        since=since,
        until=until,
        **stated(cells, line),
    )


def stated(cells: Cells, line: int) -> dict[str, Any]:
    """What every statement says of itself: day, address, credibility, state, note."""
    url = cells.get("url", "")
    if url:
        refuse(text_checks.address(url), line, "url", url)
    text, note = cells.get("credibility", ""), cells.get("note", "")
    credibility = finite_number(text, "credibility", line) if text else 1.0
    refuse(figure_checks.weight(credibility), line, "credibility", text)
    refuse(text_checks.too_long(note, LONGEST_NOTE), line, "note", note)
    return {
        "stated_on": day_of(cells, "date", line),
        "url": url,
        "credibility": credibility,
        "state": one_of(cells.get("state", "") or STATES[0], STATES, "state", line),
        "note": note,
    }


def day_of(cells: Cells, column: str, line: int) -> date | None:
    """A day of our time; None from a cell that is empty or not there."""
    result = day(cells.get(column, ""), column, line)
    refuse(day_checks.day(result), line, column, result)
    return result


def filled(cells: Cells, column: str, line: int) -> str:
    """A cell that must not be empty, nor longer than a name."""
    if not cells[column]:
        raise bad_cell(line, column, "", "an empty cell", "Fill it in.")
    refuse(text_checks.text(cells[column], LONGEST_NAME), line, column, cells[column])
    return cells[column]


def share_of(text: str, line: int) -> float | None:
    """0.51 or 51%; nothing is unknown, never zero."""
    if not text:
        return None
    percent = text.endswith("%")
    number = finite_number(text.removesuffix("%").strip(), "share", line)
    result = round(number / 100 if percent else number, 12)
    refuse(figure_checks.part(result), line, "share", text)
    return result
