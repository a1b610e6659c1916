"""The register of releases: what was loaded, under which licence, and how much it covers."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

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
_NEWEST = f"""
SELECT id FROM (
    SELECT DISTINCT ON ({", ".join(effective.IDENTITY)}) o.id
    FROM riskscore_observation o JOIN riskscore_release r ON r.id = o.release_id
    WHERE o.release_id = ANY(%s) AND indicator = %s
    ORDER BY {", ".join(effective.IDENTITY)}, r.edition_id DESC, o.id DESC
) newest
"""  # noqa: S608 - our own names


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the world one indicator of a release knows. ``share`` is of all countries."""

    indicator: str
    rows: int
    places: int
    share: float
    first_year: int
    last_year: int


def stands(release: Release) -> bool:
    """Whether the release feeds scores now."""
    return release.pk in effective.standing().ids


def coverage(release: Release) -> tuple[Coverage, ...]:
    """How much of the world each indicator of a release knows."""
    countries = Place.objects.filter(kind=Place.Kind.COUNTRY).count()
    with connection.cursor() as cursor:
        cursor.execute(_COVERAGE, [release.pk])
        return tuple(
            Coverage(key, rows, places, places / countries if countries else 0.0, first, last)
            for key, rows, places, first, last in cursor.fetchall()
        )


def by_place(release: Release) -> dict[str, tuple[int, int]]:
    """Place → (rows, newest year) of a release; a place that is not there has none."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_PLACE, [release.pk])
        return {place: (rows, newest) for place, rows, newest in cursor.fetchall()}


def unknown_places(release: Release) -> list[Place]:
    """The countries about which the release says nothing."""
    known = by_place(release)
    return [
        place
        for place in Place.objects.filter(kind=Place.Kind.COUNTRY).order_by("code")
        if place.code not in known
    ]


def passed_on(indicator: str) -> QuerySet[Observation]:
    """The observations of one indicator that hold now and whose licence lets them be passed on.

    A correction stands in place of what it corrects, also where it may not be passed on itself.
    """
    standing = effective.standing()
    newest = RawSQL(_NEWEST, [standing.mixed, indicator])  # noqa: S611 - our own names
    return Observation.objects.filter(
        Q(release__in=standing.alone) | Q(pk__in=newest),
        indicator=indicator,
        release__redistributable=True,
    )
