"""The register of releases: what was loaded, under which licence, and how much it covers."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from riskscore.models import Observation, Place, Release
from riskscore.releases import effective

_COVERAGE = """
SELECT indicator, count(*), count(DISTINCT o.place_id) FILTER (WHERE p.kind = 'country'),
    min(year), max(year)
FROM riskscore_observation o LEFT JOIN riskscore_place p ON p.code = o.place_id
WHERE release_id = %s GROUP BY indicator ORDER BY indicator
"""
_BY_PLACE = """
SELECT place_id, count(*), max(year) FROM riskscore_observation
WHERE release_id = %s AND place_id IS NOT NULL GROUP BY place_id ORDER BY place_id
"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the world an indicator of a release covers; ``share`` is of all countries."""

    indicator: str
    rows: int
    places: int
    share: float
    first_year: int
    last_year: int


def feeds_scores(release: Release) -> bool:
    """Whether the release is in force now."""
    return release.pk in effective.in_force().ids


def coverage(release: Release) -> tuple[Coverage, ...]:
    """How much of the world each indicator of a release covers."""
    countries = Place.objects.filter(kind=Place.Kind.COUNTRY).count()
    with connection.cursor() as cursor:
        cursor.execute(_COVERAGE, [release.pk])
        return tuple(
            Coverage(key, rows, places, places / countries if countries else 0.0, first, last)
            for key, rows, places, first, last in cursor.fetchall()
        )


def by_place(release: Release) -> dict[str, tuple[int, int]]:
    """Place → (rows, newest year) in a release; a place without a row is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_PLACE, [release.pk])
        return {place: (rows, newest) for place, rows, newest in cursor.fetchall()}


def unknown_places(release: Release) -> list[Place]:
    """The countries of which the release has no row."""
    covered = by_place(release)
    return [
        place
        for place in Place.objects.filter(kind=Place.Kind.COUNTRY).order_by("code")
        if place.code not in covered
    ]


def passed_on(indicator: str) -> QuerySet[Observation]:
    """The effective observations of one indicator whose licence lets them be passed on.

    A correction replaces what it corrects, also where it may not be passed on itself.
    """
    return effective.observations(indicator).filter(release__redistributable=True)
