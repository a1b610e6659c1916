"""Messages to webhooks, written in the transaction of what they tell of, by whoever writes that.

Each is one statement that begins at the webhooks that are told of its type: where there are none,
it looks at nothing else. A message holds keys alone; whether its owner may see them is asked when
it is sent. A unique constraint keeps a message from being written twice.
"""

import uuid
from datetime import datetime
from typing import Any

from django.db import connection

from riskscore.jobs.outbox.watched import WATCHED
from riskscore.models.people.webhooks import MessageType

_LIVING = """
living AS MATERIALIZED (
    SELECT * FROM riskscore_webhook WHERE disabled_at IS NULL AND %(type)s = ANY(types)
)
"""
_INTO = "INSERT INTO riskscore_webhookdelivery (webhook_id, type, subject, data, at)"
_ONCE = "ON CONFLICT ON CONSTRAINT delivery_once_per_webhook DO NOTHING"

# ``{found}`` gives what happened to which projects: project_id, subject, data, at. A webhook is
# told of the projects that its owner watches, or of those of its minerals and places; ``{watches}``
# and ``{through}`` narrow watches and webhooks to a buyer's view, and ``{own}`` adds webhooks.
_OF_PROJECTS = f"""
WITH {_LIVING}, found AS MATERIALIZED ({{found}}),
watching AS (
    SELECT user_id, project_id FROM ({WATCHED.format(rows="found", where="{watches}")}) w
), matched AS (
    SELECT l.id AS webhook_id, w.project_id FROM living l
    JOIN watching w ON w.user_id = l.owner_id WHERE l.about = 'watched'
    UNION
    SELECT l.id, p.id FROM living l CROSS JOIN (SELECT DISTINCT project_id FROM found) f
    JOIN riskscore_project p ON p.id = f.project_id
    WHERE l.about = 'chosen' {{through}}
      AND (l.places = '{{{{}}}}' OR p.place_id = ANY(l.places))
      AND (l.minerals = '{{{{}}}}' OR EXISTS (SELECT FROM riskscore_projectmineral m
            WHERE m.project_id = p.id AND m.mineral_id = ANY(l.minerals)))
    {{own}}
)
{_INTO} SELECT m.webhook_id, %(type)s, f.subject, f.data, f.at
FROM matched m JOIN found f ON f.project_id = m.project_id {_ONCE}
"""  # noqa: S608 - our own names

_CROSSED = """
SELECT s.project_id, concat_ws(':', s.project_id, s.lens_id, s.computed_at) AS subject,
    jsonb_build_object('project', p.key, 'method', n.method_code, 'importer', n.importer_id,
        'band_before', before.band, 'band_after', s.band, 'job', s.job_id) AS data,
    s.computed_at AS at
FROM staged_score g JOIN riskscore_score s ON s.project_id = g.project_id
    AND s.lens_id = %(lens)s AND s.job_id = %(job)s AND s.computed_at = %(now)s
JOIN riskscore_project p ON p.id = s.project_id JOIN riskscore_lens n ON n.id = s.lens_id
JOIN LATERAL (
    SELECT h.band FROM riskscore_scorehistory h
    WHERE h.project_id = s.project_id AND h.lens_id = s.lens_id AND h.computed_at < s.computed_at
    ORDER BY h.computed_at DESC LIMIT 1
) before ON before.band <> s.band
WHERE EXISTS (SELECT FROM living)
"""
_OF_SCORES = _OF_PROJECTS.format(
    found=_CROSSED,
    watches="WHERE lens_id = %(lens)s",
    through="AND l.lens_id = %(lens)s",
    own="",
)


def of_scores(lens: int, job: uuid.UUID, now: datetime) -> int:
    """Tell of every project whose band a job has just changed; how many messages.

    ``staged_score`` holds the rows of the chunk, which are written and have their history.
    """
    return _tell(MessageType.BAND, _OF_SCORES, lens=lens, job=job, now=now)


_ENTERED = """
SELECT e.project_id, e.id::text AS subject, jsonb_build_object('project', p.key, 'evidence', e.id,
    'kind', e.kind, 'replaces', e.supersedes_id) AS data, e.entered_at AS at
FROM riskscore_evidence e JOIN riskscore_project p ON p.id = e.project_id
WHERE e.edition_id = %(edition)s AND EXISTS (SELECT FROM living)
"""
_OF_STATEMENTS = _OF_PROJECTS.format(found=_ENTERED, watches="", through="", own="")


def of_statements(edition: int) -> int:
    """Tell of what an edition says about projects; how many messages."""
    return _tell(MessageType.EVENT, _OF_STATEMENTS, edition=edition)


_ANSWERED = """
SELECT c.project_id, c.id::text AS subject,
    jsonb_build_object('project', p.key, 'challenge', c.id, 'state', c.state) AS data,
    c.decided_at AS at
FROM riskscore_challenge c JOIN riskscore_project p ON p.id = c.project_id
WHERE c.id = %(challenge)s AND EXISTS (SELECT FROM living)
"""
_FILED = """
UNION SELECT l.id, c.project_id FROM living l JOIN riskscore_challenge c
    ON c.filed_by_id = l.owner_id AND c.id = %(challenge)s
"""
_OF_CHALLENGE = _OF_PROJECTS.format(found=_ANSWERED, watches="", through="", own=_FILED)


def of_challenge(challenge: int) -> int:
    """Tell whoever filed a challenge, or is told of its project, of the answer."""
    return _tell(MessageType.CHALLENGE, _OF_CHALLENGE, challenge=challenge)


_OF_JOB = f"""
WITH {_LIVING} {_INTO}
SELECT l.id, %(type)s, j.id::text, jsonb_build_object('job', j.id, 'state', j.state),
    coalesce(j.finished_at, clock_timestamp())
FROM living l JOIN riskscore_job j ON j.created_by_id = l.owner_id
WHERE j.id = %(job)s AND j.state NOT IN ('queued', 'running') {_ONCE}
"""  # noqa: S608 - our own names


def of_job(job: uuid.UUID) -> int:
    """Tell whose job it is that it has ended; nothing while it has not."""
    return _tell(MessageType.JOB, _OF_JOB, job=job)


_OF_MODEL = f"""
WITH {_LIVING} {_INTO}
SELECT l.id, %(type)s, concat_ws(':', m.id, m.champion_from_id),
    jsonb_build_object('kind', m.kind, 'version', m.version), coalesce(m.decided_at, now())
FROM living l CROSS JOIN riskscore_learnedmodel m
WHERE m.id = %(model)s AND m.state = 'champion' {_ONCE}
"""  # noqa: S608 - our own names


def of_model(model: int) -> int:
    """Tell everybody who wants to know that a learned model is the champion."""
    return _tell(MessageType.MODEL, _OF_MODEL, model=model)


_OF_CROSSING = f"""
WITH {_LIVING} {_INTO}
SELECT l.id, %(type)s, c.id::text, jsonb_build_object('portfolio', f.name, 'crossing', c.id,
    'what', c.what, 'before', c.before, 'after', c.after), c.at
FROM riskscore_limitcrossing c JOIN riskscore_portfolio f ON f.id = c.portfolio_id
JOIN living l ON l.owner_id = f.owner_id
WHERE c.id = %(crossing)s {_ONCE}
"""  # noqa: S608 - our own names


def of_crossing(crossing: int) -> int:
    """Tell the owner of a portfolio of a limit that was crossed."""
    return _tell(MessageType.LIMIT, _OF_CROSSING, crossing=crossing)


def _tell(kind: MessageType, statement: str, **parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"type": kind.value, **parameters})
        return int(cursor.rowcount)
