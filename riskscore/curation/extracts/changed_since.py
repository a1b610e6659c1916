"""What changed since a position: projects, scores and events, each as it is now.

The delta is one of states, not a log: what changed ten times comes once, as it is when it is read,
and what is no longer shown comes as a tombstone. So it costs what changed, keeps no queue, and can
be taken up anywhere. Order: by the transaction that changed it last, then projects before scores
before events. It is complete, whatever commits late, for what a position has not seen is asked for
by transaction (riskscore/sql/position.py). A delta ends with the position that its first page saw,
and what changes meanwhile comes in the next one.

A score has changed when a number of it has: a job that computes the same again is no change, and
neither is a rank.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, transaction

from riskscore.curation.extracts import extract_tables
from riskscore.curation.extracts.extract_tables import CURRENT
from riskscore.models import Export, Lens
from riskscore.sql.position import Position

PROJECT, SCORE, EVENT = "project", "score", "event"
#: In this order within a transaction: what belongs to a project comes after it.
KINDS = (PROJECT, SCORE, EVENT)
_TABLES = {
    PROJECT: Export.What.PROJECTS, SCORE: Export.What.SCORES, EVENT: Export.What.EVENTS,
}  # fmt: skip


class After(NamedTuple):
    """The last item of a page: the next begins behind it."""

    transaction: int
    kind: int
    step: int
    number: int


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. ``removed`` says why it is no longer shown: archived, draft, deleted,
    superseded; empty where it is shown, and ``row`` holds it then. ``key`` is the project's,
    ``number`` an event's."""

    kind: str
    key: str
    number: int
    removed: str
    row: dict[str, Any] | None
    at: After


@dataclass(frozen=True, slots=True)
class Delta:
    """A page of changes. ``after`` is where the next begins, None at the end; whoever has read to
    the end asks for changes since ``until``."""

    changes: Sequence[Change]
    until: Position
    after: After | None


def delta(
    since: Position,
    lens: Lens,
    *,
    kinds: Iterable[str] = KINDS,
    until: Position | None = None,
    after: After | None = None,
    size: int = 100,
) -> Delta:
    """A page of what a position has not seen and ``until`` has; ``until`` is now on the first."""
    until = until or Position.now()
    found: list[_Found] = []
    for step, (kind, source) in enumerate(_SOURCES):
        if kind in kinds:
            found += _of(step, kind, source, since, until, after, lens, size + 1)
    found.sort(key=lambda one: one.at)
    return Delta(_with_rows(found[:size]), until, found[size - 1].at if len(found) > size else None)


class _Found(NamedTuple):
    at: After
    kind: str
    key: str
    removed: str
    number: int


# Each gives: transaction, number (unique within it), key, why it is removed, number of the row.
# {t} is the condition on the transaction; "was shown" keeps keys of drafts to ourselves.
_WAS_SHOWN = """EXISTS (SELECT FROM riskscore_recordchange c WHERE c.model = 'project'
    AND c.record = p.id::text AND c.before ->> 'state' = 'published')"""
_PROJECTS = f"""
SELECT p.changed_in AS t, p.id AS n, p.key, CASE p.state WHEN 'published' THEN '' ELSE p.state END,
    p.id
FROM riskscore_project p WHERE {{t:p.changed_in}} AND {{n:p.changed_in,p.id}}
    AND (p.state = 'published' OR {_WAS_SHOWN})
"""  # noqa: S608 - our own words
_DELETED = """
SELECT c.transaction AS t, c.id AS n, c.about ->> 'key', 'deleted', c.id
FROM riskscore_recordchange c WHERE c.model = 'project' AND c.action = 'removed'
    AND {t:c.transaction} AND {n:c.transaction,c.id} AND (c.before ->> 'state' = 'published'
        OR EXISTS (SELECT FROM riskscore_recordchange e WHERE e.model = 'project'
            AND e.record = c.record AND e.before ->> 'state' = 'published'))
"""
# The last change of a score is the one that left its digest; earlier ones came to nothing.
_SCORES = """
SELECT h.changed_in AS t, h.id AS n, p.key, '', s.id
FROM riskscore_scorehistory h
JOIN riskscore_score s ON s.project_id = h.project_id AND s.lens_id = h.lens_id
    AND s.digest = h.digest
JOIN riskscore_project p ON p.id = h.project_id AND p.state = 'published'
WHERE h.lens_id = %(lens)s AND {t:h.changed_in} AND {n:h.changed_in,h.id}
"""
# What is shown again comes back with all that belongs to it.
_SCORES_SHOWN = """
SELECT p.shown_in AS t, p.id AS n, p.key, '', s.id
FROM riskscore_project p JOIN riskscore_score s ON s.project_id = p.id AND s.lens_id = %(lens)s
WHERE p.state = 'published' AND p.shown_in > 0 AND {t:p.shown_in} AND {n:p.shown_in,p.id}
    AND NOT EXISTS (SELECT FROM riskscore_scorehistory h WHERE h.project_id = p.id
        AND h.lens_id = s.lens_id AND h.digest = s.digest AND {t:h.changed_in})
"""
_EVENTS = f"""
SELECT e.changed_in AS t, v.id AS n, p.key, '', v.id
FROM riskscore_edition e JOIN riskscore_evidence v ON v.edition_id = e.number
JOIN riskscore_project p ON p.id = v.project_id AND p.state = 'published'
WHERE {{t:e.changed_in}} AND {{n:e.changed_in,v.id}} AND {CURRENT}
"""  # noqa: S608 - our own words
_SUPERSEDED = """
SELECT e.changed_in AS t, v.id AS n, p.key, 'superseded', v.supersedes_id
FROM riskscore_edition e JOIN riskscore_evidence v ON v.edition_id = e.number
JOIN riskscore_project p ON p.id = v.project_id AND p.state = 'published'
WHERE {t:e.changed_in} AND {n:e.changed_in,v.id} AND v.supersedes_id IS NOT NULL
"""
_EVENTS_SHOWN = f"""
SELECT p.shown_in AS t, v.id AS n, p.key, '', v.id
FROM riskscore_project p JOIN riskscore_evidence v ON v.project_id = p.id
JOIN riskscore_edition e ON e.number = v.edition_id
WHERE p.state = 'published' AND p.shown_in > 0 AND {{t:p.shown_in}}
    AND {{n:p.shown_in,v.id}} AND {CURRENT}
    AND NOT ({{t:e.changed_in}})
"""  # noqa: S608 - our own words
_SOURCES = (
    (PROJECT, _DELETED), (PROJECT, _PROJECTS), (SCORE, _SCORES), (SCORE, _SCORES_SHOWN),
    (EVENT, _SUPERSEDED), (EVENT, _EVENTS), (EVENT, _EVENTS_SHOWN),
)  # fmt: skip
_UNSEEN = (
    # The first condition is implied by the second, and is the one an index can use.
    "{0} >= %(oldest)s AND ({0} >= %(since)s OR {0} = ANY(%(since_open)s)) AND {0} <> %(since_own)s"
    " AND {0} < %(until)s AND {0} <> ALL(%(until_open)s)"
)


def _of(
    step: int, kind: str, source: str, since: Position, until: Position,
    after: After | None, lens: Lens, size: int,
) -> list[_Found]:  # fmt: skip
    at = KINDS.index(kind)
    params: dict[str, Any] = {
        "lens": lens.pk,
        "oldest": min(since.following, *since.still_open, since.following),
        "since": since.following,
        "since_open": list(since.still_open),
        "since_own": since.own,
        "until": until.following,
        "until_open": list(until.still_open),
        "size": size,
        **_behind(step, at, after),
    }
    sql = _filled(source) + " ORDER BY 1, 2 LIMIT %(size)s"
    with transaction.atomic(), connection.cursor() as cursor:
        # A page follows the index of transactions row by row, whatever the planner thinks of it.
        cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
        cursor.execute(sql, params)
        return [
            _Found(After(t, at, step, n), kind, key, removed, number)
            for t, n, key, removed, number in cursor.fetchall()
        ]


def _behind(step: int, kind: int, after: After | None) -> dict[str, int]:
    """Transaction and number behind which a source goes on after the last item of a page."""
    if after is None:
        return {"after": -1, "behind": -1}
    if (kind, step) == (after.kind, after.step):
        return {"after": after.transaction, "behind": after.number}
    later = (kind, step) > (after.kind, after.step)
    return {"after": after.transaction, "behind": -1 if later else 2**63 - 1}


def _filled(source: str) -> str:
    for name in ("p.changed_in", "p.shown_in", "h.changed_in", "e.changed_in", "c.transaction"):
        source = source.replace(f"{{t:{name}}}", _UNSEEN.format(name))
    for one, other in (
        ("p.changed_in", "p.id"), ("p.shown_in", "p.id"), ("p.shown_in", "v.id"),
        ("h.changed_in", "h.id"), ("e.changed_in", "v.id"), ("c.transaction", "c.id"),
    ):  # fmt: skip
        behind = f"({one}, {other}) > (%(after)s, %(behind)s)"
        source = source.replace(f"{{n:{one},{other}}}", behind)
    return source


def _with_rows(found: Sequence[_Found]) -> list[Change]:
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for kind in KINDS:
        numbers = [one.number for one in found if one.kind == kind and not one.removed]
        if numbers:
            each = extract_tables.of_numbers(_TABLES[kind], numbers)
            rows |= {(kind, number): row for number, row in each.items()}
    changes = (
        Change(
            one.kind, one.key, one.number if one.kind == EVENT else 0, one.removed,
            None if one.removed else rows.get((one.kind, one.number)), one.at,
        )
        for one in found
    )  # fmt: skip
    # What went between the two queries is a change of its own, and comes with the next delta.
    return [change for change in changes if change.removed or change.row is not None]
