"""How words are compared: spellings of one name that differ in nothing but writing are one."""

import re
import unicodedata

#: A number of ISO 3166 or M49, with or without zeros before it, as a spreadsheet writes it too.
NUMBER = re.compile(r"\s*0*([0-9]{1,3})(?:\.0+)?\s*")
LETTERS = re.compile(r"\b[a-z](?: [a-z]\b)+")
POSSESSIVE = re.compile(r"(?<=[a-z]{2}) s\b")
SUM = re.compile(r"[+&/;]|\b(?:and|und|et|y|e|plus|incl|including)\b", re.IGNORECASE)
#: Short forms that publishers write, and the words that they stand for.
SHORT = {
    "st": "saint", "ste": "sainte", "rep": "republic", "dem": "democratic", "fed": "federal",
    "isds": "islands", "isl": "islands", "is": "islands", "fmr": "former", "terr": "territory",
    "ter": "territory", "peoples": "people", "peop": "people",
}  # fmt: skip
#: Words that say nothing about which place is meant.
EMPTY = frozenset(
    ("the", "of", "and", "de", "la", "du", "des", "del", "da", "do", "y", "et", "e", "und",
     "der")
)  # fmt: skip


def folded(name: str) -> str:
    """A name without case, accents, punctuation and double blanks, for comparing."""
    plain = unicodedata.normalize("NFKD", name)
    letters = "".join(mark for mark in plain if not unicodedata.combining(mark)).casefold()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


def joined(key: str) -> str:
    """A folded name whose single letters are one word: ``d r congo`` is ``dr congo``."""
    return LETTERS.sub(lambda match: match.group().replace(" ", ""), key)


def in_any_order(key: str) -> frozenset[str]:
    """The words of a folded name that tell it from others, short forms written out.

    ``congo dem rep of the`` and ``democratic republic of the congo`` are the same.
    """
    # "People's" is "people s"; an "S." before a name is South, or Saint, or San.
    words = (SHORT.get(word, word) for word in POSSESSIVE.sub("", joined(key)).split())
    return frozenset(word for word in words if word not in EMPTY)


def is_sum(term: str) -> bool:
    """Whether a word names several places beside each other, or may do so."""
    return SUM.search(term) is not None


def parts_of_sum(term: str) -> tuple[str, ...]:
    """What stands beside each other in such a word; empty where it names one thing."""
    return tuple(SUM.split(term)) if is_sum(term) else ()


def numbered(term: str) -> str | None:
    """The three digits of a number of a place, None for other words."""
    match = NUMBER.fullmatch(term)
    return match[1].zfill(3) if match else None
