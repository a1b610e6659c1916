"""From the text of one cell of our layouts to its value; a BadFile names line, column and value."""

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from riskscore.sources.bad_file import BadFile
from riskscore.sources.checks import day_checks, text_checks
from riskscore.sources.tables.files.written_numbers import is_missing

YEARS = (day_checks.FIRST_YEAR, day_checks.LAST_YEAR)
#: Day 0 as Excel counts them, for days after February 1900 (ECMA-376, part 1, 18.17.4.1).
EXCEL_DAY_0 = date(1899, 12, 30)
_YEAR = re.compile(r"\d{4}(?:\.0+)?")
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?", re.ASCII)
#: Of numbers alone both orders are tried; a text that two of them read is refused.
_DAY_FORMS = (
    "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%Y.%m.%d", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%B-%Y", "%B %d %Y", "%b %d %Y",
    "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ",
)  # fmt: skip
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def bad_cell(line: int, column: str, value: str, reason: str, remedy: str) -> BadFile:
    """The fault of a cell."""
    return BadFile(reason, row=line, column=column, value=value, remedy=remedy)


def one_of(text: str, known: Sequence[str], column: str, line: int) -> str:
    """One of a few words ("" among them: the cell may be empty)."""
    if fault := text_checks.word(text, known):
        raise fault.in_cell(line, column, text)
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
    """A year from 1900 to 2100: 2023, 2023.0, or the first or last day of the year."""
    if text.isascii() and text.isdigit() and len(text) == 4:
        return _in_our_time(int(text), text, column, line)
    spelt = unicodedata.normalize("NFKC", text)
    if _YEAR.fullmatch(spelt):
        return _in_our_time(int(spelt[:4]), text, column, line)
    return _in_our_time(_year_of_day(spelt, text, column, line), text, column, line)


def _in_our_time(number: int, text: str, column: str, line: int) -> int:
    if fault := day_checks.year(number):
        raise fault.in_cell(line, column, text)
    return number


def _year_of_day(spelt: str, text: str, column: str, line: int) -> int:
    """The year of a cell that holds its first or its last day, as workbooks have it."""
    low, high = YEARS
    try:
        result = date.fromisoformat(spelt)
    except ValueError:
        hint = _serial_hint(spelt)
        raise bad_cell(
            line, column, text, f"not a year{hint}", f"Write a year from {low} to {high}."
        ) from None
    if low <= (result - EXCEL_DAY_0).days <= high:
        raise bad_cell(
            line, column, text,
            f"the year 1905, or the number {(result - EXCEL_DAY_0).days} in the format of a day",
            "Format the cells as numbers.",
        )  # fmt: skip
    if (result.month, result.day) not in ((1, 1), (12, 31)):
        raise bad_cell(
            line, column, text, "a day within a year: of the year, or of a part of it?",
            f"Write the year that the figure is of, from {low} to {high}.",
        )  # fmt: skip
    return result.year


def _serial_hint(spelt: str) -> str:
    """What a number that is no year would be as a day in Excel."""
    if not _SERIAL.fullmatch(spelt):
        return ""
    return f" ({EXCEL_DAY_0 + timedelta(days=int(spelt[:5]))}, if it is a day as Excel counts them)"


def day(text: str, column: str, line: int) -> date | None:
    """A day written YYYY-MM-DD or in a way that can mean one day alone; None from an empty cell."""
    if not text or is_missing(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _other_day(text, column, line)


def _other_day(text: str, column: str, line: int) -> date:
    """A day in numbers apart by the same mark, with a month's English name, or with a time."""
    spelt = " ".join(unicodedata.normalize("NFKC", text).replace(",", " ").split())
    days = sorted(set(_days(spelt)))
    if len(days) == 1:
        return days[0]
    reason = f"this can be {' or '.join(map(str, days))}" if days else "not a date"
    raise bad_cell(line, column, text, reason + _serial_hint(spelt), "Write YYYY-MM-DD.")


def _days(spelt: str) -> Iterator[date]:
    for form in _DAY_FORMS:
        with suppress(ValueError):
            yield datetime.strptime(spelt, form).date()  # noqa: DTZ007 - a day has no zone


def truth(text: str, column: str, line: int, *, empty: bool) -> bool:
    """true or false, in one of the usual words; ``empty`` is what an empty cell means."""
    if text and text.casefold() not in TRUTH:
        raise bad_cell(line, column, text, "neither true nor false", "Write true or false.")
    return TRUTH[text.casefold()] if text else empty
