"""From the row of an intake to the tables: claim · read · check · judge · load.

Whoever works on an intake holds an advisory lock of its connection. A killed worker's connection
ends, its staging table and its lock with it, and another worker begins again. Everything that
lasts is written in one transaction, which first locks the intake's row and finds it running.
"""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from riskscore.intake import load_file
from riskscore.intake.import_report import Cancelled, Rejected, Taken, reject
from riskscore.intake.staging import execute, fetch, is_alive
from riskscore.models import Intake, IntakePart
from riskscore.sources import BadFile

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
WORK_LOCK = 0x7269736B
#: A dry run's file is kept so long for its confirmation.
KEPT = "7 days"


def drain(*, waiting_s: float = 0.0) -> None:
    """Take in every file that waits and on which nobody works.

    ``waiting_s`` leaves those alone that came only so many seconds ago: for the poller.
    """
    for (key,) in fetch(
        "SELECT id FROM riskscore_intake WHERE state IN ('queued', 'running')"
        " AND created_at <= clock_timestamp() - make_interval(secs => %s) ORDER BY id",
        [waiting_s],
    ):
        take_in(key)
    _forget()


def take_in(key: uuid.UUID) -> bool:
    """Take one file in, unless somebody is at it. Returns whether it was ours to do."""
    with _held(key) as ours:
        if ours:
            _attempt(Intake.objects.get(id=key))
    return ours


@contextmanager
def _held(key: uuid.UUID) -> Iterator[bool]:
    """The right to work on an intake, for as long as the connection lives; False: not ours."""
    pair = [WORK_LOCK, key.int & 0x7FFFFFFF]
    ((ours,),) = fetch("SELECT pg_try_advisory_lock(%s, %s)", pair)
    try:
        yield ours
    finally:
        # A connection that is gone has given up the lock by itself.
        if ours and is_alive():
            execute("SELECT pg_advisory_unlock(%s, %s)", pair)


_BEGIN = """
UPDATE riskscore_intake SET state = 'running', attempts = attempts + 1,
    started_at = coalesce(started_at, clock_timestamp()), bytes_read = 0, rows_read = 0,
    rejected = 0, left_out = 0
WHERE id = %s AND state IN ('queued', 'running')
"""


def _attempt(intake: Intake) -> None:
    if intake.attempts >= MAX_ATTEMPTS:
        reason = intake.error or "the worker stopped while it read this file"
        _end(intake, Intake.State.FAILED, f"given up after {MAX_ATTEMPTS} attempts: {reason}")
        return
    if not execute(_BEGIN, [intake.id]):
        return
    intake.refresh_from_db()
    intake.faults.all().delete()
    try:
        load_file.load(intake)
    except Cancelled:
        _end(intake, Intake.State.CANCELLED)
    except Taken as error:
        log.warning("%s", error)
    except BadFile as error:
        reject(intake, [error.within(intake.file)])
        _refuse(intake)
    except Rejected:
        _refuse(intake)
    except Exception as error:
        _note(intake, error)


def _refuse(intake: Intake) -> None:
    """End an intake whose file is wrong, in the words of its first fault."""
    first = intake.faults.order_by("id")[0]
    where = f"line {first.line}, " if first.line else ""
    more = f" And {intake.rejected - 1:,} more." if intake.rejected > 1 else ""
    stop = "" if first.reason.endswith("?") else "."
    _end(intake, Intake.State.FAILED, f"{where}{first.reason}{stop} {first.remedy}{more}")


def _note(intake: Intake, error: Exception) -> None:
    """Keep the reason of a failure that is not the file's; the pollers try again."""
    log.exception("intake %s failed", intake.id)
    if not is_alive():
        connection.close()
    reason = f"{type(error).__name__}: {error}"
    if isinstance(error, DatabaseError):
        reason = reason.splitlines()[0]
    Intake.objects.filter(id=intake.id, state=Intake.State.RUNNING).update(error=reason[:400])


def _end(intake: Intake, state: str, error: str = "") -> None:
    """Leave the open states, with the counts as they are, and let the file's bytes go."""
    with transaction.atomic():
        execute(
            "UPDATE riskscore_intake SET state = %s, error = %s, rejected = %s,"
            " finished_at = clock_timestamp() WHERE id = %s AND state IN ('queued', 'running')",
            [state, error[:400], intake.rejected, intake.id],
        )
        IntakePart.objects.filter(intake=intake).delete()


def _forget() -> None:
    """Let the bytes of old dry runs go."""
    execute(
        "DELETE FROM riskscore_intakepart p USING riskscore_intake i WHERE i.id = p.intake_id"
        " AND i.finished_at < clock_timestamp() - %s::interval",
        [KEPT],
    )
