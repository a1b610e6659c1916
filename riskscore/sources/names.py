"""One table of aliases: from a publisher's word for a place or a mineral to our code.

A country's code is ISO 3166 alpha-3; `places.csv` lists them with the words that publishers use.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from riskscore.errors import NotFoundError
from riskscore.sources import aggregates
from riskscore.sources.readers.delimited import Record, csv_rows

GROUP = "group"
"""The kind of a place that is no country."""


class UnknownName(NotFoundError):
    """A word in no table of aliases; the message suggests the nearest known ones."""

    code = "unknown_name"
    remedy = "Correct the word, or add it to the aliases of a place or mineral."


def folded(name: str) -> str:
    """A name without case, accents, punctuation and double blanks, for comparing."""
    plain = unicodedata.normalize("NFKD", name)
    letters = "".join(mark for mark in plain if not unicodedata.combining(mark)).casefold()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A place of ours and the other words that publishers have for it."""

    code: str
    name: str
    kind: str
    aliases: tuple[str, ...]
    verified: bool


@dataclass(frozen=True)
class Names:
    """Words to codes. Keys are folded; an empty tuple: a known word that is no mineral of ours."""

    places: Mapping[str, str]
    left_out: Mapping[str, str]
    minerals: Mapping[tuple[str, str], tuple[str, ...]]
    groups: frozenset[str] = frozenset()
    aggregates: Mapping[str, str] = field(default_factory=dict)

    def aggregate(self, term: str) -> str | None:
        """What a word is that stands for no place but for a sum of places; None: it is not."""
        key = folded(term)
        if key in self.places or key in self.left_out:
            return None
        return self.aggregates.get(key) or aggregates.by_pattern(key)

    def why_left_out(self, term: str) -> str:
        """Why a known word that is no place is left out."""
        reason = self.left_out.get(folded(term))
        return reason or f"{self.aggregate(term)}, which is no place"

    def place(self, term: str, *, suggest: bool = True) -> str | None:
        """The code of a place, None when the place is left out for a stated reason.

        Raises UnknownName; without ``suggest`` at once, without looking for near words.
        """
        key = folded(term)
        if key in self.places:
            return self.places[key]
        if key in self.left_out or self.aggregate(term):
            return None
        raise UnknownName(_unknown("place", term, self.places if suggest else {}))

    def minerals_of(self, source: str, term: str, *, suggest: bool = True) -> tuple[str, ...]:
        """The codes for a source's word; the source's own entry goes before the general one."""
        key = folded(term)
        for result in ((source, key), ("*", key)):
            if result in self.minerals:
                return self.minerals[result]
        words = {
            word: ", ".join(codes)
            for (owner, word), codes in self.minerals.items()
            if owner in {source, "*"} and codes
        }
        raise UnknownName(_unknown("mineral", term, words if suggest else {}))


def _unknown(kind: str, term: str, words: Mapping[str, str]) -> str:
    """What to say of an unknown term; ``words`` are the known ones with their codes."""
    near = difflib.get_close_matches(folded(term[:80]), list(words), n=3, cutoff=0.6)
    meant: dict[str, str] = {}
    for word in near:
        meant.setdefault(words[word], word)
    told = [code if folded(code) == word else f"{word} ({code})" for code, word in meant.items()]
    hint = f"; did you mean {' or '.join(told)}?" if told else ""
    return f"no {kind} is known as {term!r}{hint}"


def names(
    places: Iterable[PlaceName],
    left_out: Mapping[str, str],
    terms: Iterable[tuple[str, str, tuple[str, ...]]],
) -> Names:
    """Build the lookup; ValueError when one word stands for two places."""
    result: dict[str, str] = {}
    places = list(places)
    for place in places:
        for word in (place.code, place.name, *place.aliases):
            if result.setdefault(folded(word), place.code) != place.code:
                raise ValueError(f"{word!r} is both {result[folded(word)]} and {place.code}")
    return Names(
        places=result,
        left_out={folded(term): reason for term, reason in left_out.items()},
        minerals={(source, folded(term)): codes for source, term, codes in terms},
        groups=frozenset(place.code for place in places if place.kind == GROUP),
        aggregates={folded(term): reason for term, reason in aggregates.terms().items()},
    )


def _package_rows(file: str) -> list[Record]:
    content = files(__package__).joinpath(file).read_bytes()
    return [row for _, row in csv_rows(content, ())]


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


@cache
def place_names() -> tuple[PlaceName, ...]:
    """The committed table of places (``places.csv`` beside this file)."""
    return tuple(
        PlaceName(
            row["code"],
            row["name"],
            row["kind"],
            _split(row["aliases"]),
            row["verified"] == "true",
        )
        for row in _package_rows("places.csv")
    )


@cache
def mineral_terms() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(source, its word, our codes); the source ``*`` stands for every source."""
    return tuple(
        (row["source"], row["term"], _split(row["minerals"]))
        for row in _package_rows("mineral_terms.csv")
    )


def together(
    places: Iterable[PlaceName], minerals: Iterable[tuple[str, str, tuple[str, ...]]]
) -> Names:
    """What an installation knows of its places and minerals, and the committed words for them.

    Its own words go first; committed words for places and minerals that it lacks are left out.
    """
    places, minerals = list(places), list(minerals)
    codes, known = {place.code for place in places}, {term[2][0] for term in minerals}
    left_out = {row["term"]: row["reason"] for row in _package_rows("places_left_out.csv")}
    terms = [term for term in mineral_terms() if set(term[2]) <= known]
    own = names(places, left_out, [*terms, *minerals])
    committed = {
        folded(word): place.code
        for place in place_names()
        if place.code in codes
        for word in (place.code, place.name, *place.aliases)
    }
    return replace(own, places={**committed, **own.places})


def shipped(minerals: Iterable[str]) -> Names:
    """The committed aliases; each of our mineral codes, with or without ``_``, is a word too."""
    left_out = {row["term"]: row["reason"] for row in _package_rows("places_left_out.csv")}
    own = [("*", code, (code,)) for code in minerals]
    return names(place_names(), left_out, [*own, *mineral_terms()])
