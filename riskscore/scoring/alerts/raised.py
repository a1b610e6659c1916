"""Alerts, written in the transaction of what causes them, by whoever writes that; and messages.

Whatever alerts people is told to webhooks too (riskscore.jobs.outbox), so that nobody tells the one
without the other. Each is one statement that begins at what people watch: what nobody watches
costs nothing. Unique constraints keep an alert from being written twice, whatever is repeated.
"""

import uuid
from datetime import datetime
from typing import Any

from django.db import connection

from riskscore.jobs.outbox import told
from riskscore.jobs.outbox.watched import WATCHED

_OF_SCORES = f"""
INSERT INTO riskscore_alert (user_id, kind, project_id, lens_id, band_before, band_after,
    score_before, score_after, method_changed, job_id, at, mail_after)
SELECT w.user_id, 'band', s.project_id, s.lens_id, before.band, s.band, before.composite,
    s.composite, before.method_id <> s.method_id, s.job_id, s.computed_at,
    CASE WHEN w.by_mail THEN s.computed_at END
FROM ({WATCHED.format(rows="staged_score", where="WHERE lens_id = %(lens)s")}) w
JOIN riskscore_score s ON s.project_id = w.project_id AND s.lens_id = %(lens)s
    AND s.job_id = %(job)s AND s.computed_at = %(now)s
JOIN LATERAL (
    SELECT h.band, h.composite, h.method_id FROM riskscore_scorehistory h
    WHERE h.project_id = s.project_id AND h.lens_id = s.lens_id AND h.computed_at < s.computed_at
    ORDER BY h.computed_at DESC LIMIT 1
) before ON before.band <> s.band
ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own names


def of_scores(lens: int, job: uuid.UUID, now: datetime) -> int:
    """Alert of every watched project whose band a job has just changed; how many alerts.

    ``staged_score`` holds the rows of the chunk, which are written and have their history.
    """
    told.of_scores(lens, job, now)
    return _execute(_OF_SCORES, {"lens": lens, "job": job, "now": now})


_ENTERED = (
    "(SELECT id, project_id, entered_at FROM riskscore_evidence WHERE edition_id = %(edition)s)"
)
_OF_STATEMENTS = f"""
INSERT INTO riskscore_alert (user_id, kind, project_id, evidence_id, at, mail_after)
SELECT w.user_id, 'evidence', w.project_id, e.id, e.entered_at,
    CASE WHEN w.by_mail THEN e.entered_at END
FROM ({WATCHED.format(rows=_ENTERED, where="")}) w
JOIN {_ENTERED} e ON e.project_id = w.project_id
ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own names


def of_statements(edition: int) -> int:
    """Alert of what an edition says about watched projects; how many alerts."""
    told.of_statements(edition)
    return _execute(_OF_STATEMENTS, {"edition": edition})


_OF_CROSSING = """
INSERT INTO riskscore_alert (user_id, kind, crossing_id, at, mail_after)
SELECT w.user_id, 'limit', c.id, c.at, CASE WHEN w.by_mail THEN c.at END
FROM riskscore_limitcrossing c JOIN riskscore_watch w ON w.portfolio_id = c.portfolio_id
WHERE c.id = %(crossing)s
ON CONFLICT DO NOTHING
"""


def of_crossing(crossing: int) -> int:
    """Alert those who watch a portfolio of a limit that was crossed; how many alerts."""
    told.of_crossing(crossing)
    return _execute(_OF_CROSSING, {"crossing": crossing})


def _execute(statement: str, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
