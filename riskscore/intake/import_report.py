"""Progress and faults of an import, stored while its file is read."""

from collections.abc import Sequence

from django.db import connection, transaction

from riskscore.jobs.work_items import IMPORTS, Lease, LeaseLost, hold
from riskscore.models import Intake, IntakeFault
from riskscore.sources.bad_file import BadFile

#: Faults kept as rows; all are counted.
MOST_FAULTS = 10_000


# Control flow between the reading of a file and intake.run; no person ever reads these three.


class Cancelled(Exception):
    """Somebody cancelled the import."""


class Rejected(Exception):
    """Rows of the file are wrong; they stand in the report."""


def lease_of(intake: Intake) -> Lease:
    """The lease under which the import is worked on here."""
    return Lease(IMPORTS, intake.id, intake.token, intake.attempts, intake.worker)


def reject(intake: Intake, faults: Sequence[BadFile]) -> None:
    """Keep faults as rows, the first MOST_FAULTS of them; count them all. Raises LeaseLost."""
    room = max(MOST_FAULTS - intake.rejected, 0)
    if rows := [_fault(intake, fault) for fault in faults[:room]]:
        with transaction.atomic():
            hold(lease_of(intake))
            IntakeFault.objects.bulk_create(rows)
    intake.rejected += len(faults)


def _fault(intake: Intake, fault: BadFile) -> IntakeFault:
    return IntakeFault(
        intake=intake,
        line=fault.row,
        column=_short(fault.column, 80),
        value="" if fault.value is None else _short(str(fault.value), 200),
        reason=_short(fault.reason, 300),
        remedy=_short(fault.remedy, 300),
    )


def _short(text: str, most: int) -> str:
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:most]


_REPORT = """
UPDATE riskscore_intake SET bytes_read = %s, rows_read = %s, rejected = %s, left_out = %s
WHERE id = %s AND state = 'running' AND token = %s RETURNING cancel_requested_at
"""


def report(intake: Intake) -> None:
    """Show how far the reading is. Raises Cancelled and LeaseLost."""
    counts = [intake.bytes_read, intake.rows_read, intake.rejected, intake.left_out]
    with connection.cursor() as cursor:
        cursor.execute(_REPORT, [*counts, intake.id, intake.token])
        row = cursor.fetchone()
    if row is None:
        raise LeaseLost(f"import {intake.id} was taken over, or has ended")
    if row[0] is not None:
        raise Cancelled
