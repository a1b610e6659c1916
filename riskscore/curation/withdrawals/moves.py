"""Which scores a withdrawal would move, and by how much, before it is done.

It is done inside a transaction, the very functions of a job read what is then in force, and all of
it is rolled back. The edition of a preview is a number that no real one will ever have: whatever a
process keeps by editions is never taken for something real, and nobody waits for the next edition.

With many projects the work stays bounded. Which of them are concerned is found by the cells of the
tables that differ, as for what is stale (``scoring.staleness``), and counted exactly. Of more than
:data:`MOST_SCORED` one project of each place and primary mineral is scored, since projects that
share both share most of what moves; a preview says so.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from django.db import connection, transaction

from riskscore.curation.withdrawals import taking_back
from riskscore.curation.withdrawals.outcome import Bounds, Outcome, Target
from riskscore.jobs import requests
from riskscore.models import Edition, Job, Lens, Project
from riskscore.models.scores import NODES
from riskscore.scoring import inputs, staleness
from riskscore.scoring.compute import compute

#: Projects that are scored for each buyer's view, and the largest moves that are named.
MOST_SCORED, MOST_NAMED = 5_000, 20
#: Records of a kind that are taken back to see what comes of it.
MOST_TRIED = 500
#: Real editions count up from one.
FIRST_OF_PREVIEWS = 2**61
DIMENSIONS = NODES[1:]


@dataclass(frozen=True, slots=True)
class Move:
    """A project's score without the withdrawal and with it, by node; None: not assessed."""

    key: str
    name: str
    before: dict[str, float | None]
    after: dict[str, float | None]

    @property
    def size(self) -> float:
        """By how much the composite moves, else the dimension that moves most; in points.

        What becomes assessed, or no longer is, moves by 100.
        """
        return max(self._by("composite"), max(self._by(node) for node in DIMENSIONS) / 100)

    def _by(self, node: str) -> float:
        one, other = self.before[node], self.after[node]
        if one is None or other is None:
            return 0.0 if one is other else 100.0
        return abs(one - other)


@dataclass(frozen=True, slots=True)
class Moves:
    """What moves through one buyer's view: ``concerned`` projects have other inputs, of which
    ``scored`` were scored here and ``moved`` have another score; the largest moves by name."""

    lens: str
    concerned: int
    scored: int
    moved: int
    largest: Sequence[Move]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a withdrawal would do, and to which scores; nothing of it is written."""

    outcome: Outcome
    moves: Sequence[Moves]


def preview(target: Target) -> Preview:
    """Try a withdrawal and take it back. Raises CannotWithdraw."""
    jobs = [_job(lens) for lens in Lens.objects.filter(kept_current=True).order_by("id")]
    chosen: list[tuple[int, list[int]]] = []
    with transaction.atomic():
        number = FIRST_OF_PREVIEWS + secrets.randbelow(2**40)
        edition = Edition.objects.create(number=number, reason="preview of a withdrawal")
        outcome = taking_back.take_back(
            target, edition, "preview", by=None, bounds=Bounds(MOST_TRIED)
        )
        after = []
        for job in jobs:
            chosen.append(_concerned(job, edition, outcome))
            after.append(_scored(job, edition, chosen[-1][1]))
        transaction.set_rollback(True)
    moves = [
        _compared(job, count, _scored(job, job.edition, ids), then)
        for job, (count, ids), then in zip(jobs, chosen, after, strict=True)
    ]
    return Preview(outcome, moves)


def _job(lens: Lens) -> Job:
    job, _ = requests.check({"all": True}, lens=lens)
    job.draws = 0
    return job


def _concerned(job: Job, edition: Edition, outcome: Outcome) -> tuple[int, list[int]]:
    """How many published projects have other inputs, and the ids of those to be scored."""
    known, then = (
        inputs.Pinned(number, job.as_of, job.lens.importer_id)
        for number in (job.edition_id, edition.number)
    )
    changes = staleness.changed(known, then, staleness.columns_of(job))
    changes.projects = [*{*changes.projects, *outcome.projects}]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, changes.parameters)
        ((count,),) = cursor.fetchall()
        query = _ALL if count <= MOST_SCORED else _ONE_OF_EACH
        cursor.execute(query, {**changes.parameters, "most": MOST_SCORED})
        return count, [key for (key,) in cursor.fetchall()]


_COUNT = f"SELECT count(*) FROM riskscore_project p WHERE {staleness.AFFECTED}"  # noqa: S608
_ALL = f"SELECT p.id FROM riskscore_project p WHERE {staleness.AFFECTED} ORDER BY p.id"  # noqa: S608
_ONE_OF_EACH = f"""
SELECT id FROM (
    SELECT DISTINCT ON (p.place_id, m.mineral_id) p.id
    FROM riskscore_project p JOIN riskscore_projectmineral m ON m.project_id = p.id
        AND m.role = 'primary'
    WHERE {staleness.AFFECTED} ORDER BY p.place_id, m.mineral_id, p.id
) one LIMIT %(most)s
"""  # noqa: S608 - our own names


def _scored(job: Job, edition: Edition, ids: list[int]) -> dict[int, dict[str, float | None]]:
    """Each node's score of each project, with what is in force at an edition."""
    if not ids:
        return {}
    at = Job(
        lens=job.lens, method=job.method, edition=edition, as_of=job.as_of, seed=job.seed, draws=0
    )
    columns = compute(at, ids).columns
    return {
        int(key): {node: _known(columns[node][row]) for node in NODES}
        for row, key in enumerate(columns["project_id"])
    }


def _known(value: Any) -> float | None:
    return None if isnan(value) else float(value)


def _compared(
    job: Job,
    concerned: int,
    before: dict[int, dict[str, float | None]],
    after: dict[int, dict[str, float | None]],
) -> Moves:
    differ = [key for key in before if key in after and before[key] != after[key]]
    rows = Project.objects.filter(id__in=differ).values_list("id", "key", "name")
    moves = [Move(key, name, before[pk], after[pk]) for pk, key, name in rows]
    moves.sort(key=lambda move: (-move.size, move.key))
    return Moves(str(job.lens), concerned, len(before), len(moves), moves[:MOST_NAMED])
