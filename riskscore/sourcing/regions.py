"""Parts of the world as people name them: Latin America, Southeast Asia, the lithium triangle."""

import difflib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from riskscore.errors import NotFoundError
from riskscore.models import Place, Region, RegionMember
from riskscore.sources.names import folded

#: Names that are nobody in particular: no country lies in them.
NOWHERE = frozenset({"WLD", "ROW"})


class Found(NamedTuple):
    """What a list of names stands for."""

    places: frozenset[str]
    regions: tuple[str, ...]
    """Codes of the regions among the names, each once, in the order of the names."""


class _Words(NamedTuple):
    """What every folded word means: the places that it stands for, and how it is written."""

    meaning: Mapping[str, frozenset[str]]
    region: Mapping[str, str]
    written: Mapping[str, str]


def places_of(names: Iterable[str]) -> frozenset[str]:
    """The countries that names stand for together; see :func:`found`."""
    return found(names).places


def found(names: Iterable[str]) -> Found:
    """The countries that names stand for together, and which names were regions.

    A name is a region (code, name, UN M49 number or alias), a country or a group (code, name or
    alias), in any case, with or without accents, with blanks, hyphens or underscores. A group
    stands for its members of today. Raises NotFoundError that names what is unknown and what is
    near.
    """
    words = _words()
    places: set[str] = set()
    regions: dict[str, None] = {}
    for name in names:
        key = folded(name)
        if key not in words.meaning:
            raise _unknown(name, words)
        places |= words.meaning[key]
        if key in words.region:
            regions[words.region[key]] = None
    return Found(frozenset(places), tuple(regions))


def unplaced() -> tuple[str, ...]:
    """Codes of countries that lie in no region on record, sorted."""
    placed = RegionMember.objects.values("place")
    countries = Place.objects.filter(kind=Place.Kind.COUNTRY).exclude(code__in=placed)
    return tuple(countries.order_by("code").values_list("code", flat=True))


def _words() -> _Words:
    """Countries and groups first, regions upon them: what a region is called is a region.

    A few hundred rows in four queries, read anew each time, since people edit them.
    """
    meaning: dict[str, frozenset[str]] = {}
    written: dict[str, str] = {}
    groups = _by_group()
    for place in Place.objects.exclude(code__in=NOWHERE):
        stands_for = groups.get(place.code, frozenset({place.code}))
        for word in (place.code, place.name, *place.aliases):
            meaning[folded(word)], written[folded(word)] = stands_for, word
    region: dict[str, str] = {}
    within = _by_region()
    for one in Region.objects.all():
        for word in (one.code, one.name, one.number, *one.aliases):
            if key := folded(word):
                meaning[key], written[key] = within.get(one.code, frozenset()), word
                region[key] = one.code
    return _Words(meaning, region, written)


def _by_region() -> dict[str, frozenset[str]]:
    members: dict[str, set[str]] = {}
    for region, place in RegionMember.objects.values_list("region_id", "place_id"):
        members.setdefault(region, set()).add(place)
    return {region: frozenset(places) for region, places in members.items()}


def _by_group() -> dict[str, frozenset[str]]:
    """Members of today of each group; a membership that ended is none."""
    groups = Place.objects.filter(kind=Place.Kind.GROUP).prefetch_related("members")
    return {
        group.code: frozenset(row.member_id for row in group.members.all() if row.until is None)
        for group in groups
    }


def _unknown(name: str, words: _Words) -> NotFoundError:
    near = difflib.get_close_matches(folded(name[:80]), list(words.meaning), n=3, cutoff=0.6)
    told = " or ".join(dict.fromkeys(words.written[key] for key in near))
    return NotFoundError(
        f"no place or region is known as {name[:80]!r}{f'; did you mean {told}?' if told else ''}",
        place="region", remedy="GET /api/v1/sourcing/regions and /api/v1/places list them.",
    )  # fmt: skip
