"""What rows about a project's status, capacity and off-take have in common: source and belief."""

from datetime import date
from typing import Any

from riskscore.sources.checks import day_checks, figure_checks, text_checks
from riskscore.sources.checks.fault import refuse
from riskscore.sources.readers.formula_guard import restored
from riskscore.sources.tables.cell_values import bad_cell, finite_number
from riskscore.sources.tables.owners import LONGEST_NOTE, day_of
from riskscore.sources.tables.table import Cells

#: Other usual names of columns of ours.
OTHERWISE = {
    "source": ("url",),
    "since": ("from", "date", "start"),
    "until": ("to", "end"),
}


def plain_cells(cells: Cells) -> Cells:
    """The cells without the apostrophes that keep spreadsheets from running an exported text."""
    return {column: restored(cell) for column, cell in cells.items()}


def sourced(cells: Cells, line: int) -> dict[str, Any]:
    """``url`` and ``note`` of a row. The source is a web address, or a document that is named:
    that stands before the note, since somebody must be able to ask for it."""
    source, note = cells.get("source", ""), cells.get("note", "")
    if not source:
        raise bad_cell(
            line, "source", "", "a statement without its source",
            "Write https://… of the source, or the name of the document.",
        )  # fmt: skip
    if "://" not in source:
        note, source = f"{source}; {note}" if note else source, ""
    if source:
        refuse(text_checks.address(source), line, "source", source)
    if len(note) > LONGEST_NOTE:
        raise bad_cell(
            line, "note", note, f"source and note of more than {LONGEST_NOTE} characters",
            "Shorten it.",
        )  # fmt: skip
    return {"url": source, "note": note}


def credibility(cells: Cells, line: int) -> float:
    """How far it can be believed, 0..1; nothing is 1."""
    text = cells.get("credibility", "")
    result = finite_number(text, "credibility", line) if text else 1.0
    refuse(figure_checks.weight(result), line, "credibility", text)
    return result


def period(cells: Cells, line: int) -> dict[str, Any]:
    """``since`` and ``until``, both included; None: not said."""
    since, until = (day_of(cells, name, line) for name in ("since", "until"))
    refuse(day_checks.period(since, until), line, "until", until)
    return {"since": since, "until": until}


def first_day(cells: Cells, line: int) -> date:
    """The day of a statement that has one."""
    result = day_of(cells, "since", line)
    if result is None:
        raise bad_cell(
            line, "since", "", "an empty cell",
            "Write the day from which it is so, or for which it is stated: YYYY-MM-DD.",
        )  # fmt: skip
    return result
