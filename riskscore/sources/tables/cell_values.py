"""From the text of one cell of our layouts to its value; a BadFile names line, column and value."""

import math
from collections.abc import Sequence
from datetime import date

from riskscore.sources.bad_file import BadFile

YEARS = (1900, 2100)
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def bad_cell(line: int, column: str, value: str, reason: str, remedy: str) -> BadFile:
    """The fault of a cell."""
    return BadFile(reason, row=line, column=column, value=value, remedy=remedy)


def one_of(text: str, known: Sequence[str], column: str, line: int) -> str:
    """One of a few words ("" among them: the cell may be empty)."""
    if text not in known:
        words = ", ".join(word for word in known if word)
        raise bad_cell(line, column, text, "an unknown word", f"Use one of {words}.")
    return text


def finite_number(text: str, column: str, line: int) -> float:
    """A finite number, written with a decimal point and nothing between its digits."""
    try:
        result = float(text)
    except ValueError:
        result = math.nan
    if "_" in text or not -1e308 < result < 1e308:
        hint = " with a decimal point, without thousands separators" if "," in text else ""
        raise bad_cell(line, column, text, "not a finite number", f"Write a finite number{hint}.")
    return result


def year(text: str, column: str, line: int) -> int:
    """A year from 1900 to 2100."""
    low, high = YEARS
    if not (text.isascii() and text.isdigit()) or not low <= int(text[:9]) <= high:
        raise bad_cell(line, column, text, "not a year", f"Write a year from {low} to {high}.")
    return int(text)


def day(text: str, column: str, line: int) -> date | None:
    """A day written YYYY-MM-DD, None from an empty cell."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise bad_cell(line, column, text, "not a date", "Write YYYY-MM-DD.") from error


def truth(text: str, column: str, line: int, *, empty: bool) -> bool:
    """true or false, in one of the usual words; ``empty`` is what an empty cell means."""
    if text and text.casefold() not in TRUTH:
        raise bad_cell(line, column, text, "neither true nor false", "Write true or false.")
    return TRUTH[text.casefold()] if text else empty
