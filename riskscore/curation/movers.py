"""Whose score moved since a week ago, by how much, and what it came from."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from riskscore.errors import RiskscoreError
from riskscore.models import Lens, Project, Score
from riskscore.models.scores import NODES
from riskscore.scoring import changes

SINCE = timedelta(days=7)
#: Movers that are named, each with the parts that its difference came from.
NAMED = 10
#: Less than this rounds to nothing on the pages.
LEAST_POINTS = 0.05

# A week's history by its index alone; then the score that each project had before.
_MOVED = """
WITH recent AS (
    SELECT DISTINCT project_id FROM riskscore_scorehistory
    WHERE lens_id = %(lens)s AND computed_at > %(since)s
), moved AS MATERIALIZED (
    SELECT s.project_id, old.composite AS before, s.composite AS after,
        old.band AS band_before, s.band AS band_after, s.computed_at AS at
    FROM recent r
    JOIN riskscore_score s ON s.project_id = r.project_id AND s.lens_id = %(lens)s
    JOIN LATERAL (
        SELECT h.composite, h.band FROM riskscore_scorehistory h
        WHERE h.project_id = r.project_id AND h.lens_id = %(lens)s AND h.computed_at <= %(since)s
        ORDER BY h.computed_at DESC LIMIT 1
    ) old ON old.band <> s.band OR abs(old.composite - s.composite) >= %(least)s
    JOIN riskscore_project p ON p.id = s.project_id AND p.state = 'published'
        AND NOT p.flags && %(unranked)s::varchar[]
)
SELECT m.*, (SELECT count(*) FROM moved),
    (SELECT count(*) FROM moved WHERE band_after > band_before AND band_before > 0),
    (SELECT count(*) FROM moved WHERE band_after < band_before AND band_after > 0)
FROM moved m
ORDER BY band_before <> band_after DESC, abs(after - before) DESC NULLS LAST, project_id
LIMIT %(named)s
"""


def figures(lens: Lens) -> dict[str, Any]:
    """``moved``, ``up`` and ``down`` (how many, and across a band), ``since``, and ``rows``: the
    first NAMED, those that crossed a band first, then by points."""
    since = timezone.now() - SINCE
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {
            "lens": lens.pk, "since": since, "least": LEAST_POINTS, "named": NAMED,
            "unranked": [str(flag) for flag in Project.UNRANKED],
        })  # fmt: skip
        found = cursor.fetchall()
    moved, up, down = found[0][6:] if found else (0, 0, 0)
    rows = [_row(lens, row[:6]) for row in found]
    return {
        "since": since.isoformat(), "moved": moved, "up": up, "down": down, "rows": rows,
    }  # fmt: skip


def _row(lens: Lens, row: tuple[Any, ...]) -> Mapping[str, Any]:
    project, before, after, band_before, band_after, at = row
    return {
        "project": project,
        "before": before,
        "after": after,
        "band_before": band_before,
        "band_after": band_after,
        "at": at.isoformat(),
        "parts": _parts(lens, project),
    }


def _parts(lens: Lens, project: int) -> dict[str, float] | None:
    """Points by data, method and learned model; None where one of the scores does not come out
    again."""
    try:
        old = changes.in_force(project, lens.pk, timezone.now() - SINCE)
        new = Score.objects.select_related("method", "lens", "project").get(
            project=project, lens=lens
        )
        parts = changes.changes(old, new).nodes[NODES.index("composite")].parts
    except (RiskscoreError, Score.DoesNotExist):
        return None
    if parts is None:
        return None
    return {"data": parts.data, "method": parts.method, "model": parts.model}
