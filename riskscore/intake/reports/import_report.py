"""Progress and faults of an import, stored while its file is read, and the rows that are wrong.

The rows are kept as they stand in the file, under its header, to be mended and imported by
themselves: a second look at the file, taken only where rows are wrong. Publishers' own formats and
maps are not tables of rows with a header; of those only the report is kept.
"""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from riskscore.jobs.work_items import IMPORTS, Lease, LeaseLost, hold
from riskscore.models import Intake, IntakeFault
from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.formula_guard import disarmed
from riskscore.sources.tables.table import kind_of, table_lines

#: Faults kept as rows; all are counted.
MOST_FAULTS = 10_000
#: Cells of a row that are kept, and letters of a cell.
MOST_CELLS, MOST_LETTERS = 200, 2_000
#: The columns that say why; a file with them can be imported as it is, since they are not ours.
WHY = ("what is wrong", "what to do")


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
UPDATE riskscore_intake SET bytes_read = %s, rows_read = %s, rejected = %s, left_out = %s,
    left_out_by_reason = %s, remarks = %s
WHERE id = %s AND state = 'running' AND token = %s RETURNING cancel_requested_at
"""


def report(intake: Intake) -> None:
    """Show how far the reading is. Raises Cancelled and LeaseLost."""
    counts: list[Any] = [intake.bytes_read, intake.rows_read, intake.rejected, intake.left_out]
    words: list[Any] = [Jsonb(intake.left_out_by_reason), Jsonb(intake.remarks)]
    with connection.cursor() as cursor:
        cursor.execute(_REPORT, [*counts, *words, intake.id, intake.token])
        row = cursor.fetchone()
    if row is None:
        raise LeaseLost(f"import {intake.id} was taken over, or has ended")
    if row[0] is not None:
        raise Cancelled


def keep_rows(intake: Intake, file: BinaryIO) -> None:
    """Store the header and the cells of each row that has a fault, for as long as the report is."""
    first: dict[int, IntakeFault] = {}
    for fault in intake.faults.filter(line__isnull=False).order_by("line", "id"):
        first.setdefault(fault.line or 0, fault)
    if not first:
        return
    header, found = _read(file, intake, set(first))
    if not header:
        return
    for line, cells in found.items():
        first[line].cells = _cells(cells)
    IntakeFault.objects.bulk_update([first[line] for line in found], ["cells"], batch_size=500)
    Intake.objects.filter(pk=intake.pk).update(header=_cells(header))


def _read(
    file: BinaryIO, intake: Intake, wanted: set[int]
) -> tuple[list[str], dict[int, list[str]]]:
    """The header, and the wanted rows by line; a file that cannot be read again has none."""
    file.seek(0)
    found: dict[int, list[str]] = {}
    header: list[str] = []
    try:
        kind = kind_of(file, intake.file)
        if kind == "geojson":
            return [], {}
        lines = table_lines(file, kind, intake.read_as.get("sheet", ""))
        header_row = intake.read_as.get("header_row", 1)
        for line, cells in lines:
            if line <= header_row or not header:
                header = cells
            elif line in wanted:
                found[line] = [str(cell) for cell in cells]
            if len(found) == len(wanted):
                break
    except BadFile:
        # What is wrong with the file as a whole stands in the report already.
        return [], {}
    return header, found


def _cells(cells: list[str]) -> list[str]:
    return [cell.replace("\0", "")[:MOST_LETTERS] for cell in cells[:MOST_CELLS]]


def to_mend(intake: Intake) -> Iterator[tuple[str, ...]]:
    """The kept rows under their header, with what is wrong and what to do; empty if none is kept.

    Harmless in a spreadsheet: what the import itself wrote before a formula is taken off again.
    """
    if not intake.header:
        return
    width = len(intake.header)
    yield (*(disarmed(cell) for cell in intake.header), *WHY)
    why = _reasons(intake)
    for fault in intake.faults.exclude(cells=None).order_by("line", "id").iterator():
        found = fault.cells or []
        cells = [*found, *[""] * (width - len(found))][:width]
        yield tuple(disarmed(cell) for cell in (*cells, *why[fault.line or 0]))


def _reasons(intake: Intake) -> dict[int, tuple[str, str]]:
    """By line: every reason and every remedy of the row, in a text each."""
    reasons: dict[int, list[str]] = {}
    remedies: dict[int, list[str]] = {}
    for fault in intake.faults.order_by("line", "id").iterator():
        where = f"{fault.column}: " if fault.column else ""
        reasons.setdefault(fault.line or 0, []).append(f"{where}{fault.reason}")
        remedies.setdefault(fault.line or 0, []).append(fault.remedy)
    return {
        line: ("; ".join(words), " ".join(dict.fromkeys(remedies[line])))
        for line, words in reasons.items()
    }
