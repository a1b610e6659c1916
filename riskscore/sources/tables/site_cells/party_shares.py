"""Parties with their shares in one cell: owners, and buyers of the output.

Apart by ``|`` or ``;``, or by commas where each part ends with its share. A share is
``name@PLACE:51%``, ``name 51%``, ``name (51%)`` or ``name [51 %]``; without a percent sign it is
0.51; numbers that add up to 100 are percents.
"""

import re
from dataclasses import dataclass

from riskscore.sources.checks import figure_checks
from riskscore.sources.checks.fault import refuse
from riskscore.sources.tables.cell_values import bad_cell, finite_number

#: How near to 100 shares without a percent sign must add up to be percents.
NEAR_HUNDRED = 0.5
_COLON = re.compile(r"(?P<name>.*?)\s*:\s*(?P<share>[^:]*)")
_AT_END = re.compile(
    r"(?P<name>.*?\S)\s*(?P<open>[\[(])?\s*(?P<share>[0-9]+(?:[.,][0-9]+)?\s*%)\s*(?P<close>[\])])?"
)
_IN_BRACKETS = re.compile(r"(?P<name>.*?\S)\s*[\[(]\s*(?P<share>[0-9]+(?:\.[0-9]+)?)\s*[\])]")
_COMMA = re.compile(r"[0-9]{1,2},[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class Share:
    """A named party's share, 0..1, and the place it is at; either name or place may be empty."""

    name: str
    place: str
    share: float


@dataclass(frozen=True, slots=True)
class _Stated:
    """A party, its share as a number, and whether a percent sign stood behind it."""

    who: str
    number: float
    is_percent: bool
    text: str


def shares(text: str, column: str, line: int) -> tuple[Share, ...]:
    """The parties of a cell. Raises BadFile for what is no share, and for more than 100 %."""
    stated = [_stated(part, column, line) for part in _parts(text)]
    hundredths = _are_hundredths(stated, text, column, line)
    result = tuple(_share(part, column, line, hundredths=hundredths) for part in stated)
    refuse(figure_checks.whole(part.share for part in result), line, column, text)
    return result


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in re.split(r"[|;]", text) if part.strip()]
    if len(parts) == 1 and "," in text:
        several = [part.strip() for part in re.split(r",(?!\d)", text)]
        if len(several) > 1 and all(_AT_END.fullmatch(part) for part in several):
            return several
    return parts


def _stated(part: str, column: str, line: int) -> _Stated:
    match = _COLON.fullmatch(part) or _AT_END.fullmatch(part) or _IN_BRACKETS.fullmatch(part)
    if match is None:
        raise bad_cell(line, column, part, "no share", "Write name@PLACE:51%, or name (51%).")
    number = match["share"].strip()
    is_percent = number.endswith("%")
    number = number.removesuffix("%").strip()
    if is_percent and _COMMA.fullmatch(number):
        number = number.replace(",", ".")
    return _Stated(match["name"].strip(), finite_number(number, column, line), is_percent, part)


def _are_hundredths(stated: list[_Stated], text: str, column: str, line: int) -> bool:
    """Whether shares without a percent sign are percents: together 100."""
    bare = [part.number for part in stated if not part.is_percent]
    if all(number <= 1 for number in bare):
        return False
    if len(bare) == len(stated) and abs(sum(bare) - 100) <= NEAR_HUNDRED:
        return True
    raise bad_cell(line, column, text, "not shares: parts of 1, or percents without the sign",
                   "Write a percent sign behind each: 51%.")  # fmt: skip


def _share(part: _Stated, column: str, line: int, *, hundredths: bool) -> Share:
    share = part.number / (100 if part.is_percent or hundredths else 1)
    refuse(figure_checks.part(share), line, column, part.text)
    name, _, place = part.who.rpartition("@") if "@" in part.who else (part.who, "", "")
    if column == "offtake" and not place:
        name, place = "", part.who
    return Share(name.strip(), place.strip(), share)
