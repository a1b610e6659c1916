"""The only writer of observations from sources."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection

from riskscore.models import Release
from riskscore.sources.source_records import ExportRecord


class NewObservation(NamedTuple):
    """One observation ready to be stored, columns in the order of COPY; codes, not names."""

    indicator: str
    place: str | None
    mineral: str | None
    importer: str | None
    project: int | None
    year: int
    value: float
    standard_error: float | None
    quality: str
    label: str
    since: Any
    until: Any
    verified: bool
    stage: str = ""


_COPY = (
    "COPY riskscore_observation (release_id, indicator, place_id, mineral_id, importer_id,"
    " project_id, year, value, standard_error, quality, label, since, until, verified, stage)"
    " FROM STDIN"
)


_COPY_EXPORTS = (
    "COPY riskscore_exportflow (release_id, hs6, place_id, year, value, quantity, partners,"
    " destination_hhi) FROM STDIN"
)


def record(release: Release, observations: Iterable[NewObservation]) -> int:
    """Store all observations of a release by COPY, in the caller's transaction; their number.

    Constraints of the table refuse duplicates, unknown codes and values that are not finite;
    the whole transaction then fails and nothing is half-loaded.
    """
    return _copied(_COPY, release, observations)


def record_exports(release: Release, flows: Iterable[ExportRecord]) -> int:
    """Store all export flows of a release, as :func:`record` does observations; their number."""
    return _copied(_COPY_EXPORTS, release, flows)


def _copied(statement: str, release: Release, rows: Iterable[tuple[Any, ...]]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row((release.id, *row))
            count += 1
    return count
