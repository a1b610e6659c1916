"""What stands in a cell of the summaries: an amount, a bound, a mark in its place; places."""

import re
from typing import NamedTuple

from riskscore.sources.bad_file import BadFile

BOUNDS = {">": "at_least", "<": "at_most"}
ESTIMATED = "estimated"
#: Before or behind the number: "e1,200", "1,200e", "(e) 800", "89,000 (est.)".
ESTIMATE = re.compile(
    r"^\(?(?:e|est\.?|estimated)\)?(?=[\s\d])|(?<=[\s\d])\(?(?:e|est\.?|estimated)\)?$",
    re.IGNORECASE,
)
NO_VALUE = frozenset({"", "na", "n/a", "w", "xx", "--", "—", "–", "-", "large", "(1)", "(2)"})
#: What stands in place of a number, and what that means.
UNSTATED = {
    "w": "withheld (W), not zero", "na": "not available (NA)", "n/a": "not available (NA)",
    "xx": "not applicable (XX)", "s": "counted elsewhere (s)", "—": "a dash", "–": "a dash",
    "-": "a dash", "--": "a dash", "\x97": "a dash", "(1)": "a footnote", "(2)": "a footnote",
}  # fmt: skip
SIZES = ("large", "moderate", "small", "very small", "less than", "minor")
RANGE = re.compile(r"[\d,.]+\s*(?:-|–|—|to)\s*[\d,.]+")
WORLD, OTHERS = "WLD", "ROW"
FOOTNOTES = re.compile(r"(?<=[^\W\d_)])[\d, ]+$|(?<=\))\s?\d+$")
#: Words in brackets that say what is counted, not where: "Brazil (beneficiated)".
COUNTED = re.compile(
    r"\s*\((?:[^)]*\b(?:crude|beneficiated|processed|marketable|includes?|unspecified|andalusite"
    r"|kyanite|exports|shipments|quicklime|hydrated|rounded|industrial|extracted|from|natural"
    r"|synthetic|gross|content)\b[^)]*)\)",
    re.IGNORECASE,
)
UNITS = frozenset({
    "t", "kt", "mt", "kg", "mct", "kct", "metric tons", "metric ton", "tons",
    "thousand metric tons",
    "million metric tons", "metric dry tons", "thousand metric dry tons", "kilograms",
    "million carats", "thousand carats", "thousands of carats", "carats", "million cubic meters",
})  # fmt: skip


class Place(NamedTuple):
    """A place, and what of it is counted ("crude"; "": all)."""

    name: str
    counted: str


def place_of(country: str) -> str:
    """The publisher's word without its footnotes; totals and remainders by codes."""
    plain = FOOTNOTES.sub("", country.strip())
    if plain.casefold().startswith("world total"):
        return WORLD
    return OTHERS if plain.casefold().startswith("other countr") else plain


def counted_place(country: str) -> Place:
    """The place, and in words what of it is counted."""
    plain = country.replace("\xa0", " ").strip()
    words = COUNTED.search(plain)
    name = place_of(COUNTED.sub("", plain))
    return Place(name, words[0].strip(" ()") if words and name not in (WORLD, OTHERS) else "")


def amount(text: str, column: str, line: int) -> tuple[float, str]:
    """A number, and whether its mark makes it a bound or an estimate ("" without a mark)."""
    mark, plain = BOUNDS.get(text[:1], ""), text[1:] if text[:1] in BOUNDS else text
    plain, marks = ESTIMATE.subn("", plain.strip())
    plain = plain.replace(",", "").strip()
    mark = mark or (ESTIMATED if marks else "")
    try:
        return float(plain), mark
    except ValueError as error:
        raise BadFile(
            "not a number", row=line, column=column, value=text, remedy="Write a number, or NA."
        ) from error


def unstated(text: str) -> str:
    """Why a cell states no amount; "" for one that may hold one."""
    plain = text.strip().casefold()
    if plain.startswith(SIZES):
        return "a word for the size, not an amount"
    if RANGE.fullmatch(plain):
        return "a range, not an amount"
    return UNSTATED.get(plain, "")


def mark_of(note: str) -> str:
    """The mark that a note begins with where the cell is empty: "W for 23-24", "NA", "Large"."""
    plain = note.strip()
    if plain.casefold().startswith(SIZES):
        return plain
    first = re.match(r"(W|NA|na|XX|xx)\b", plain)
    return first[1] if first else ""


def unit_of(text: str, line: int, column: str) -> str:
    """A unit in the publisher's words; "" for none. Raises BadFile for one that nobody knows."""
    plain = " ".join(text.split())
    if plain and plain.casefold() not in UNITS:
        raise BadFile(
            "an unknown unit", row=line, column=column, value=text,
            remedy=f"Write one of {', '.join(sorted(UNITS))}.",
        )  # fmt: skip
    return plain
