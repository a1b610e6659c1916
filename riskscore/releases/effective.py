"""Which releases stand at an edition, and which of their observations hold.

A source's newest whole release stands alone or with the partial releases that came after it: each
of their rows adds to it, or stands for its row of the same identity. Sources that only ever get
partial releases (an operator's own tables) simply accumulate.
"""

from typing import NamedTuple

from django.db import connection

#: What makes two rows statements about the same thing.
IDENTITY: tuple[str, ...] = (
    "indicator", "place_id", "mineral_id", "importer_id", "project_id", "year", "label", "since",
)  # fmt: skip


class Standing(NamedTuple):
    """Ids of the releases that stand: ``alone`` whole, ``mixed`` with partial ones of their source.

    ``sources`` has the source of each, in the order of ``ids``.
    """

    alone: list[int]
    mixed: list[int]
    sources: dict[int, str]

    @property
    def ids(self) -> list[int]:
        """All of them."""
        return sorted([*self.alone, *self.mixed])

    def of(self, source: str) -> "Standing":
        """Those of one source."""
        return Standing(
            [key for key in self.alone if self.sources[key] == source],
            [key for key in self.mixed if self.sources[key] == source],
            self.sources,
        )


_STANDING = """
SELECT r.id, r.source_id, bool_or(r.partial) OVER (PARTITION BY r.source_id)
FROM riskscore_release r
WHERE r.edition_id <= %(edition)s AND NOT EXISTS (
    SELECT FROM riskscore_release newer
    WHERE newer.source_id = r.source_id AND NOT newer.partial AND newer.edition_id <= %(edition)s
      AND (newer.edition_id, newer.id) > (r.edition_id, r.id))
ORDER BY r.id
"""

#: The observations that hold, as a table expression. Parameters: ``alone`` and ``mixed``.
HOLDING = f"""(
    SELECT * FROM riskscore_observation WHERE release_id = ANY(%(alone)s)
    UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON ({", ".join(IDENTITY)}) o.*
        FROM riskscore_observation o JOIN riskscore_release r ON r.id = o.release_id
        WHERE o.release_id = ANY(%(mixed)s)
        ORDER BY {", ".join(IDENTITY)}, r.edition_id DESC, o.id DESC
    ) newest
)"""  # noqa: S608 - our own names

LATEST = 2**62


def standing(edition: int = LATEST) -> Standing:
    """The releases that stand at an edition; by default, now."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"edition": edition})
        rows = cursor.fetchall()
    return Standing(
        [key for key, _, mixed in rows if not mixed],
        [key for key, _, mixed in rows if mixed],
        {key: source for key, source, _ in rows},
    )
