"""The small tables that are searched whole: places, regions, minerals, sources, releases, methods;
and which places and minerals a word stands for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from riskscore.models import Place, PlaceMember, RegionMember


@dataclass(frozen=True, slots=True)
class Named:
    """A row of a small table. ``names``: its codes, names and aliases, folded."""

    kind: str
    key: str
    title: str
    subtitle: str
    names: Sequence[str]

    def has(self, word: str) -> bool:
        """Whether one of its words begins with this one."""
        return any(f" {word}" in f" {name}" for name in self.names)

    def has_whole(self, word: str, words: Collection[str]) -> bool:
        """Whether one of its names consists of this word and others of these."""
        each = (name.split() for name in self.names)
        return any(word in name and set(name) <= set(words) for name in each)


class Meant(NamedTuple):
    """What a word may stand for, besides itself: places and minerals by code."""

    places: frozenset[str]
    minerals: frozenset[str]


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
FROM folded WHERE ' ' || words LIKE ANY(%s) ORDER BY kind, title
"""


def with_any_of(words: Iterable[str]) -> list[Named]:
    """The rows of which one word begins with one of these."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [[f"% {word}%" for word in words]])
        return [Named(*row) for row in cursor.fetchall()]


def meant(words: Sequence[str], named: Sequence[Named]) -> dict[str, Meant]:
    """By word: the places and minerals that it may stand for.

    A country is meant by the beginning of any of its words; a region or group, which stands for
    what lies in it, only by one of its names as a whole: ``latin america``, never ``lithium``
    alone for the lithium triangle.
    """
    within = _within(named)
    return {
        word: Meant(
            frozenset().union(
                *(
                    places for (one, places) in within
                    if (one.has(word) if places == {one.key} else one.has_whole(word, words))
                )
            ),
            frozenset(one.key for one in named if one.kind == "mineral" and one.has(word)),
        )
        for word in words
    }  # fmt: skip


def _within(named: Sequence[Named]) -> list[tuple[Named, set[str]]]:
    """Places and regions, each with the countries that it stands for."""
    members: dict[str, set[str]] = {}
    regions = [one.key for one in named if one.kind == "region"]
    if regions:
        of_region = RegionMember.objects.filter(region__in=regions)
        for region, place in of_region.values_list("region_id", "place_id"):
            members.setdefault(region, set()).add(place)
    places = [one.key for one in named if one.kind == "place"]
    if places:
        of_group = PlaceMember.objects.filter(
            group__in=places, group__kind=Place.Kind.GROUP, until__isnull=True
        )
        for group, place in of_group.values_list("group_id", "member_id"):
            members.setdefault(group, set()).add(place)
    found = (one for one in named if one.kind in ("place", "region"))
    return [(one, members.get(one.key, {one.key})) for one in found]
