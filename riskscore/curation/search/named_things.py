"""The small tables that are searched whole: places, regions, minerals, sources, releases, methods;
and which places and minerals a word stands for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from riskscore.sources.names import search_words


@dataclass(frozen=True, slots=True)
class Named:
    """A row of a small table. ``names``: its codes, names and aliases, folded.

    ``elsewhere``: what it is called in other languages and was called before, by the table that
    files are read with; these count as wholes, not word by word.
    """

    kind: str
    key: str
    title: str
    subtitle: str
    names: Sequence[str]
    elsewhere: Sequence[str] = ()

    def has(self, word: str) -> bool:
        """Whether one of its words begins with this one."""
        return any(f" {word}" in f" {name}" for name in (*self.names, *self.elsewhere))

    def begins(self, word: str) -> bool:
        """Whether one of its own words begins with this one, or it is called this elsewhere."""
        return word in self.elsewhere or any(f" {word}" in f" {name}" for name in self.names)

    def whole(self, words: Collection[str]) -> frozenset[str]:
        """The words of its longest name of which all are among these; none if there is none."""
        each = (frozenset(name.split()) for name in self.names)
        return max((name for name in each if name <= set(words)), key=len, default=frozenset())


class Phrase(NamedTuple):
    """Words that together name a region or group: the countries with projects that lie in it."""

    words: frozenset[str]
    places: frozenset[str]


class Meaning(NamedTuple):
    """What words may stand for besides themselves: by word, codes of countries and of minerals;
    and phrases, those of more words first."""

    places: Mapping[str, frozenset[str]]
    minerals: Mapping[str, frozenset[str]]
    phrases: Sequence[Phrase]


NOTHING = Meaning({}, {}, ())


#: Letters from which the beginning of a name in another language is looked for.
LEAST = 3

_NAMED = """
WITH named (kind, key, title, subtitle, names) AS (
    SELECT 'place', code, name,
        CASE kind WHEN 'group' THEN 'group of countries' ELSE 'country, ' || code END,
        ARRAY[code, name]::text[] || aliases::text[]
    FROM riskscore_place WHERE code NOT IN ('WLD', 'ROW')
    UNION ALL
    SELECT 'region', code, name, 'region', ARRAY[code, name]::text[] || aliases::text[]
    FROM riskscore_region
    UNION ALL
    SELECT 'mineral', code, name, 'mineral', ARRAY[code, name]::text[] || aliases::text[]
    FROM riskscore_mineral
    UNION ALL
    SELECT 'source', code, title, 'source, ' || publisher, ARRAY[code, title, publisher]
    FROM riskscore_source
    UNION ALL
    SELECT 'release', r.id::text, r.code, 'release, ' || s.title || ', ' || r.published_edition,
        ARRAY[r.code, s.title, s.publisher, r.published_edition]
    FROM riskscore_release r JOIN riskscore_source s ON s.code = r.source_id
    UNION ALL
    SELECT 'method', id::text, code || ' v' || version, 'method, ' || state,
        ARRAY[code || ' v' || version, 'method']
    FROM riskscore_method
), folded AS MATERIALIZED (
    SELECT *, riskscore_folded(array_to_string(names, ' ')) AS words FROM named
)
SELECT kind, key, title, subtitle, ARRAY(SELECT riskscore_folded(name) FROM unnest(names) name)
FROM folded WHERE ' ' || words LIKE ANY(%s) OR kind || ':' || key = ANY(%s) ORDER BY kind, title
"""


def with_any_of(words: Iterable[str]) -> list[Named]:
    """The rows of which one word begins with one of these."""
    asked = list(words)
    elsewhere = _called_elsewhere(asked)
    keys = [f"{kind}:{key}" for kind, key in elsewhere]
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [[f"% {word}%" for word in asked], keys])
        return [
            Named(kind, key, title, subtitle, names, elsewhere.get((kind, key), ()))
            for kind, key, title, subtitle, names in cursor.fetchall()
        ]


def _called_elsewhere(asked: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """By kind and key of places and minerals: their other names that have one of these words."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind, key, name in search_words():
        own = name.split()
        if any(word in own or (len(word) >= LEAST and name.startswith(word)) for word in asked):
            found.setdefault((kind, key), []).append(name)
    return found


def meant(words: Sequence[str], named: Sequence[Named]) -> Meaning:
    """What each word may stand for.

    A country is meant by the beginning of any of its words; a region or group, which stands for
    what lies in it, only by one of its names as a whole: ``latin america``, never ``lithium``
    alone for the lithium triangle.
    """
    members = _members([one for one in named if one.whole(words)])
    countries = [one for one in named if one.kind == "place" and one.key not in members]
    minerals = [one for one in named if one.kind == "mineral"]
    phrases = [*_phrases(words, named, members), *_of_several_words(words, countries)]
    return Meaning(
        _by_word(words, countries),
        _by_word(words, minerals),
        sorted(phrases, key=lambda phrase: len(phrase.words), reverse=True),
    )


def _by_word(words: Sequence[str], named: Sequence[Named]) -> dict[str, frozenset[str]]:
    return {word: frozenset(one.key for one in named if one.begins(word)) for word in words}


def _phrases(
    words: Sequence[str], named: Sequence[Named], members: Mapping[str, Collection[str]]
) -> list[Phrase]:
    found: dict[frozenset[str], set[str]] = {}
    for one in named:
        if one.key in members and (whole := one.whole(words)):
            found.setdefault(whole, set()).update(members[one.key])
    return [Phrase(each, frozenset(found[each])) for each in sorted(found, key=len, reverse=True)]


def _of_several_words(words: Sequence[str], countries: Sequence[Named]) -> list[Phrase]:
    """Names of several words, all of them asked for, that a country has elsewhere."""
    found: dict[frozenset[str], set[str]] = {}
    for one in countries:
        for name in one.elsewhere:
            parts = frozenset(name.split())
            if len(parts) > 1 and parts <= set(words):
                found.setdefault(parts, set()).add(one.key)
    return [Phrase(parts, frozenset(keys)) for parts, keys in found.items()]


def _members(named: Sequence[Named]) -> dict[str, set[str]]:
    """By code of a region or group: its countries that have projects."""
    codes = [one.key for one in named if one.kind in ("place", "region")]
    if not codes:
        return {}
    members: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, {"codes": codes})
        for code, place in cursor.fetchall():
            members.setdefault(code, set()).add(place)
    return members


_MEMBERS = """
SELECT code, place FROM (
    SELECT region_id AS code, place_id AS place FROM riskscore_regionmember
    WHERE region_id = ANY(%(codes)s)
    UNION ALL
    SELECT group_id, member_id FROM riskscore_placemember
    WHERE group_id = ANY(%(codes)s) AND until IS NULL
) within
WHERE EXISTS (SELECT FROM riskscore_project p WHERE p.place_id = within.place)
"""
