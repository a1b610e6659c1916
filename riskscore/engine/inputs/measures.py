"""What a unit can be: the words that files use, what they measure, and how they convert.

A unit is a multiplier (thousand, k, Mio …) and a measure (t, ct, m3, persons …); ``kt``,
``thousand metric tons`` and ``1,000 t`` are the same. Factors are exact fractions: the pound, the
short and the long ton and the troy ounce (NIST SP 811, appendix B.8), the metric carat of 0.2 g.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import EngineError

MASS, DRY_MASS, VOLUME, PEOPLE, SHARE, US_DOLLARS, NUMBER = (
    "mass", "dry mass", "volume", "people", "share", "US dollars", "number",
)  # fmt: skip


class Measure(NamedTuple):
    """What a unit measures, and how much of the dimension's own unit (t, m3, person, 1, USD)."""

    dimension: str
    factor: Fraction


POUND = Fraction(45359237, 10**11)
_BASES: dict[tuple[str, Fraction], str] = {
    (MASS, Fraction(1)): "t|te|tonne|tonnes|metric ton|metric tons|metric tonne|metric tonnes|"
    "metr. t|metric t",
    (MASS, Fraction(1, 10**3)): "kg|kgs|kilo|kilos|kilogram|kilograms|kilogramme|kilogrammes",
    (MASS, Fraction(1, 10**6)): "g|gram|grams|gramme|grammes",
    (MASS, Fraction(2, 10**7)): "ct|cts|carat|carats|metric carat|metric carats",
    (MASS, POUND): "lb|lbs|pound|pounds",
    (MASS, POUND * 2000): "short ton|short tons|us ton|us tons",
    (MASS, POUND * 2240): "long ton|long tons|imperial ton|imperial tons",
    (MASS, Fraction(311034768, 10**13)): "troy ounce|troy ounces|troy oz|oz t|ozt|toz",
    (MASS, POUND / 16): "avoirdupois ounce|avoirdupois ounces|oz avdp",
    (DRY_MASS, Fraction(1)): "dry metric ton|dry metric tons|metric dry ton|metric dry tons|"
    "dry tonne|dry tonnes|dmt",
    (VOLUME, Fraction(1)): "m3|m³|m^3|cubic metre|cubic metres|cubic meter|cubic meters|cbm|cu m",
    (VOLUME, Fraction(28316846592, 10**12)): "cubic foot|cubic feet|cu ft|cf|ft3",
    (PEOPLE, Fraction(1)): "person|persons|people|inhabitant|inhabitants|head|heads|death|deaths|"
    "fatality|fatalities",
    (SHARE, Fraction(1)): "share|shares|share 0..1|0..1|0-1|fraction|ratio|proportion",
    (SHARE, Fraction(1, 100)): "%|percent|per cent|percents|pct|percentage|0..100|0-100",
    (SHARE, Fraction(1, 1000)): "per 1,000 people|per 1000 people|per thousand people|"
    "per 1,000 population|per 1,000|per 1000|per thousand|‰|per mille|per mil",
    (SHARE, Fraction(1, 10**5)): "per 100,000 people|per 100000 people|per 100,000|per 100000",
    (US_DOLLARS, Fraction(1)): "usd|us$|$|us dollar|us dollars|dollar|dollars|current usd|"
    "current us$",
}  # fmt: skip
BASES = {word: Measure(*measure) for measure, words in _BASES.items() for word in words.split("|")}
MULTIPLIERS = {
    word: Fraction(10) ** power
    for power, words in {
        3: "thousand|thousands|1000|1,000|'000|000|10^3|1e3|k|tsd",
        6: "million|millions|mio|mio.|mln|mn|10^6|1e6",
        9: "billion|billions|bn|10^9|1e9|milliard|milliards",
    }.items()
    for word in words.split("|")
}
#: Prefixes that stand glued to a measure; capitals count, since mt and Mt are not the same.
GLUED = {
    **{f"k{word}": (3, word) for word in ("t", "ct", "lb", "m3", "usd", "USD", "g", "m³")},
    **{f"M{word}": (6, word) for word in ("t", "ct", "lb", "m3", "usd", "USD", "m³")},
    **{f"G{word}": (9, word) for word in ("t",)},
    "KT": (3, "t"), "MCT": (6, "ct"), "bcm": (9, "m3"), "MMT": (6, "t"), "Kt": (3, "t"),
    "dmtu": (0, ""),
}  # fmt: skip
#: What could mean two things, and which two.
AMBIGUOUS = {
    "mt": "mt could be metric tons or million tons; write t or Mt",
    "MT": "MT could be metric tons or million tons; write t or Mt",
    "ton": "a ton could be metric, short or long; write metric tons, short tons or long tons",
    "tons": "tons could be metric, short or long; write metric tons, short tons or long tons",
    "kton": "a ton could be metric, short or long; write kt",
    "oz": "an ounce could be troy or avoirdupois; write troy oz or oz avdp",
    "ounce": "an ounce could be troy or avoirdupois; write troy oz or oz avdp",
    "ounces": "an ounce could be troy or avoirdupois; write troy oz or oz avdp",
    "koz": "an ounce could be troy or avoirdupois; write thousand troy oz",
    "Moz": "an ounce could be troy or avoirdupois; write million troy oz",
    "MM": "MM could be millions, or thousands of thousands in Roman numerals; write million",
    "m": "m could be metres or millions; write million",
    "M": "M could be thousand (Roman) or million; write thousand or million",
    "b": "b could be billions or barrels; write billion",
}
_A_YEAR = re.compile(
    r"\s*(?:/\s*(?:a|y|yr|year)|\b(?:per|a) (?:year|annum)|\bp\.?\s?a\.?|\bannually)$",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"^(.*?)\s*[(\[]\s*(.+?)\s*[)\]]$")
_OF = re.compile(r"^(?:of\s+)")


class UnitDoubt(EngineError):
    """Words for a unit that could mean two things; says which."""

    code = "unit_doubt"
    remedy = "Write the unit in full, such as kt or million t."


@lru_cache(maxsize=4096)
def measure(words: str) -> Measure | None:
    """What the words of a unit measure; None for words that are no unit.

    A yearly amount is the amount ("t/year", "kt per annum"), and a multiplier alone is a NUMBER.
    Raises UnitDoubt for words that could mean two things, naming both.
    """
    text = _A_YEAR.sub("", " ".join(words.split()))
    bracketed = _IN_BRACKETS.match(text)
    if bracketed is None or text.casefold() in BASES:
        return _plain(text)
    outer, inner = (_certain(part) for part in bracketed.groups())
    if joined := _certain(f"{bracketed[2]} {bracketed[1]}"):  # "tons (metric)", "t (thousand)"
        return joined
    if joined := _certain(f"{bracketed[1]} {bracketed[2]}"):  # "million (persons)"
        return joined
    if outer and inner and outer != inner:
        raise UnitDoubt(f"{words!r} names two units")
    if inner and bracketed[1] in AMBIGUOUS:  # "tons (t)"
        return inner
    return outer if inner else None  # "Tonnes (t)"; "t (Li content)" is of something else


def _certain(text: str) -> Measure | None:
    try:
        return _plain(text)
    except UnitDoubt:
        return None


def _plain(text: str) -> Measure | None:
    if text in AMBIGUOUS:
        raise UnitDoubt(AMBIGUOUS[text])
    if text in GLUED:
        power, word = GLUED[text]
        return _times(Fraction(10) ** power, BASES.get(word.casefold()))
    folded = text.casefold()
    if folded in BASES:
        return BASES[folded]
    if folded in MULTIPLIERS:
        return Measure(NUMBER, MULTIPLIERS[folded])
    first, _, rest = text.partition(" ")
    if first.casefold() in MULTIPLIERS and rest:
        return _times(MULTIPLIERS[first.casefold()], _plain(_OF.sub("", rest)))
    before, _, last = text.rpartition(" ")
    if last.casefold() in MULTIPLIERS and before:
        return _times(MULTIPLIERS[last.casefold()], _plain(before.rstrip(",")))
    if folded in AMBIGUOUS:
        raise UnitDoubt(AMBIGUOUS[folded])
    return None


def _times(multiplier: Fraction, one: Measure | None) -> Measure | None:
    return one and Measure(one.dimension, one.factor * multiplier)


def conversion(stated: str, wanted: str) -> Fraction | None:
    """By what a value in the stated unit is multiplied to be in the wanted one.

    None if the two do not measure the same, or one is no unit. A multiplier alone, like
    "thousand", counts what the wanted unit counts. Raises UnitDoubt for an ambiguous unit.
    """
    if stated == wanted:
        return Fraction(1)
    one, other = measure(stated), measure(wanted)
    if one is None or other is None:
        return None
    if one.dimension == NUMBER and other.dimension in {MASS, VOLUME, PEOPLE, US_DOLLARS, DRY_MASS}:
        one = Measure(other.dimension, one.factor)
    if other.dimension == NUMBER and one.dimension == PEOPLE:
        other = Measure(PEOPLE, other.factor)
    return one.factor / other.factor if one.dimension == other.dimension else None


def converted(value: float, by: Fraction) -> float:
    """The number nearest to the product of what was written and the fraction: 58.8 kt are 58,800 t,
    not 58,799.999…"""
    return float(Fraction(repr(value)) * by)


@lru_cache(maxsize=4096)
def tonnes(unit: str) -> float:
    """Tonnes per one of the unit; NaN for what is no mass."""
    try:
        known = measure(unit)
    except UnitDoubt:
        return float("nan")
    return float(known.factor) if known and known.dimension == MASS else float("nan")


def tonnes_each(units: Iterable[object]) -> Floats:
    """(n,) :func:`tonnes` of each."""
    return np.array([tonnes(str(unit)) for unit in units], dtype=np.float64)
