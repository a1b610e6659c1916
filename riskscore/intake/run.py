"""From the row of an import to the tables: claim · read · check · compare · load.

An import is leased work (``jobs.work_items``). A heartbeat keeps the lease however long the file
is; a killed worker's staging table ends with its connection, its lease runs out soon, and another
worker begins again. Everything that lasts is written in one transaction, which first locks the row
and finds its own fencing token on it.
"""

import logging
import uuid

from django.db import DatabaseError, connection, transaction

from riskscore.intake import load_file
from riskscore.intake.reports.import_report import Cancelled, Rejected, lease_of, reject
from riskscore.intake.staging import execute, fetch, is_alive
from riskscore.jobs import work_items
from riskscore.jobs.heartbeat import Heartbeat, worker_name
from riskscore.models import Intake, IntakePart
from riskscore.sources import BadFile
from riskscore.sql import authorship
from riskscore.sql.database import pooling

log = logging.getLogger(__name__)

#: A dry run's file is kept so long for its confirmation.
KEPT = "7 days"


def drain(*, waiting_s: float = 0.0) -> None:
    """Import every file that waits.

    ``waiting_s`` leaves those alone that came only so many seconds ago: for the poller.
    """
    work_items.sweep(work_items.IMPORTS)
    for (key,) in fetch(
        "SELECT id FROM riskscore_intake WHERE state = 'queued'"
        " AND created_at NOT BETWEEN clock_timestamp() - make_interval(secs => %s)"
        " AND clock_timestamp() ORDER BY id",
        [waiting_s],
    ):
        take_in(key)
    _forget()


def take_in(key: uuid.UUID) -> bool:
    """Import one file, unless it does not wait. Returns whether it was ours to do."""
    pooling.require_session()
    work_items.sweep(work_items.IMPORTS)
    row = work_items.claim(work_items.IMPORTS, worker_name(), only=key)
    if row is None:
        return False
    lease = work_items.Lease(*row)
    try:
        with Heartbeat(lease.worker, lease):
            _attempt(_begin(lease))
    except work_items.LeaseLost as error:
        log.warning("%s", error)
    except Exception as error:
        _retry_later(lease, error)
    return True


_BEGIN = """
UPDATE riskscore_intake SET started_at = coalesce(started_at, clock_timestamp()), bytes_read = 0,
    rows_read = 0, rejected = 0, left_out = 0, left_out_by_reason = '{}', remarks = '[]',
    read_as = '{}'
WHERE id = %s
"""


def _begin(lease: work_items.Lease) -> Intake:
    """The import without what an earlier attempt left on it. Raises LeaseLost."""
    with transaction.atomic():
        work_items.hold(lease)
        execute(_BEGIN, [lease.id])
        intake = Intake.objects.get(id=lease.id)
        intake.faults.all().delete()
    return intake


def _attempt(intake: Intake) -> None:
    """Load the file; an end that is due to it or to a person is written on the row."""
    try:
        with authorship.by(lambda: intake.created_by_id, "import", f"import of {intake.file}"):
            load_file.load(intake)
    except Cancelled:
        _end(intake, Intake.State.CANCELLED)
    except BadFile as error:
        reject(intake, [error.within(intake.file)])
        _refuse(intake)
    except Rejected:
        _refuse(intake)


def _refuse(intake: Intake) -> None:
    """End an import whose file is wrong, in the words of its first fault."""
    first = intake.faults.order_by("id")[0]
    where = f"line {first.line}, " if first.line else ""
    more = f" And {intake.rejected - 1:,} more." if intake.rejected > 1 else ""
    stop = "" if first.reason.endswith("?") else "."
    _end(intake, Intake.State.FAILED, f"{where}{first.reason}{stop} {first.remedy}{more}")


def _retry_later(lease: work_items.Lease, error: Exception) -> None:
    """Keep the reason of a failure that is not the file's; the import waits again.

    Where that cannot be written either, it waits again at lease expiry.
    """
    log.exception("import %s failed", lease.id)
    reason = f"{type(error).__name__}: {error}"
    if isinstance(error, DatabaseError):
        reason = reason.splitlines()[0]
    try:
        if not is_alive():
            connection.close()
        work_items.retry(lease, reason)
    except DatabaseError as second:
        log.warning("import %s keeps its lease: %s", lease.id, second)


def _end(intake: Intake, state: str, error: str = "") -> None:
    """End the import, with the counts as they are. Raises LeaseLost.

    The file's bytes go; those of a preview that found wrong rows stay for a while, so that the
    others can be imported without them.
    """
    with transaction.atomic():
        reason = work_items.clean(error)
        work_items.finish(lease_of(intake), state, error=reason, rejected=intake.rejected)
        if not (intake.dry_run and state == Intake.State.FAILED and intake.rejected):
            IntakePart.objects.filter(intake=intake).delete()


def _forget() -> None:
    """Delete the bytes of old dry runs, and of imports that were given up."""
    execute(
        "DELETE FROM riskscore_intakepart p USING riskscore_intake i WHERE i.id = p.intake_id"
        " AND (i.finished_at < clock_timestamp() - %s::interval"
        "  OR i.state = 'uploaded' AND i.created_at < clock_timestamp() - %s::interval"
        "  OR i.state = 'failed' AND NOT (i.dry_run AND i.rejected > 0))",
        [KEPT, KEPT],
    )
