"""The register of releases: what was loaded, under which licence, and how much it covers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from riskscore.models import Observation, Place, Release, Withdrawal
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


def standing(release: Release) -> str:
    """How a release stands now, as a sentence."""
    if gone := Withdrawal.objects.filter(release=release).select_related("withdrawn_by").first():
        who = f" by {gone.withdrawn_by}" if gone.withdrawn_by else ""
        return (
            f"It was withdrawn on {gone.withdrawn_at:%-d %B %Y}{who}, with edition"
            f" {gone.edition_id}: {gone.reason}. As of earlier editions it stands."
        )
    if not release.scored:
        return "It is an older edition, kept and not scored. Load it with --replace to score by it."
    if feeds_scores(release):
        return "It feeds scores now."
    return "A newer release of its source stands in its place."


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


@dataclass(frozen=True, slots=True)
class ReleaseInForce:
    """A release in force: ``citation`` says whose it is, by the names of the API; ``states`` which
    of the asked indicators it has rows of."""

    id: int
    partial: bool
    citation: dict[str, str]
    states: frozenset[str]
    has_localities: bool

    @property
    def source(self) -> str:
        """Code of its source."""
        return self.citation["source"]


_CITATION = ("source", "publisher", "title", "release", "published_edition", "licence", "url")
_IN_FORCE = f"""
SELECT r.id, r.partial, r.source_id, s.publisher, s.title, r.code, r.published_edition, r.licence,
    r.url,
    ARRAY(SELECT indicator FROM unnest(%(indicators)s::text[]) asked(indicator) WHERE EXISTS (
        SELECT FROM riskscore_observation o
        WHERE o.indicator = asked.indicator AND o.release_id = r.id)),
    EXISTS (SELECT FROM riskscore_locality l WHERE l.release_id = r.id)
FROM ({effective.RELEASES}) in_force
JOIN riskscore_release r ON r.id = in_force.id JOIN riskscore_source s ON s.code = r.source_id
ORDER BY r.id
"""  # noqa: S608 - our own names


def in_force(edition: int, indicators: Iterable[str]) -> list[ReleaseInForce]:
    """The releases in force at an edition, and which of some indicators each has rows of."""
    rows = effective.fetch(_IN_FORCE, {"edition": edition, "indicators": sorted(indicators)})
    return [
        ReleaseInForce(
            key, partial, dict(zip(_CITATION, cells, strict=True)), frozenset(states), localities
        )
        for key, partial, *cells, states, localities in rows
    ]
