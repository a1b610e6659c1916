"""Cells of publishers' tables: what is missing, and the name of a column as it may be written."""

from collections.abc import Iterable, Iterator, Sequence

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import LeftOut
from riskscore.sources.readers.text import integer, number
from riskscore.sources.tables.files.written_numbers import is_missing as says_nothing

YEARS = (1900, 2100)


def is_missing(value: object) -> bool:
    """Whether the cell of a figure says that there is none; never asked of a code or a name."""
    return value is None or (isinstance(value, str) and says_nothing(value.strip()))


def said(value: object) -> str:
    """The text of a cell without outer blanks; empty where there is none."""
    return "" if value is None else str(value).strip()


def folded(value: object) -> str:
    """The name of a column in small letters, its blanks single: names are compared so."""
    return " ".join(said(value).casefold().split())


def year_of(value: object, row: int, column: str) -> int:
    """A year of our time; BadFile otherwise."""
    result = integer(value, row, column)
    if not YEARS[0] <= result <= YEARS[1]:
        raise BadFile(
            "not a year", row=row, column=column, value=value,
            remedy=f"Write a year from {YEARS[0]} to {YEARS[1]}.",
        )  # fmt: skip
    return result


def figure(value: object, row: int | None, column: str) -> float | None:
    """The number in a cell, None where it says that there is none; BadFile for anything else."""
    return None if is_missing(value) else number(value, row, column)


def unused(names: Iterable[object], sheet: str = "") -> Iterator[LeftOut]:
    """One entry for each column of these names that is not used; columns without a name need no
    word."""
    for name in dict.fromkeys(said(name) for name in names):
        if name:
            example = f"{sheet}: {name}" if sheet else name
            yield LeftOut("a column that is not used", None, example, is_row=False)


def place_of(header: Sequence[object], name: str) -> int | None:
    """Where the column of a (folded) name stands; None: nowhere. BadFile: twice."""
    found = [at for at, cell in enumerate(header) if folded(cell) == name]
    if len(found) > 1:
        raise BadFile(
            "this column stands twice", column=said(header[found[0]]), remedy="Remove one of them."
        )
    return found[0] if found else None
