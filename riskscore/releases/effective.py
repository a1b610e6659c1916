"""Which releases, observations and statements of evidence are in force at an edition.

A source's newest complete release is in force until the next one, and with it the partial releases
(single corrections) that came after it: each of their rows adds to it, or replaces its row of the
same identity. Sources that only ever get partial releases (an operator's own tables) accumulate.
An older edition that is kept beside the one in force (``Release.scored`` is false) never counts,
and a release that was withdrawn counts up to the edition before that of its withdrawal; what it
replaced or corrected is back from then on. Of evidence the newest version of each statement is in
force.

Every reader of observations goes through here.
"""

from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from riskscore.models import Observation

#: What makes two rows one figure. Unit and label are not part of it: what of a label tells figures
#: apart is their stage (``sources.figure_stages``).
IDENTITY: tuple[str, ...] = (
    "indicator", "place_id", "mineral_id", "importer_id", "project_id", "year", "stage", "since",
)  # fmt: skip


class InForce(NamedTuple):
    """Ids of the releases in force: ``complete`` ones that nothing corrects, and ``corrected``:
    those of sources that have partial releases in force, together with these.

    ``sources`` has the source of each, in the order of ``ids``.
    """

    complete: list[int]
    corrected: list[int]
    sources: dict[int, str]

    @property
    def ids(self) -> list[int]:
        """All of them."""
        return sorted([*self.complete, *self.corrected])

    @property
    def parameters(self) -> dict[str, Any]:
        """What a query over OBSERVATIONS needs."""
        return {"complete": self.complete, "corrected": self.corrected}

    def of(self, source: str) -> "InForce":
        """Those of one source."""
        return InForce(
            [key for key in self.complete if self.sources[key] == source],
            [key for key in self.corrected if self.sources[key] == source],
            self.sources,
        )

    def without(self, *releases: int) -> "InForce":
        """The same as if some had never been loaded: what they corrected is back."""
        return InForce(
            [key for key in self.complete if key not in releases],
            [key for key in self.corrected if key not in releases],
            self.sources,
        )


#: The releases that count at an edition, replaced ones too: neither kept beside nor withdrawn.
_COUNTED = """
    SELECT r.id, r.source_id, r.partial, r.edition_id FROM riskscore_release r
    WHERE r.edition_id <= %(edition)s AND r.scored AND NOT EXISTS (
        SELECT FROM riskscore_withdrawal w
        WHERE w.release_id = r.id AND w.edition_id <= %(edition)s)
"""
#: Rows (id, source, whether partial releases of the source are in force). Parameter: ``edition``.
RELEASES = f"""
WITH counted AS ({_COUNTED})
SELECT r.id, r.source_id, bool_or(r.partial) OVER (PARTITION BY r.source_id) AS corrected
FROM counted r
WHERE NOT EXISTS (
    SELECT FROM counted newer
    WHERE newer.source_id = r.source_id AND NOT newer.partial
      AND (newer.edition_id, newer.id) > (r.edition_id, r.id))
ORDER BY r.id
"""  # noqa: S608 - our own names


def _newest(releases: str) -> str:
    """The newest row of each identity among releases, whose ids are the given placeholder."""
    return f"""
SELECT DISTINCT ON ({", ".join(IDENTITY)}) o.*
FROM riskscore_observation o JOIN riskscore_release r ON r.id = o.release_id
WHERE o.release_id = ANY({releases})
ORDER BY {", ".join(IDENTITY)}, r.edition_id DESC, o.id DESC
"""  # noqa: S608 - our own names


#: The effective observations, as a table expression. Parameters: ``InForce.parameters``.
OBSERVATIONS = f"""(
    SELECT * FROM riskscore_observation WHERE release_id = ANY(%(complete)s)
    UNION ALL
    SELECT * FROM ({_newest("%(corrected)s")}) newest
)"""  # noqa: S608 - our own names

#: The newest version of each statement, retracted ones too, as a table expression.
#: Parameter: ``edition``.
EVIDENCE = """(
    SELECT e.* FROM riskscore_evidence e
    WHERE e.edition_id <= %(edition)s AND NOT EXISTS (
        SELECT FROM riskscore_evidence newer
        WHERE newer.supersedes_id = e.id AND newer.edition_id <= %(edition)s)
)"""

LATEST = 2**62


def in_force(edition: int = LATEST) -> InForce:
    """The releases in force at an edition; by default, now."""
    rows = fetch(RELEASES, {"edition": edition})
    return InForce(
        [key for key, _, corrected in rows if not corrected],
        [key for key, _, corrected in rows if corrected],
        {key: source for key, source, _ in rows},
    )


def observations(indicator: str) -> QuerySet[Observation]:
    """The effective observations of one indicator, now."""
    releases = in_force()
    newest = RawSQL(  # noqa: S611 - our own names
        f"SELECT id FROM ({_newest('%s')}) newest WHERE indicator = %s",  # noqa: S608
        [releases.corrected, indicator],
    )
    return Observation.objects.filter(
        Q(release__in=releases.complete) | Q(pk__in=newest), indicator=indicator
    )


def fetch(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query over OBSERVATIONS, EVIDENCE or RELEASES."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
