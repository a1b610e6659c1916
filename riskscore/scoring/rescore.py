"""Claim, compute, save: a worker's round through the chunks, and the only writer of score rows."""

import logging
import time
import uuid
from datetime import datetime
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from riskscore.config import log_context
from riskscore.jobs import ledger, work_items
from riskscore.jobs.heartbeat import Heartbeat, worker_heartbeat, worker_name
from riskscore.models import Job, JobScore
from riskscore.models.scores import NODES
from riskscore.scoring import methods, ranking, staleness
from riskscore.scoring.alerts import raised
from riskscore.scoring.binary_copy import Columns, copy_rows
from riskscore.scoring.compute import compute
from riskscore.sql.database.older_code import OlderCode

log = logging.getLogger(__name__)

#: A task stops claiming after this long and calls itself again, so that it never nears its time
#: limit, and a lost message is made up for soon.
BUDGET_S = 20.0


def drain() -> list[uuid.UUID]:
    """Plan and score until nothing is left or the time is up.

    Returns the jobs of which workers should be notified. Between any two chunks a waiting job is
    planned, so that an urgent one never waits for a large one; a job of many chunks ends the round,
    since other workers can help with it. Code that is older than tables or methods takes no work.
    """
    try:
        methods.refuse_newer()
    except OlderCode as error:
        log.error("no work is taken: %s", error)
        return []
    return _drain()


def _drain() -> list[uuid.UUID]:
    deadline = time.monotonic() + BUDGET_S
    worker = worker_name()
    claim: ledger.Claim | None = None
    worker_heartbeat(worker)
    with Heartbeat(worker) as heart:
        while time.monotonic() < deadline:
            planned = ledger.plan_next(staleness.mark)
            if planned and ledger.is_long(planned[0]):
                return planned
            claim = ledger.claim(worker)
            heart.hold(claim)
            if claim is None and not planned:
                return []
            if claim and not _attempt(claim):
                break
    return [claim.job_id] if claim else []


def _attempt(claim: ledger.Claim) -> bool:
    """Score a chunk, or let it be retried. Returns whether the worker may go on at once."""
    with log_context.about(job=str(claim.job_id)):
        return _tried(claim)


def _tried(claim: ledger.Claim) -> bool:
    try:
        score_chunk(claim)
    except ledger.LeaseLost as error:
        log.warning("%s", error)
    except SoftTimeLimitExceeded:
        ledger.fail(claim, "took longer than a worker may", code="timeout")
        return False
    except (OperationalError, InterfaceError) as error:
        return _retry_later(claim, error)
    except Exception as error:
        # Whatever it was, the chunk goes back and the worker goes on; the row keeps the reason.
        log.exception("chunk %s of job %s failed", claim.id, claim.job_id)
        ledger.fail(claim, f"{type(error).__name__}: {error}")
    ranking.keep_after(claim.job_id)
    ledger.close(claim.job_id)
    return True


#: SQLSTATE classes of transient errors, which are not the chunk's: connection, deadlock, disk,
#: shutdown, and a server that is read-only for a while. Without a code the connection broke.
_TRANSIENT = ("08", "25006", "40", "53100", "53300", "55", "57P")


def _retry_later(claim: ledger.Claim, error: Exception) -> bool:
    """Let a chunk be retried that the database failed; if that fails too, at lease expiry.

    Returns whether the error was the chunk's own, so that the worker may go on at once.
    """
    state = getattr(error.__cause__, "sqlstate", None)
    transient = state is None or state.startswith(_TRANSIENT)
    log.warning("chunk %s of job %s: %s", claim.id, claim.job_id, error)
    try:
        ledger.fail(claim, f"{type(error).__name__}: {error}", transient=transient)
    except DatabaseError:
        connection.close()
    return not transient


def score_chunk(claim: ledger.Claim) -> None:
    """Score the projects of a claimed chunk and write the scores, all or none. Raises LeaseLost."""
    job = Job.objects.select_related("lens").get(id=claim.job_id)
    log_context.add(request_id=job.request_id)
    computed = compute(job, claim.project_ids)
    with transaction.atomic():
        # First the token: who lost the lease must not get as far as writing.
        now = ledger.finish(claim, failed=0)
        work_items.bound_transaction()
        _stage(computed.columns | computed.about)
        if job.apart:
            _write(_WRITE_APART, job, now)
            return
        ledger.ensure_history_partition(now.date())
        _write(_WRITE, job, now)
        raised.of_scores(job.lens_id, job.id, now)


_STAGED = {
    "composite": "float8",
    "geopolitical": "float8",
    "concentration": "float8",
    "labour": "float8",
    "indigenous": "float8",
    "interval_low": "float8",
    "interval_high": "float8",
    "coverage": "float8",
    "node_low": "float8[]",
    "node_high": "float8[]",
    "node_coverage": "float8[]",
    "context": "float8[]",
    "residual": "float8[]",
    "inputs": "float8[]",
    "contributions": "float8[]",
    "band": "int8",
    "project_id": "int8",
    "input_version": "int8",
    "digest": "bytea",
    "input_minerals": "int4[]",
    "input_years": "int4[]",
    "input_first_years": "int4[]",
    "input_errors": "float8[]",
    "node_minerals": "int4[]",
    "mineral_scores": "float8[]",
    "node_without_learned": "float8[]",
}
_NULLABLE = (*NODES, "interval_low", "interval_high")


def _stage(columns: Columns) -> None:
    """Put the rows into this connection's staging table, which empties itself at commit."""
    layout = ", ".join(f"{name} {kind}" for name, kind in _STAGED.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS staged_score ({layout}) ON COMMIT DELETE ROWS"
        )
        # Inside a caller's transaction an earlier chunk's rows are still there.
        cursor.execute("DELETE FROM staged_score")
    copy_rows("staged_score", columns)


_SHARED = (
    *_STAGED,
    "lens_id",
    "method_id",
    "job_id",
    "edition",
    "as_of",
    "computed_at",
    "place_id",
)
_CHOSEN = ", ".join(
    f"NULLIF(s.{name}, 'NaN')" if name in _NULLABLE else f"s.{name}" for name in _STAGED
)
_UPDATED = ", ".join(
    f"{name} = EXCLUDED.{name}" for name in _SHARED if name not in ("project_id", "lens_id")
)

# Rows come in the order of project ids, so that two jobs never wait for each other in a circle.
# An older input, edition or day never overwrites a newer one; a day that has not come yet, of a
# clock that was wrong, gives way. History gets what differs from before.
_WRITE = f"""
WITH written AS (
    INSERT INTO riskscore_score ({", ".join(_SHARED)})
    SELECT {_CHOSEN}, %(lens)s, %(method)s, %(job)s, %(edition)s, %(as_of)s, %(now)s,
        CASE WHEN p.input_version = s.input_version THEN p.place_id END
    FROM staged_score s JOIN riskscore_project p ON p.id = s.project_id
    ORDER BY s.project_id
    ON CONFLICT (project_id, lens_id) DO UPDATE SET {_UPDATED}
    WHERE EXCLUDED.edition >= riskscore_score.edition
      AND EXCLUDED.input_version >= riskscore_score.input_version
      AND (EXCLUDED.as_of >= riskscore_score.as_of OR riskscore_score.as_of > %(now)s::date)
    RETURNING old.digest AS before, new.*
)
INSERT INTO riskscore_scorehistory ({", ".join(_SHARED)})
SELECT {", ".join(_SHARED)} FROM written WHERE before IS DISTINCT FROM digest
"""  # noqa: S608 - the names are our own

_OF_THE_JOB = [name for name in _SHARED if name not in ("lens_id", "method_id")]
# What a job makes for another day, seed or number of draws stands beside the current scores.
_WRITE_APART = f"""
INSERT INTO riskscore_jobscore ({", ".join(_OF_THE_JOB)})
SELECT {_CHOSEN}, %(job)s, %(edition)s, %(as_of)s, %(now)s,
    CASE WHEN p.input_version = s.input_version THEN p.place_id END
FROM staged_score s JOIN riskscore_project p ON p.id = s.project_id
ORDER BY s.project_id
ON CONFLICT (job_id, project_id) DO NOTHING
"""  # noqa: S608 - the names are our own


def _write(statement: str, job: Job, now: datetime) -> None:
    """From the staging table to the tables: here a score row is written, with its history."""
    pinned: dict[str, Any] = {
        "lens": job.lens_id,
        "method": job.method_id,
        "job": job.id,
        "edition": job.edition_id,
        "as_of": job.as_of,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, pinned)


#: How many rows of what jobs made apart go in one sweep.
MOST_FORGOTTEN = 20_000
_FORGET = """
WITH old AS (
    SELECT id FROM (
        SELECT id, finished_at, row_number() OVER (PARTITION BY created_by_id ORDER BY id DESC) AS n
        FROM riskscore_job WHERE apart
    ) j WHERE finished_at IS NOT NULL
        AND (n > %s OR finished_at < clock_timestamp() - %s::interval)
)
DELETE FROM riskscore_jobscore WHERE id IN (
    SELECT s.id FROM old CROSS JOIN LATERAL (
        SELECT id FROM riskscore_jobscore WHERE job_id = old.id LIMIT %s) s
    LIMIT %s)
"""


def forget_apart() -> int:
    """Delete what jobs made apart and is kept no longer, some rows at a time. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FORGET, [JobScore.OF_ONE_PERSON, JobScore.KEPT, MOST_FORGOTTEN, MOST_FORGOTTEN]
        )
        return int(cursor.rowcount)
