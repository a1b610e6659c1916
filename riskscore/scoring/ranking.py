"""Ranks with ties, and with how many others a project shares its score.

Everything here is about **ranked projects**: published, scored through the lens, assessed, and
without a flag that keeps them out (duplicates, steel plants, sites without known output). *Shared
with* is the number of **other** ranked projects with exactly the same score, so the project itself
never counts. The API, the admin pages and the tables of the demo all read ranks by these functions.

Ranks are kept, not counted: triggers record each change (riskscore/sql/ranking.sql), so that ranks
are exact whenever they are read. Only while a job rewrites the scores of many projects they stay
those of before it, and are made anew as it ends; ``ranked_at`` says as of when.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from riskscore.models import Project, Score
from riskscore.models.scores import NODES
from riskscore.sql.copied_rows import Joined

UNRANKED = {str(flag) for flag in Project.UNRANKED}
#: What a page says beside the number of projects that a score is shared with.
SHARED = (
    "Most inputs describe the country and the mineral, not the site: {others} other ranked "
    "projects have exactly this composite. Ties are ties."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a score stands on a node: as of ``ranked_at``, ``above`` of ``of`` ranked projects have
    a higher one and ``same`` exactly this one."""

    above: int
    same: int
    of: int
    ranked_at: datetime

    def of_project(self, flags: list[str]) -> dict[str, Any]:
        """What is told of a project with these flags; one that is not ranked has no rank."""
        return {
            "rank": self.above + 1 if is_ranked(flags) else None,
            "shared_with": others(self.same, flags),
            "ranked_at": self.ranked_at,
        }


#: What is told of a score that is not assessed, and where nothing is ranked yet.
NOWHERE: dict[str, Any] = {"rank": None, "shared_with": None, "ranked_at": None}


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where the scores of a page stand on one node."""

    by_score: dict[float, Standing]

    def standing(self, score: float | None, flags: list[str]) -> dict[str, Any]:
        """Rank, the number of *other* ranked projects with this score, and as of when."""
        found = None if score is None else self.by_score.get(score)
        return NOWHERE if found is None else found.of_project(flags)


def is_ranked(flags: list[str]) -> bool:
    """Whether a published project with these flags counts in rankings."""
    return UNRANKED.isdisjoint(flags)


def others(sharing: int, flags: list[str]) -> int:
    """Of the ranked projects with a score, those that are not the project with these flags."""
    return max(sharing - is_ranked(flags), 0)


def ranks(lens: int, node: str, scores: Collection[float | None]) -> Ranks:
    """Where scores of a node stand, by one statement."""
    distinct = [score for score in set(scores) if score is not None]
    rows = _looked_up(lens, [NODES.index(node)] * len(distinct), distinct)
    return Ranks({score: standing for _, score, standing in rows if score is not None})


def are_exact(lens: int) -> bool:
    """Whether every ranked score is in the ranking: no large job is rewriting them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT recording = version FROM riskscore_ranking WHERE lens_id = %s", [lens]
        )
        row = cursor.fetchone()
    return row is not None and bool(row[0])


def standings(lens: int, scores: dict[str, float | None], flags: list[str]) -> dict[str, Any]:
    """One project's standing on every node, by one statement. ``scores`` by node."""
    wanted = [scores.get(node) for node in NODES]
    found = {node: (score, each) for node, score, each in _looked_up(lens, range(5), wanted)}
    result = {}
    for at, node in enumerate(NODES):
        score, standing = found.get(at, (None, None))
        told = NOWHERE if standing is None or score is None else standing.of_project(flags)
        result[node] = {**told, "of": 0 if standing is None else standing.of}
    return result


def shared_with(score: Score) -> int:
    """How many other ranked projects have exactly this composite; 0 where it is not assessed."""
    if score.composite is None:
        return 0
    found = ranks(score.lens_id, "composite", [score.composite])
    return found.standing(score.composite, score.project.flags)["shared_with"] or 0


# Of each (node, score): the one block that may hold it, and what has changed since. A score below
# all blocks has all projects above it.
LOOK_UP = """
SELECT n.node, n.score,
    coalesce(b.above + i.above, r.projects[n.node + 1]) + c.above,
    coalesce(i.same, 0) + c.same,
    r.projects[n.node + 1] + c.of,
    greatest(r.ranked_at, c.changed_at)
FROM riskscore_ranking r CROSS JOIN unnest(%s::int[], %s::float8[]) n (node, score)
LEFT JOIN LATERAL (
    SELECT above, scores, sharing FROM riskscore_rankblock
    WHERE lens_id = r.lens_id AND version = r.version AND node = n.node AND lowest <= n.score
    ORDER BY lowest DESC LIMIT 1
) b ON true
CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.sharing) FILTER (WHERE e.score > n.score), 0) AS above,
        coalesce(sum(e.sharing) FILTER (WHERE e.score = n.score), 0) AS same
    FROM unnest(b.scores, b.sharing) e (score, sharing)
) i
CROSS JOIN LATERAL (
    SELECT coalesce(sum(change) FILTER (WHERE score > n.score), 0) AS above,
        coalesce(sum(change) FILTER (WHERE score = n.score), 0) AS same,
        coalesce(sum(change), 0) AS of, max(changed_at) AS changed_at
    FROM riskscore_rankchange
    WHERE lens_id = r.lens_id AND version = r.version AND node = n.node
) c
WHERE r.lens_id = %s AND (r.version > 0 OR r.recording = 0)
"""


_ALL = """(
SELECT score, (sum(sharing) OVER (ORDER BY score DESC) - sharing)::bigint AS above, sharing AS same
FROM (
    SELECT score, sum(sharing) AS sharing FROM (
        SELECT e.score, e.sharing FROM riskscore_ranking r
        JOIN riskscore_rankblock b ON b.lens_id = r.lens_id AND b.version = r.version
        CROSS JOIN unnest(b.scores, b.sharing) e (score, sharing)
        WHERE r.lens_id = {lens:d} AND b.node = {node:d}
        UNION ALL
        SELECT c.score, c.change FROM riskscore_ranking r
        JOIN riskscore_rankchange c ON c.lens_id = r.lens_id AND c.version = r.version
        WHERE r.lens_id = {lens:d} AND c.node = {node:d}
    ) one GROUP BY score
) ranked)"""
_RANKED_AT = """(
SELECT greatest(r.ranked_at, (
    SELECT max(c.changed_at) FROM riskscore_rankchange c
    WHERE c.lens_id = r.lens_id AND c.version = r.version AND c.node = {node:d})) AS ranked_at
FROM riskscore_ranking r WHERE r.lens_id = {lens:d} OFFSET 0)"""  # OFFSET: once, not for each row


def in_sql(lens: int, node: str, score: str, flags: str) -> Joined:
    """What ``Ranks.standing`` tells of each row, of published projects; ``score`` and ``flags`` are
    SQL of the row. Only where the ranks are exact: a score that is not among them is of no ranked
    project.
    """
    words = {"lens": lens, "node": NODES.index(node)}
    is_ranked = f"riskscore_is_ranked('published', {flags})"
    others = f"greatest(coalesce(standing.same, 0) - {is_ranked}::int, 0)"
    return Joined(
        tables=f"LEFT JOIN {_ALL.format(**words)} standing ON standing.score = {score}"
        f" CROSS JOIN {_RANKED_AT.format(**words)} ranking",
        columns={
            "rank": f"CASE WHEN {is_ranked} THEN standing.above + 1 END",
            "shared_with": f"CASE WHEN {score} IS NOT NULL THEN {others} END",
            "ranked_at": f"CASE WHEN {score} IS NOT NULL THEN ranking.ranked_at END",
        },
    )


def _looked_up(
    lens: int, nodes: Collection[int], scores: Collection[float | None]
) -> list[tuple[int, float | None, Standing]]:
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, [list(nodes), list(scores), lens])
        return [
            (node, score, Standing(int(above), int(same), int(of), at))
            for node, score, above, same, of, at in cursor
        ]


# --- Keeping ------------------------------------------------------------------------------------
#: Changes on record at which the blocks are made anew, lest readers add them up for long.
MOST_CHANGES = 2000
#: While a large job is at work ranks are that old at most.
OLDEST = "5 minutes"
_DUE = f"""
SELECT r.lens_id FROM riskscore_ranking r
WHERE (r.recording IS DISTINCT FROM r.version OR {MOST_CHANGES} < (
        SELECT count(*) FROM riskscore_rankchange c
        WHERE c.lens_id = r.lens_id AND c.version = r.version))
"""  # noqa: S608 - a number of our own
_OF_THE_JOB = """
  AND r.lens_id = (SELECT j.lens_id FROM riskscore_job j WHERE j.id = %s AND NOT j.apart)
  AND NOT EXISTS (SELECT FROM riskscore_chunk c
                  WHERE c.job_id = %s AND c.state IN ('pending', 'running'))
"""
_AT_REST = f"""
  AND (r.ranked_at < clock_timestamp() - interval '{OLDEST}' OR NOT EXISTS (
        SELECT FROM riskscore_job j
        WHERE j.lens_id = r.lens_id AND j.state = 'running' AND NOT j.apart))
"""
_BEGIN = "UPDATE riskscore_ranking SET recording = version + 1 WHERE lens_id = %s"


def keep_after(job: uuid.UUID) -> None:
    """Make the ranks anew that a job's last chunk has left behind; of a small job there are none.

    Called before the job is closed: who sees that it has ended sees its ranks.
    """
    for lens in _due(_OF_THE_JOB, [job, job]):
        keep(lens)


def keep_due() -> None:
    """Make the ranks anew that somebody left behind, such as a worker that died."""
    for lens in _due(_AT_REST, []):
        keep(lens)


def _due(condition: str, parameters: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_DUE + condition, parameters)
        return [row[0] for row in cursor.fetchall()]


def keep(lens: int) -> None:
    """Make the blocks of a ranking anew; those who write scores meanwhile do not wait for it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute(_BEGIN, [lens])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("SELECT riskscore_rank_anew(%s)", [lens])
        cursor.execute("SET LOCAL work_mem TO DEFAULT")
        cursor.execute("SET LOCAL jit TO DEFAULT")


def ranked(lens: int) -> QuerySet[Score]:
    """The scores that count in rankings: of published projects without a flag against it."""
    return only_ranked(Score.objects.filter(lens=lens))


def only_ranked(scores: QuerySet[Score]) -> QuerySet[Score]:
    """Of some scores, those that count in rankings."""
    return scores.filter(project__state=Project.State.PUBLISHED).exclude(
        project__flags__overlap=list(Project.UNRANKED)
    )


def not_ranked(scores: QuerySet[Score]) -> QuerySet[Score]:
    """Of some scores, those that :func:`only_ranked` leaves out."""
    return scores.filter(
        ~Q(project__state=Project.State.PUBLISHED)
        | Q(project__flags__overlap=list(Project.UNRANKED))
    )
