"""What waits for a person: counts with the age of the oldest, each for those who may act on it.

All of it is one statement over partial indexes, and no count goes beyond ``MOST``: it costs the
same with a million projects. The answer is kept for some seconds per person.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

#: Seconds for which a person is shown the same counts.
KEPT_S = 10
#: What is more is shown as "more than".
MOST = 1_000
#: Failures older than this no longer call for anybody.
FAILURES_DAYS = 14


@dataclass(frozen=True, slots=True)
class Queue:
    """One thing that may wait: ``rows`` gives a moment for each, whose oldest is its age.

    A backlog is worked off over months: it stands on the first page, and is no badge of the menu.
    """

    name: str
    permission: str
    one: str
    many: str
    page: str
    query: str
    rows: str
    is_backlog: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a queue wait, since when, and where they are."""

    page: str
    number: int
    words: str
    since: datetime | None
    link: str
    is_backlog: bool

    @property
    def shown(self) -> str:
        """The number; beyond MOST nothing was counted."""
        return f"{MOST:,}+" if self.number > MOST else f"{self.number:,}"


_WATCHED = """
SELECT project_id FROM riskscore_watch WHERE user_id = %(user)s AND project_id IS NOT NULL
UNION SELECT m.project_id FROM riskscore_watch w
    JOIN riskscore_projectlist_projects m ON m.projectlist_id = w.project_list_id
    WHERE w.user_id = %(user)s
UNION SELECT h.project_id FROM riskscore_watch w
    JOIN riskscore_position h ON h.portfolio_id = w.portfolio_id WHERE w.user_id = %(user)s
"""
_OWNERS_WATCHED = f"""
SELECT o.entered_at AS since FROM riskscore_ownership o
WHERE o.state = 'unverified' AND o.project_id IN ({_WATCHED})
  AND NOT EXISTS (SELECT FROM riskscore_ownership n WHERE n.supersedes_id = o.id)
"""  # noqa: S608 - our own names
QUEUES = (
    Queue(
        "challenges", "change_challenge", "open challenge", "open challenges",
        "admin:riskscore_challenge_changelist", "state__exact=open",
        "SELECT filed_at AS since FROM riskscore_challenge WHERE state = 'open'",
    ),
    Queue(
        "imports", "view_intake", "failed import", "failed imports",
        "admin:riskscore_intake_changelist", "state__exact=failed",
        "SELECT i.finished_at AS since FROM riskscore_intake i"
        " WHERE i.state = 'failed' AND i.id > %(recent)s AND NOT EXISTS ("
        "SELECT FROM riskscore_intake l WHERE l.id > i.id AND l.state = 'succeeded'"
        " AND NOT l.dry_run AND (l.source, l.layout) = (i.source, i.layout))",
    ),
    Queue(
        "jobs", "view_job", "failed job", "failed jobs",
        "admin:riskscore_job_changelist", "state__exact=failed",
        "SELECT j.finished_at AS since FROM riskscore_job j"
        " WHERE j.state IN ('failed', 'partially_failed') AND j.id > %(recent)s"
        " AND NOT EXISTS (SELECT FROM riskscore_job r WHERE r.retry_of_id = j.id)",
    ),
    Queue(
        "drift", "view_learnedmodel", "learned model has drifted", "learned models have drifted",
        "admin:riskscore_learnedmodel_changelist", "state__exact=champion",
        "SELECT m.created_at AS since FROM riskscore_learnedmodel m WHERE m.state = 'champion'"
        " AND (m.card -> 'drift' ->> 'predictions')::float8 >= %(drift)s",
    ),
    Queue(
        "candidates", "promote_learnedmodel", "trained model to decide on",
        "trained models to decide on",
        "admin:riskscore_learnedmodel_changelist", "state__exact=candidate",
        "SELECT created_at AS since FROM riskscore_learnedmodel WHERE state = 'candidate'",
    ),
    Queue(
        "reviews", "review_method", "method to review", "methods to review",
        "admin:riskscore_method_changelist", "state__exact=review",
        "SELECT submitted_at AS since FROM riskscore_method WHERE state = 'review'"
        " AND (submitted_by_id <> %(user)s OR %(alone)s)",
    ),
    Queue(
        "owners", "add_ownership", "unverified owner of what you watch",
        "unverified owners of what you watch",
        "admin:riskscore_ownership_changelist", "state__exact=unverified",
        _OWNERS_WATCHED,
    ),
    Queue(
        "doubts", "add_ownership", "owner in doubt between sources",
        "owners in doubt between sources",
        "admin:riskscore_ownership_changelist", "state__exact=unverified",
        "SELECT o.entered_at AS since FROM riskscore_ownership o"
        " WHERE o.state = 'unverified' AND o.doubt <> ''"
        " AND NOT EXISTS (SELECT FROM riskscore_ownership n WHERE n.supersedes_id = o.id)",
        is_backlog=True,
    ),
    Queue(
        "places", "change_project", "project whose sources disagree on its country",
        "projects whose sources disagree on their country",
        "admin:riskscore_project_changelist", "flag=place_disputed",
        "SELECT p.created_at AS since FROM riskscore_project p"
        " WHERE p.state = 'published' AND p.flags @> ARRAY['place_disputed']::varchar(20)[]",
        is_backlog=True,
    ),
    Queue(
        "drafts", "change_project", "draft that may be a known site or lies elsewhere",
        "drafts that may be known sites or lie elsewhere",
        "admin:riskscore_project_changelist", "state__exact=draft",
        "SELECT p.created_at AS since FROM riskscore_project p WHERE p.state = 'draft'"
        " AND p.flags && ARRAY['duplicate', 'place_disputed']::varchar(20)[]",
        is_backlog=True,
    ),
    Queue(
        "alerts", "view_score", "unread alert", "unread alerts", "admin:alerts", "",
        "SELECT at AS since FROM riskscore_alert WHERE user_id = %(user)s AND read_at IS NULL",
    ),
)  # fmt: skip


def badges(request: HttpRequest) -> dict[str, int]:
    """How many wait behind each entry of the menu, by the name of its address.

    Only for entries where something waits. One query, and none for some seconds after.
    """
    found: dict[str, int] = {}
    for one in what_waits(request):
        if one.is_backlog:
            continue
        found[one.page] = found.get(one.page, 0) + one.number
    return found


def what_waits(request: HttpRequest) -> list[Waiting]:
    """What waits for the person who asks, in the order of QUEUES."""
    key = f"waiting:{request.user.pk}"
    kept: list[Waiting] | None = cache.get(key)
    if kept is None:
        kept = _count(request)
        cache.set(key, kept, KEPT_S)
    return kept


def forget(request: HttpRequest) -> None:
    """Count anew at the next look: this person has just dealt with something."""
    cache.delete(f"waiting:{request.user.pk}")


def _count(request: HttpRequest) -> list[Waiting]:
    asked = [q for q in QUEUES if request.user.has_perm(f"riskscore.{q.permission}")]
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_statement(asked), _parameters(request.user.pk))
        found = {name: (number, since) for name, number, since in cursor.fetchall()}
    return [_waiting(queue, *found[queue.name]) for queue in asked if found[queue.name][0]]


def _statement(asked: Sequence[Queue]) -> str:
    each = (
        f"SELECT '{queue.name}', count(*), min(since)"  # noqa: S608 - our own names
        f" FROM ({queue.rows} LIMIT {MOST + 1}) {queue.name}"
        for queue in asked
    )
    return " UNION ALL ".join(each)


def _parameters(user: Any) -> dict[str, Any]:
    then = timezone.now() - timedelta(days=FAILURES_DAYS)
    return {
        "user": user,
        # Ids of jobs and imports begin with their moment, so the key's index finds the recent.
        "recent": uuid.UUID(int=int(then.timestamp() * 1000) << 80),
        "drift": settings.DRIFT_ALERT,
        "alone": settings.ONE_PERSON_TEAM,
    }


def _waiting(queue: Queue, number: int, since: datetime | None) -> Waiting:
    query = f"?{queue.query}" if queue.query else ""
    words = queue.one if number == 1 else queue.many
    link = f"{reverse(queue.page)}{query}"
    return Waiting(queue.page, number, words, since, link, queue.is_backlog)
