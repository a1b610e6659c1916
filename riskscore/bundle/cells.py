"""From the text of a cell to its value and back. A reader raises ValueError on a bad cell."""

import math
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date
from typing import Any

SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Column:
    """How the cells of one column are read, and what a person should write there."""

    name: str
    read: Callable[[str], Any]
    expects: str


def text(name: str) -> Column:
    """Any text but none."""

    def read(cell: str) -> str:
        if not cell:
            raise ValueError(cell)
        return cell

    return Column(name, read, "Fill it in.")


def words(name: str) -> Column:
    """Any text, or none."""
    return Column(name, str, "Write text.")


def optional(name: str) -> Column:
    """A code, or None."""
    return Column(name, lambda cell: cell or None, "Write a code or nothing.")


def one_of(name: str, known: tuple[str, ...]) -> Column:
    """One of a few words ("" among them: may be empty)."""

    def read(cell: str) -> str:
        if cell not in known:
            raise ValueError(cell)
        return cell

    return Column(name, read, f"Use one of {', '.join(word or '(nothing)' for word in known)}.")


def many_of(name: str, known: Container[str] | None, separator: str = SEPARATOR) -> Column:
    """Words apart by a separator, each of them known where ``known`` is given."""

    def read(cell: str) -> tuple[str, ...]:
        parts = tuple(cell.split(separator)) if cell else ()
        if not all(parts) or (known is not None and not all(part in known for part in parts)):
            raise ValueError(cell)
        return parts

    return Column(name, read, f"Write known words apart by {separator!r}.")


def finite(cell: str) -> float:
    """A number that is neither NaN nor infinite."""
    result = float(cell)
    if not math.isfinite(result):
        raise ValueError(cell)
    return result


def real(name: str, low: float = -math.inf, high: float = math.inf) -> Column:
    """A finite number within bounds."""

    def read(cell: str) -> float:
        result = finite(cell)
        if not low <= result <= high:
            raise ValueError(cell)
        return result

    bounds = "" if math.isinf(low) else f" from {low:g} to {high:g}"
    return Column(name, read, f"Write a number{bounds}.")


def optional_real(name: str) -> Column:
    """A finite number, or None."""
    return Column(name, lambda cell: finite(cell) if cell else None, "Write a number or nothing.")


def integer(name: str) -> Column:
    """A whole number."""
    return Column(name, int, "Write a whole number.")


def day(cell: str) -> date | None:
    """A date, None from nothing."""
    return date.fromisoformat(cell) if cell else None


def required_day(name: str) -> Column:
    """A date."""
    return Column(name, date.fromisoformat, "Write YYYY-MM-DD.")


def optional_day(name: str) -> Column:
    """A date, or None."""
    return Column(name, day, "Write YYYY-MM-DD or nothing.")


TRUTH = {"true": True, "false": False}


def truth(name: str) -> Column:
    """true or false."""

    def read(cell: str) -> bool:
        if cell not in TRUTH:
            raise ValueError(cell)
        return TRUTH[cell]

    return Column(name, read, "Write true or false.")


def written(value: object, separator: str = SEPARATOR) -> str:
    """The cell of a value; the shortest text that reads back as the same number."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case tuple():
            return separator.join(str(part) for part in value)
        case date():
            return value.isoformat()
        case _:
            return str(value)
