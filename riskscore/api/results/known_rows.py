"""From which versions of which rows a current score is told, and whether this key may see them.

One statement reads both, and even it is not repeated while nothing is committed to the database.
So what is found here is always of this moment.
"""

import logging
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection

from riskscore.api.results.scores import CurrentScoreViewSet
from riskscore.sql.unchanged import Unchanged

log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """Prefix of the key that asks, key of the project, importer and method."""

    prefix: str
    project: str
    importer: str
    method: str


class Known(NamedTuple):
    """The key that asks, its user, and the versions of the rows that a score is told from."""

    digest: str
    prefix: str
    number: int
    plan: str
    last_used: datetime | None
    username: str
    versions: str
    lasts_s: float


_SHOWN = """
SELECT k.digest, k.prefix, k.id, k.plan, k.last_used_at, u.username,
    concat_ws(' ', p.ctid, p.xmin, s.ctid, s.xmin,
    g.ctid, g.xmin, l.ctid, l.xmin, m.ctid, m.xmin, r.ctid, r.xmin, (
        SELECT count(*) FROM riskscore_rankchange c
        WHERE c.lens_id = l.id AND c.version = r.version AND c.node = 0)),
    coalesce(extract(epoch FROM k.expires_at - clock_timestamp())::float8, 'infinity')
FROM riskscore_apikey k JOIN auth_user u ON u.id = k.user_id
CROSS JOIN riskscore_project p JOIN riskscore_place g ON g.code = p.place_id
JOIN riskscore_lens l ON l.importer_id = $3 AND l.method_code = $4
JOIN riskscore_score s ON s.project_id = p.id AND s.lens_id = l.id
JOIN riskscore_method m ON m.id = s.method_id
LEFT JOIN riskscore_ranking r ON r.lens_id = l.id
WHERE k.prefix = $1 AND k.revoked_at IS NULL AND coalesce(k.expires_at > clock_timestamp(), true)
  AND 'read' = ANY(k.scopes)
  AND u.is_active AND u.is_staff AND (u.is_superuser OR NOT EXISTS (
    SELECT FROM unnest(%s) a (id) WHERE coalesce(
        (SELECT false FROM auth_user_user_permissions o
         WHERE o.user_id = u.id AND o.permission_id = a.id LIMIT 1),
        (SELECT false FROM auth_user_groups i JOIN auth_group_permissions o USING (group_id)
         WHERE i.user_id = u.id AND o.permission_id = a.id LIMIT 1), true)))
  AND p.key = $2 AND p.state = 'published'
"""
_PREPARE = f"PREPARE known_score (text, text, text, text) AS {_SHOWN}"
_EXECUTE = "EXECUTE known_score (%s, %s, %s, %s)"
_FOUND = Unchanged[Known]()


def find(asked: Asked) -> Known | None:
    """What is known of a question; None where there is no such row, right or living key, and where
    the database is away, of which the view tells."""
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return None  # behind a pooler each statement may meet another session
    try:
        return _FOUND.get(asked, lambda: _read(asked), lambda known: known.lasts_s)
    except (psycopg.Error, DatabaseError) as error:
        log.warning("a known score was not looked for: %s", type(error).__name__)
        if not connection.in_atomic_block:
            connection.close()
        return None


def _needed() -> list[int]:
    """The numbers of the permissions that the view asks for. A number is never given again."""
    names = [f"view_{table}" for table in CurrentScoreViewSet.shows]
    ours = Permission.objects.filter(content_type__app_label="riskscore", codename__in=names)
    found = list(ours.values_list("pk", flat=True))
    return found if len(found) == len(names) else [0]


def _read(asked: Asked) -> Known | None:
    connection.ensure_connection()
    session: Any = connection.connection
    with psycopg.ClientCursor(session) as cursor:
        if not getattr(session, "knows_scores", False):
            cursor.execute(_PREPARE, [_needed()])
            session.knows_scores = True
        row = cursor.execute(_EXECUTE, asked).fetchone()
    return Known(*row) if row else None
