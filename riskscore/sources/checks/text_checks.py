"""Texts: what a spreadsheet would run, what nobody sees, what is too long, what is no address."""

import re
import unicodedata
from collections.abc import Sequence

from riskscore.sources.checks.fault import Fault
from riskscore.sources.readers.formula_guard import is_formula

FORMULA = Fault(
    "a spreadsheet would run this text as a formula: remove the sign that it begins with",
    "Remove the sign, or write an apostrophe before it.",
)
NO_ADDRESS = Fault("not a web address", "Write https://… of the source.")
URL = re.compile(r"https?://[^\s/]+\.[^\s]+")
LONGEST_URL = 400
#: Marks without width, and those that turn the order of what stands after them. What joins letters
#: or says in which direction a word is read (U+200C to U+200F) belongs to scripts of people.
HIDDEN = re.compile("[\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def text(value: str, most: int = 0) -> Fault | None:
    """What is wrong with a name or a short text; ``most``: its most characters, 0: any."""
    if is_formula(value):
        return FORMULA
    return unseen(value) or (too_long(value, most) if most else None)


def unseen(value: str, *, lines: bool = False) -> Fault | None:
    """A control character, or a mark that turns the order of letters; ``lines``: line ends may
    stand in it."""
    for one in value:
        if one in "\n\r\t" and lines:
            continue
        if unicodedata.category(one) in ("Cc", "Cs") or HIDDEN.match(one):
            return Fault(
                f"it holds a character that nobody sees (U+{ord(one):04X})",
                "Remove it, or type the text anew.",
            )
    return None


def too_long(value: str, most: int) -> Fault | None:
    """More characters than the column holds."""
    return Fault(f"longer than {most} characters", "Shorten it.") if len(value) > most else None


def address(value: str) -> Fault | None:
    """What is wrong with the web address of a source."""
    if not URL.fullmatch(value) or len(value) > LONGEST_URL:
        return NO_ADDRESS
    return unseen(value)


def word(value: str, known: Sequence[str]) -> Fault | None:
    """A word that is none of a few; "" among them: it may be empty."""
    if value in known:
        return None
    words = ", ".join(one for one in known if one)
    return Fault("an unknown word: not one of the available choices", f"Use one of {words}.")
