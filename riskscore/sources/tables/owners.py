"""The project's own layout for owners: one row says that a company owns a project."""

from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from riskscore.sources.readers.formula_guard import restored
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source
from riskscore.sources.tables.cell_values import bad_cell, day, finite_number, one_of
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.evidence import URL
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
LONGEST_NAME, LONGEST_NOTE, LONGEST_URL = 200, 400, 400


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
    since, until = (day(cells.get(name, ""), name, line) for name in ("since", "until"))
    if since and until and until < since:
        raise bad_cell(line, "until", str(until), "a last day before the first", "Correct a day.")
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
    if url and (not URL.fullmatch(url) or len(url) > LONGEST_URL):
        raise bad_cell(line, "url", url, "not a web address", "Write https://… of the source.")
    text = cells.get("credibility", "")
    credibility = finite_number(text, "credibility", line) if text else 1.0
    if not 0 <= credibility <= 1:
        raise bad_cell(line, "credibility", text, "not a share", "Write a number from 0 to 1.")
    return {
        "stated_on": day(cells.get("date", ""), "date", line),
        "url": url,
        "credibility": credibility,
        "state": one_of(cells.get("state", "") or STATES[0], STATES, "state", line),
        "note": cells.get("note", "")[:LONGEST_NOTE],
    }


def filled(cells: Cells, column: str, line: int) -> str:
    """A cell that must not be empty, nor longer than a name."""
    if not cells[column]:
        raise bad_cell(line, column, "", "an empty cell", "Fill it in.")
    if len(cells[column]) > LONGEST_NAME:
        raise bad_cell(
            line, column, cells[column], f"longer than {LONGEST_NAME} characters", "Shorten it."
        )
    return cells[column]


def share_of(text: str, line: int) -> float | None:
    """0.51 or 51%; nothing is unknown, never zero."""
    if not text:
        return None
    percent = text.endswith("%")
    number = finite_number(text.removesuffix("%").strip(), "share", line)
    result = round(number / 100 if percent else number, 12)
    if not 0 < result <= 1:
        raise bad_cell(line, "share", text, "not a share", "Write 0.51 or 51%, or leave it empty.")
    return result
