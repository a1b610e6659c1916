"""One file, whole: read into a staging table, check, then load in one transaction or not at all."""

from itertools import islice
from types import ModuleType
from typing import Any, BinaryIO

from django.db import transaction

from riskscore.intake import (
    capacity_ranges,
    conflicts,
    exports,
    file_rows,
    new_release,
    observations,
    staging,
)
from riskscore.intake import evidence as intake_evidence
from riskscore.intake import projects as intake_projects
from riskscore.intake.aliases import Resolver, known_names
from riskscore.intake.editions import stated
from riskscore.intake.facts import capacities as intake_capacities
from riskscore.intake.facts import offtake as intake_offtake
from riskscore.intake.facts import statuses as intake_statuses
from riskscore.intake.import_diff import JUMP, ImportDiff
from riskscore.intake.layers import layer_file
from riskscore.intake.ownership import companies as intake_companies
from riskscore.intake.ownership import owners as intake_owners
from riskscore.intake.reports.import_report import (
    Cancelled,
    Rejected,
    keep_rows,
    lease_of,
    reject,
    report,
)
from riskscore.intake.staging import execute, fetch
from riskscore.jobs import work_items
from riskscore.jobs.ledger import DATABASE_CLOCK
from riskscore.models import Intake, IntakePart
from riskscore.sources.bad_file import BadFile
from riskscore.sources.publishers import baci_exports, busch, icmm, usgs, wmd
from riskscore.sources.registers import defensoria
from riskscore.sources.tables import (
    capacities,
    companies,
    evidence,
    map_layers,
    offtake,
    owners,
    projects,
    statuses,
)

#: One intake at a time compares itself with what holds for a source.
SOURCE_LOCK = 0x7269736C
#: What a source states, where it is not observations.
KINDS: dict[str, ModuleType] = {
    projects.SOURCE.code: intake_projects,
    icmm.SOURCE.code: intake_projects,
    busch.SOURCE.code: intake_projects,
    evidence.SOURCE.code: intake_evidence,
    owners.SOURCE.code: intake_owners,
    companies.SOURCE.code: intake_companies,
    statuses.SOURCE.code: intake_statuses,
    capacities.SOURCE.code: intake_capacities,
    offtake.SOURCE.code: intake_offtake,
    defensoria.SOURCE.code: conflicts,
    baci_exports.SOURCE.code: exports,
    map_layers.SOURCE.code: layer_file,
}
#: What the ranges of unstated capacities are made from.
FEEDING_RANGES = tuple(module.SOURCE.code for module in (wmd, usgs, projects, icmm, busch))


def load(intake: Intake) -> None:
    """Import the file, or say what would change.

    Raises BadFile, Rejected, Cancelled and LeaseLost.

    Three steps: rows by COPY into a table of this connection; checks over all of them; one
    transaction that compares them against what holds and moves the news. Only the last one lasts.
    """
    kind = KINDS.get(intake.layout, observations)
    strict = file_rows.is_strict(file_rows.layout_of(intake))
    with file_rows.opened(intake) as file, staging.table(kind.STAGED, kind.COLUMNS):
        stated.settle(intake, file)
        parsed = getattr(kind, "rows", file_rows.rows)(intake, file)
        rows = kind.stage(parsed, Resolver(intake.source, known_names(), strict=strict))
        staging.fill(intake, kind.STAGED, rows, file.tell)
        _check(intake, kind, file)
        with transaction.atomic():
            execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SOURCE_LOCK, intake.source])
            _hold(intake)
            diff = kind.compare(intake)
            _store(intake, kind, diff)


def _check(intake: Intake, kind: ModuleType, file: BinaryIO) -> None:
    """Store the faults that only the whole file shows; raise if it may not be loaded with them."""
    with transaction.atomic():
        faults = kind.check(intake)
        while batch := list(islice(faults, staging.BATCH)):
            reject(intake, batch)
    report(intake)
    if intake.rejected and hasattr(file_rows.layout_of(intake), "rows"):
        keep_rows(intake, file)
    if intake.rejected and not intake.skip_bad:
        raise Rejected
    if not fetch(f"SELECT 1 FROM {kind.STAGED} LIMIT 1"):  # noqa: S608 - our own name
        if intake.rejected:
            raise Rejected
        raise BadFile("no row of it is about anything of ours", remedy="Check the file.")


def _hold(intake: Intake) -> None:
    """Lock the row until the end of the transaction, if the import is still to be done here."""
    work_items.hold(lease_of(intake))
    if Intake.objects.filter(id=intake.id, cancel_requested_at__isnull=False).exists():
        raise Cancelled


def _store(intake: Intake, kind: ModuleType, diff: ImportDiff) -> None:
    """Load what is new unless this is a dry run, and store the counts on the import's row."""
    _refuse_jumps(intake, diff)
    made: dict[str, Any] = {}
    edition = _edition(intake, kind) if diff.is_news else ""
    if diff.is_news and not intake.dry_run:
        made = (
            kind.store(intake) if hasattr(kind, "store") else _release(intake, kind, edition, diff)
        )
    follows = bool(made) and kind.IS_SCORED and not diff.kept
    Intake.objects.filter(id=intake.id).update(
        state=Intake.State.LOADED if follows else Intake.State.SUCCEEDED,
        finished_at=None if follows else DATABASE_CLOCK,
        error="",
        added=diff.added,
        changed=diff.changed,
        unchanged=diff.unchanged,
        gone=diff.gone,
        preview=diff.preview,
        jumps=diff.jumps,
        rejected=intake.rejected,
        left_out=intake.left_out,
        left_out_by_reason=intake.left_out_by_reason,
        remarks=intake.remarks,
        read_as=intake.read_as,
        published_edition=intake.published_edition,
        bytes_read=intake.size,
        **made,
    )
    if not (follows or intake.dry_run):
        IntakePart.objects.filter(intake=intake).delete()


def _refuse_jumps(intake: Intake, diff: ImportDiff) -> None:
    """Raise BadFile for values far from those that stand; a preview shows them."""
    if diff.jumps and intake.dry_run and not intake.accept_jumps:
        intake.remarks.append(
            f"values far from those that stand: {diff.jumps:,}. Check unit and decimal point. "
            "Loading them needs --accept-jumps."
        )
    if diff.jumps and not (intake.dry_run or intake.accept_jumps):
        words = [line.removeprefix(JUMP) for line in diff.preview if line.startswith(JUMP)]
        first = "; ".join(words[:3])
        raise BadFile(
            f"values far from those that stand, {diff.jumps:,} in all: {first}",
            remedy="Check unit and decimal point. If they are right, use --accept-jumps.",
        )


def _edition(intake: Intake, kind: ModuleType) -> str:
    """What the release is called; said in the report where nobody has named it."""
    own = new_release.is_partial(intake)
    edition = stated.or_by_what_it_holds(intake, kind.STAGED, kind.COLUMNS, own=own)
    if not (own or intake.published_edition):
        intake.remarks.append(f"no edition is named: it is cited as {edition!r}; see --edition")
    return edition


def _release(intake: Intake, kind: ModuleType, edition: str, diff: ImportDiff) -> dict[str, Any]:
    """Write the rows as a release; what the import's row then says of it."""
    release = new_release.reserve(intake, edition, scored=not diff.kept)
    release.rows = kind.move(intake, release)
    new_release.register(release, intake)
    if intake.source in FEEDING_RANGES:
        capacity_ranges.refresh()
    return {"release": release, "transaction": _transaction()}


def _transaction() -> int:
    """The number of this transaction, by which the change log knows what it edited in place."""
    ((number,),) = fetch("SELECT pg_current_xact_id()::text::bigint")
    return int(number)
