"""The register of releases: what was loaded, under which licence, and how much it covers."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from riskscore import releases
from riskscore.models import Place, Release

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
_EXPORT = f"""
SELECT r.code, o.indicator, o.place_id, o.mineral_id, o.importer_id, p.key, o.year, o.value,
    o.standard_error, o.label, o.quality, o.since, o.until, o.verified
FROM {releases.HOLDING} o JOIN riskscore_release r ON r.id = o.release_id
LEFT JOIN riskscore_project p ON p.id = o.project_id
WHERE r.redistributable ORDER BY o.id
"""  # noqa: S608 - our own names
EXPORTED = (
    "release", "indicator", "place", "mineral", "importer", "project", "year", "value",
    "standard_error", "unit", "quality", "since", "until", "verified",
)  # fmt: skip
PAGE = 5000


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the world one indicator of a release knows. ``share`` is of all countries."""

    indicator: str
    rows: int
    places: int
    share: float
    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True)
class Registered:
    """A release and what it covers. ``stands``: it feeds scores now."""

    release: Release
    stands: bool
    coverage: tuple[Coverage, ...]


def register() -> Iterator[Registered]:
    """Every release, newest first."""
    standing = set(releases.standing().ids)
    countries = Place.objects.filter(kind=Place.Kind.COUNTRY).count()
    for release in Release.objects.select_related("source", "edition").order_by(
        "-edition_id", "-id"
    ):
        yield Registered(release, release.pk in standing, _coverage(release, countries))


def _coverage(release: Release, countries: int) -> tuple[Coverage, ...]:
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


def exportable() -> list[Release]:
    """The releases that stand now and whose licence lets them be passed on."""
    return list(
        Release.objects.filter(id__in=releases.standing().ids, redistributable=True).order_by("id")
    )


def rows_for_export() -> Iterator[tuple[object, ...]]:
    """The observations that hold and may be passed on, in the columns EXPORTED; a stream.

    A correction stands in place of what it corrects. What may not be passed on is never read.
    """
    standing = releases.standing()
    with connection.chunked_cursor() as cursor:
        cursor.execute(_EXPORT, {"alone": standing.alone, "mixed": standing.mixed})
        while page := cursor.fetchmany(PAGE):
            yield from page
