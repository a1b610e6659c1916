"""What words for an edition say: its version or its year, and which of two is the older one.

Publishers write "version 25.1, 1989–2024", "2023/24", "September 2025", "HS92, V202501". A dotted
number is a version, else the first year is the edition's; spans of years say what the figures are
about and not which edition it is, and what stands in brackets is a remark.
"""

import re
from typing import NamedTuple

_BRACKETS = re.compile(r"\([^)]*\)")
_SPAN = re.compile(r"\b(?:19|20)\d\d\s*[–—-]\s*(?:19|20)\d\d\b")
_VERSION = re.compile(r"(?<![\w.])v?(\d{1,4}(?:\.\d{1,3})+)(?![\w.]*\d)", re.IGNORECASE)
_STAMP = re.compile(r"(?<![A-Za-z0-9])V?((?:19|20)\d\d)(0[1-9]|1[0-2])[a-z]?(?![A-Za-z0-9])")
_YEAR = re.compile(r"(?<!\w)((?:19|20)\d\d)(?:-(0[1-9]|1[0-2])(?!\d))?(?!\w)")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


class Order(NamedTuple):
    """Where an edition stands among those of its publisher that are counted in the same ``kind``:
    ``version`` (25, 1) or ``year`` (2025,) and perhaps month (2025, 9)."""

    kind: str
    parts: tuple[int, ...]


def order(edition: str) -> Order | None:
    """The place of an edition by its words; None where they say neither version nor year."""
    words = _SPAN.sub(" ", _BRACKETS.sub(" ", edition))
    if version := _VERSION.search(words):
        return Order("version", tuple(int(part) for part in version[1].split(".")))
    if stamp := _STAMP.search(words):
        return Order("year", (int(stamp[1]), int(stamp[2])))
    if year := _YEAR.search(words):
        return Order("year", (int(year[1]), *([int(year[2])] if year[2] else _month(words))))
    return None


def _month(words: str) -> list[int]:
    found = [at for at, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name}\b", words.lower())]
    return found[:1]


def compared(one: str, other: str) -> int | None:
    """-1 if the first is the older edition, 1 if the newer, 0 if the same; None if no telling.

    A year alone is the same as any month of it.
    """
    first, second = order(one), order(other)
    if first is None or second is None or first.kind != second.kind:
        return None
    mine, theirs = first.parts, second.parts
    if first.kind == "year":
        common = min(len(mine), len(theirs))
        mine, theirs = mine[:common], theirs[:common]
    return (mine > theirs) - (mine < theirs)


def contradict(one: str, other: str) -> bool:
    """Whether two words for an edition cannot both be true of one file."""
    return compared(one, other) not in (None, 0)
