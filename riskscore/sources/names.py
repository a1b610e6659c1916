"""One table of aliases: from a publisher's word for a place or a mineral to our code.

A country's code is ISO 3166 alpha-3; `places.csv` lists them with the words that publishers use.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files

from riskscore.errors import NotFoundError
from riskscore.sources import aggregates
from riskscore.sources.name_keys import folded as folded
from riskscore.sources.name_keys import in_any_order, is_sum, joined, numbered, parts_of_sum
from riskscore.sources.near_names import near
from riskscore.sources.readers.delimited import Record, csv_rows

#: Shorter names are codes, whose letters are all that tells them apart.
LEAST_LETTERS = 5
#: Shorter words find nothing in a search: nearly every text has them.
LONGEST_CODE = 2
#: What a site yields, in the words of those who sell it.
PROJECTS = "projects"
#: A name and its symbol or second name: ``Copper (Cu)``.
WITH_BRACKET = re.compile(r"(?P<name>[^()]+?)\s*\((?P<second>[^()]+)\)\s*")

GROUP = "group"
"""The kind of a place that is no country."""


class UnknownName(NotFoundError):
    """A word in no table of aliases; the message suggests the nearest known ones."""

    code = "unknown_name"
    remedy = "Correct the word, or add it to the aliases of a place or mineral."


class AmbiguousName(UnknownName):
    """A word that may mean two places; the message names both."""

    code = "ambiguous_name"
    remedy = "Write which of them is meant, or its ISO code."


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
    """Words to codes. Keys are folded; an empty tuple: a known word that is no mineral of ours.

    ``ambiguous``: what a word may mean, in words. Publishers may mean one of them all the same:
    ``Congo`` is the Republic of the Congo for the United Nations.
    """

    places: Mapping[str, str]
    left_out: Mapping[str, str]
    minerals: Mapping[tuple[str, str], tuple[str, ...]]
    groups: frozenset[str] = frozenset()
    aggregates: Mapping[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, str] = field(default_factory=dict)

    def aggregate(self, term: str) -> str | None:
        """What a word is that stands for no place but for a sum of places; None: it is not."""
        key = self._known(term)
        if key in self.places or key in self.left_out:
            return None
        if key.isdigit() and term.strip() != key:  # "+1" is not the number of a region
            return None
        if key.isdigit() and key not in self.aggregates:
            key = key.lstrip("0")  # CEPII's 97 is read as 097, as numbers of places are
        return self.aggregates.get(key) or aggregates.by_pattern(key)

    def why_left_out(self, term: str) -> str:
        """Why a known word that is no place is left out."""
        reason = self.left_out.get(self._known(term))
        return reason or f"{self.aggregate(term)}, which is no place"

    def place(self, term: str, *, suggest: bool = True, strict: bool = False) -> str | None:
        """The code of a place, None when the place is left out for a stated reason.

        ``strict``: a word that may mean two places is refused even where publishers mean one by
        it. Raises UnknownName; without ``suggest`` at once, without looking for near words.
        """
        key = folded(term)
        if key in self.ambiguous and (strict or key not in self.places):
            raise AmbiguousName(f"{term!r} may be {self.ambiguous[key]}")
        key = self._known(term)
        if key in self.places:
            return self.places[key]
        if key in self.left_out or self.aggregate(term):
            return None
        raise UnknownName(_unknown("place", term, self.places if suggest else {}))

    def _known(self, term: str) -> str:
        """The key by which a word is known, the folded word itself if it is not."""
        key = folded(term)
        for known in (key, joined(key), numbered(term)):
            if known is None:
                continue
            if known in self.left_out:
                return known
            if known in self.places:  # "China & Taiwan" is not "China, Taiwan"
                return " + ".join(parts) if len(parts := self._summed(term)) > 1 else known
        found = self._in_any_order.get(in_any_order(key)) or key
        if is_sum(term) and self.places.get(found) not in self._of_two_words:
            return key  # "China and Hong Kong" is not "Hong Kong, China"
        return found

    def _summed(self, term: str) -> tuple[str, ...]:
        """The codes of several places that a word names beside each other; empty for one."""
        parts = (self.places.get(folded(part)) for part in parts_of_sum(term))
        return tuple(dict.fromkeys(code for code in parts if code))

    @cached_property
    def _of_two_words(self) -> frozenset[str | None]:
        """The places in whose own names something stands beside something else."""
        return frozenset(code for key, code in self.places.items() if is_sum(key)) | {None}

    @cached_property
    def _in_any_order(self) -> Mapping[frozenset[str], str]:
        """The known names of several words by their words; empty where two places have them."""
        result: dict[frozenset[str], str] = {}
        meant = {**self.left_out, **self.places}
        for key in meant:
            words = in_any_order(key)
            if len(words) < 2 and len(key) < LEAST_LETTERS:
                continue
            if meant[result.setdefault(words, key) or key] != meant[key]:
                result[words] = ""
        return result

    def minerals_of(self, source: str, term: str, *, suggest: bool = True) -> tuple[str, ...]:
        """The codes for a source's word; the source's own entry goes before the general one."""
        codes = self._minerals(source, term)
        if codes is not None:
            return codes
        if sold := self._minerals(PROJECTS, term):
            raise UnknownName(
                f"{term!r} is a form of {', '.join(sold)}: its tonnes are not tonnes of it"
            )
        words = {
            word: ", ".join(codes)
            for (owner, word), codes in self.minerals.items()
            if owner in {source, "*"} and codes
        }
        raise UnknownName(_unknown("mineral", term, words if suggest else {}))

    def _minerals(self, source: str, term: str) -> tuple[str, ...] | None:
        """The codes for a word, None for an unknown one; a name may have its symbol in brackets."""
        key = folded(term)
        for result in ((source, key), ("*", key)):
            if result in self.minerals:
                return self.minerals[result]
        both = WITH_BRACKET.fullmatch(term)
        if both is None:
            return None
        name, second = (self._minerals(source, both[part]) for part in ("name", "second"))
        return name if name == second else None


def _unknown(kind: str, term: str, words: Mapping[str, str]) -> str:
    """What to say of an unknown term; ``words`` are the known ones with their codes."""
    told = [
        words[word] if folded(words[word]) == word else f"{word} ({words[word]})"
        for word in near(folded(term[:80]), words)
    ]
    hint = f"; did you mean {' or '.join(told)}?" if told else ""
    return f"no {kind} is known as {term!r}{hint}"


def names(
    places: Iterable[PlaceName],
    left_out: Mapping[str, str],
    terms: Iterable[tuple[str, str, tuple[str, ...]]],
) -> Names:
    """Build the lookup; ValueError when one word stands for two places."""
    places = list(places)
    return Names(
        places=_meant(
            (place.code, word)
            for place in places
            for word in (place.code, place.name, *place.aliases)
        ),
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


@cache
def place_words() -> tuple[tuple[str, str], ...]:
    """(place, word): names and codes that others have for places (``place_words.csv``).

    Codes of ISO 3166 and of Comtrade; official, usual and former names; names in English, Spanish,
    Portuguese, French and German by the Unicode Common Locale Data Repository (release of Babel
    2.19). Places that are left out have words here too.
    """
    return tuple(
        (row["place"], word)
        for row in _package_rows("place_words.csv")
        for word in _split(row["words"])
    )


@cache
def mineral_words() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(source, word, our codes) of whoever writes about minerals (``mineral_words.csv``).

    They go after :func:`mineral_terms`, which are what publishers of the bundle write.
    """
    known = {(source, folded(term)) for source, term, _ in mineral_terms()}
    return tuple(
        (row["source"], word, _split(row["minerals"]))
        for row in _package_rows("mineral_words.csv")
        for word in _split(row["words"])
        if (row["source"], folded(word)) not in known
    )


@cache
def _left_out() -> dict[str, str]:
    """Folded words for places that are left out, with the reason."""
    result = {folded(row["term"]): row["reason"] for row in _package_rows("places_left_out.csv")}
    for place, word in place_words():
        if reason := result.get(folded(place)):
            result.setdefault(folded(word), reason)
    return result


@cache
def _ambiguous() -> dict[str, str]:
    return {folded(row["term"]): row["meanings"] for row in _package_rows("places_ambiguous.csv")}


@cache
def committed_words() -> Mapping[str, str]:
    """Every committed word for a place, folded → its code."""
    words = [(place.code, word) for place in place_names()
             for word in (place.code, place.name, *place.aliases)]  # fmt: skip
    codes = {place.code for place in place_names()}
    return _meant([*words, *((code, word) for code, word in place_words() if code in codes)])


@cache
def search_words() -> tuple[tuple[str, str, str], ...]:
    """(``place`` or ``mineral``, code, folded word) of whatever a person may look for: every
    committed word for a place or mineral of ours but numbers and two letters."""
    places = ((code, word) for word, code in committed_words().items())
    minerals = (
        (codes[0], folded(word))
        for source, word, codes in mineral_words()
        if len(codes) == 1 and source == "*"
    )
    return tuple(
        (kind, code, word)
        for kind, words in (("place", places), ("mineral", minerals))
        for code, word in words
        if len(word) > LONGEST_CODE and not word.isdigit()
    )


def _meant(words: Iterable[tuple[str, str]]) -> dict[str, str]:
    result: dict[str, str] = {}
    for code, word in words:
        if result.setdefault(folded(word), code) != code:
            raise ValueError(f"{word!r} is both {result[folded(word)]} and {code}")
    return result


def together(
    places: Iterable[PlaceName], minerals: Iterable[tuple[str, str, tuple[str, ...]]]
) -> Names:
    """What an installation knows of its places and minerals, and the committed words for them.

    Its own words go first; committed words for places and minerals that it lacks are left out.
    """
    places, minerals = list(places), list(minerals)
    codes, known = {place.code for place in places}, {term[2][0] for term in minerals}
    terms = [term for term in (*mineral_words(), *mineral_terms()) if set(term[2]) <= known]
    own = names(places, {}, [*terms, *map(_of_sites_alone, minerals)])
    committed = {word: code for word, code in committed_words().items() if code in codes}
    left_out = {word: reason for word, reason in _left_out().items() if word not in own.places}
    return replace(
        own,
        places={**committed, **own.places},
        left_out=left_out,
        ambiguous=_ambiguous(),
    )


@cache
def _forms() -> frozenset[str]:
    """Folded words for forms and groups of minerals: their tonnes are not tonnes of one."""
    words = (*mineral_words(), *mineral_terms())
    return frozenset(
        folded(word)
        for source, word, codes in words
        if source == PROJECTS or (source == "*" and not codes)
    )


def _of_sites_alone(term: tuple[str, str, tuple[str, ...]]) -> tuple[str, str, tuple[str, ...]]:
    """A word of an installation, which holds for sites alone where it is that of a form."""
    source, word, codes = term
    is_own_name = folded(word) in {folded(code) for code in codes}
    return (PROJECTS if folded(word) in _forms() and not is_own_name else source, word, codes)


def shipped(minerals: Iterable[str]) -> Names:
    """The committed aliases; each of our mineral codes, with or without ``_``, is a word too."""
    codes = list(minerals)
    own = [("*", code, (code,)) for code in codes]
    terms = [*mineral_words(), *own, *mineral_terms()]
    lookup = names(place_names(), {}, terms)
    return replace(lookup, places=committed_words(), left_out=_left_out(), ambiguous=_ambiguous())
