"""Requests to import a file: checked, written down, confirmed after a dry run, cancelled.

The bytes go into the database in pieces, so that any worker on any machine can read them. The row
is leased work (``jobs.work_items``), done by ``intake.run``.
"""

import difflib
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import PurePath
from types import ModuleType
from typing import Any, BinaryIO

from django.db import connection, transaction

from riskscore.celery import TAKE_IN, publish
from riskscore.errors import ValidationError
from riskscore.jobs import requests as job_requests
from riskscore.models import Intake, IntakePart, LandLayer, Place, Release
from riskscore.models.ids import uuid7
from riskscore.sources import discover, maps
from riskscore.sources.ownership import gsmc
from riskscore.sources.publishers import natural_earth, world_atlas
from riskscore.sources.readers.formula_guard import disarmed
from riskscore.sources.reading import Reading
from riskscore.sources.registers import asher
from riskscore.sources.tables import map_layers, minerals

QUEUE = "intake"
PART = 1024**2
LARGEST = 2 * 1024**3
LONGEST = {"release_code": 60, "published_edition": 120, "licence": 160, "sheet": 80}
#: What these publish is made into the bundle's reference tables, not taken in by itself.
BUNDLE_ONLY = tuple(m.SOURCE.code for m in (asher, gsmc, minerals, natural_earth, world_atlas))


class CannotTakeIn(ValidationError):
    """The file or its options are refused before any work; the message is for the user."""

    code = "cannot_import"
    remedy = "Correct the file or the option that the message names, and import it again."


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a person states about a file. Only ``source`` is needed.

    ``layout``: ``observations`` when another source's figures come in the generic table.
    ``mapping``: our column → the file's. ``replace`` allows a release that lacks much of the last.
    ``layer``: what a map file is, in the fields of ``maps.LayerAbout``. ``accept_jumps`` confirms
    values far from those that stand, ``repair`` mends shapes of a map. ``sheet``, ``header_row``,
    ``constants``, ``calculated`` and ``hidden``: how a table is read, as in
    ``sources.reading.Reading``.
    """

    source: str
    layout: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    layer: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    skip_bad: bool = False
    replace: bool = False
    accept_jumps: bool = False
    repair: bool = False
    sheet: str = ""
    header_row: int = 0
    constants: Mapping[str, str] = field(default_factory=dict)
    calculated: bool = False
    hidden: bool = False
    release_code: str = ""
    published_edition: str = ""
    licence: str = ""
    redistributable: bool | None = None
    retrieved_on: date | None = None


def choices() -> dict[str, str]:
    """Code and title of every source that can be taken in: for a form."""
    return {
        code: module.SOURCE.title
        for code, module in sorted(discover().items())
        if code not in BUNDLE_ONLY
    }


def take_in(content: BinaryIO, name: str, options: ImportOptions, *, by: Any = None) -> Intake:
    """Store a file that is to be imported, and notify workers on commit. Raises CannotTakeIn."""
    with transaction.atomic():
        intake = store(content, name, options, by=by)
        transaction.on_commit(notify_workers)
    return intake


def store(
    content: BinaryIO,
    name: str,
    options: ImportOptions,
    *,
    by: Any = None,
    state: str = Intake.State.QUEUED,
) -> Intake:
    """Store a file that is to be imported. Raises CannotTakeIn; then nothing is written.

    ``state``: uploaded, where a person first says which column is which.
    """
    layout, key = check(options), uuid7()
    with transaction.atomic():
        size, digest = _store_parts(content, key)
        return Intake.objects.create(
            id=key,
            file=PurePath(name.replace("\0", "")).name[-200:],
            size=size,
            sha256=digest,
            created_by=by,
            **_stored(options),
            layout=layout,
            state=state,
        )


def check(options: ImportOptions) -> str:
    """The layout in which the file is read, if the options make sense. Raises CannotTakeIn."""
    layout = _layout(options, _module(options.source))
    if options.source == map_layers.SOURCE.code or options.layer:
        _check_layer(options)
    for text, most in LONGEST.items():
        if len(getattr(options, text)) > most:
            raise CannotTakeIn(f"{text}: longer than {most} characters")
    if options.release_code and Release.objects.filter(code=options.release_code).exists():
        raise CannotTakeIn(
            f"release: {options.release_code!r} is loaded already; releases never change, "
            "so give this file a code of its own"
        )
    return layout


def is_table(options: ImportOptions) -> bool:
    """Whether the file is a table of ours, whose columns a person may name. Raises CannotTakeIn."""
    layout = _layout(options, _module(options.source))
    return hasattr(_module(layout), "columns")


def begin(uploaded: Intake, reading: Reading) -> None:
    """Have an uploaded file read, as a person has said it is to be. Raises CannotTakeIn."""
    if len(reading.sheet) > LONGEST["sheet"]:
        raise CannotTakeIn(f"sheet: longer than {LONGEST['sheet']} characters")
    with transaction.atomic():
        begun = Intake.objects.filter(id=uploaded.id, state=Intake.State.UPLOADED).update(
            state=Intake.State.QUEUED, mapping=dict(reading.mapping), sheet=reading.sheet,
            header_row=reading.header_row, constants=dict(reading.constants),
            calculated=reading.calculated, hidden=reading.hidden,
        )  # fmt: skip
        if not begun:
            raise CannotTakeIn("this file is read already, or was cancelled")
        transaction.on_commit(notify_workers)


def name_columns_again(done: Intake, *, by: Any = None) -> Intake:
    """The file of a preview once more, before it is read: its columns can be named otherwise.

    Raises CannotTakeIn.
    """
    if not (done.dry_run and done.state in (Intake.State.SUCCEEDED, Intake.State.FAILED)):
        raise CannotTakeIn("only the columns of a preview that has ended can be named again")
    return _again(done, by, state=Intake.State.UPLOADED)


def preview_mended(done: Intake, *, by: Any = None) -> Intake:
    """Preview a map of which a dry run found shapes wrong, with those mended that can be. Raises
    CannotTakeIn."""
    if not (done.dry_run and done.state == Intake.State.FAILED and done.layer and not done.repair):
        raise CannotTakeIn("only a dry run of a map that found wrong shapes can be mended")
    return _again(done, by, repair=True)


def confirm_intake(
    done: Intake,
    *,
    by: Any = None,
    accept_jumps: bool = False,
    skip_bad: bool = False,
    replace: bool = False,
    repair: bool = False,
) -> Intake:
    """Import for good what a dry run has shown, as an import of its own.

    ``accept_jumps``: values far from those that stand are right. The other flags are answers to
    what a dry run has refused: leave wrong rows out, let the file take the place of a newer or
    fuller edition, mend shapes of a map. Raises CannotTakeIn.
    """
    answers = {"skip_bad": skip_bad, "replace": replace, "repair": repair}
    is_answered = done.state == Intake.State.FAILED and any(answers.values())
    if not (done.dry_run and (done.state == Intake.State.SUCCEEDED or is_answered)):
        raise CannotTakeIn("only a dry run that found the file valid can be confirmed")
    accepted = accept_jumps or done.accept_jumps
    if done.jumps and not accepted:
        raise CannotTakeIn(
            f"values far from those that stand, {done.jumps:,} in all: check them, and confirm that"
            " they are right (--accept-jumps)"
        )
    stated = {name: answer or getattr(done, name) for name, answer in answers.items()}
    return _again(done, by, dry_run=False, accept_jumps=accepted, **stated)


def preview_without_bad(done: Intake, *, by: Any = None) -> Intake:
    """Preview the other rows of a file of which a dry run found some wrong. Raises CannotTakeIn."""
    if not (done.dry_run and done.state == Intake.State.FAILED and done.rejected):
        raise CannotTakeIn("only a dry run that found wrong rows can be tried without them")
    return _again(done, by, skip_bad=True)


def _again(done: Intake, by: Any, **changed: Any) -> Intake:
    """The same file with other options, as an import of its own; the bytes go over to it."""
    with transaction.atomic():
        names = ("file", "size", "sha256", *ImportOptions.__dataclass_fields__)
        fields = {name: getattr(done, name) for name in names}
        fresh = Intake.objects.create(**{**fields, **changed}, created_by=by)
        if not IntakePart.objects.filter(intake=done).update(intake=fresh):
            raise CannotTakeIn("the file is no longer kept; upload it again")
        transaction.on_commit(notify_workers)
    return fresh


def follow_intakes() -> None:
    """Rescore what loaded files make stale, in one job for each lens; that ends them."""
    loaded = Intake.objects.select_for_update(skip_locked=True).filter(state=Intake.State.LOADED)
    with transaction.atomic():
        for intake in loaded.order_by("id"):
            job_requests.refresh(f"intake: {intake.file}"[:200], by=intake.created_by)
            _finish(intake)


def notify_workers() -> None:
    """Publish, best effort, that a file waits; the pollers find it without a message."""
    publish({QUEUE: 1}, TAKE_IN)


def _finish(loaded: Intake) -> None:
    """End an import whose rows are in the tables; its bytes are no longer needed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE riskscore_intake SET state = 'succeeded', finished_at = clock_timestamp()"
            " WHERE id = %s AND state = 'loaded'",
            [loaded.id],
        )
    IntakePart.objects.filter(intake=loaded).delete()


def rejects(intake: Intake) -> Iterator[tuple[str, ...]]:
    """The report of what is wrong, row by row, header first; harmless in a spreadsheet."""
    yield "line", "column", "value", "reason", "suggestion"
    for fault in intake.faults.order_by("line", "id").iterator():
        cells = (fault.column, fault.value, fault.reason, fault.remedy)
        yield ("" if fault.line is None else str(fault.line), *(disarmed(cell) for cell in cells))


def _stored(options: ImportOptions) -> dict[str, Any]:
    stated = {name: dict(getattr(options, name)) for name in ("mapping", "layer", "constants")}
    fields = {**asdict(options), **stated}
    del fields["layout"]
    return fields


def _check_layer(options: ImportOptions) -> None:
    """What is stated about a layer must make sense before any work. Raises CannotTakeIn."""
    if options.source != map_layers.SOURCE.code:
        raise CannotTakeIn(f"layer: only files of {map_layers.SOURCE.code} are layers")
    if not options.licence:
        raise CannotTakeIn("licence: say it; if the copy states none, say exactly that")
    try:
        about = maps.LayerAbout.of(options.layer)
    except maps.BadMap as error:
        raise CannotTakeIn(str(error)) from None
    known = Place.objects.filter(code__in=about.mapped_area.places).values_list("code", flat=True)
    if unknown := about.mapped_area.places.difference(known):
        raise CannotTakeIn(f"mapped area: no place has the code {sorted(unknown)[0]}")
    before = LandLayer.objects.filter(code=about.code).exclude(kind=about.kind).first()
    if before:
        raise CannotTakeIn(f"layer {about.code} holds {before.get_kind_display()}: another code")


def _module(code: str) -> ModuleType:
    known = discover()
    if code in BUNDLE_ONLY:
        raise CannotTakeIn(
            f"source: {code} is part of the bundle: python manage.py bundle --from DIR"
        )
    if code not in known:
        near = difflib.get_close_matches(code, known, n=1)
        suggestion = f"; did you mean {near[0]!r}?" if near else ""
        raise CannotTakeIn(
            f"source: no source {code!r}{suggestion} There are: {', '.join(choices())}"
        )
    return known[code]


def _layout(options: ImportOptions, module: ModuleType) -> str:
    layout = options.layout or options.source
    if layout not in (options.source, "observations"):
        raise CannotTakeIn(f"layout: leave it out, or write 'observations'; not {layout!r}")
    own = not (hasattr(module, "rows") or module is map_layers)
    stated = [name for name in ("mapping", "constants", "sheet", "header_row")
              if getattr(options, name)]  # fmt: skip
    if stated and own and layout == options.source:
        raise CannotTakeIn(
            f"{stated[0].replace('_', ' ')}: files of {options.source} have their publisher's own"
            " columns"
        )
    return layout


def _store_parts(content: BinaryIO, intake: Any) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for seq, part in enumerate(iter(lambda: content.read(PART), b"")):
        size += len(part)
        if size > LARGEST:
            raise CannotTakeIn(f"file: more than {LARGEST:,} bytes; split it")
        digest.update(part)
        IntakePart.objects.create(intake_id=intake, seq=seq, content=part)
    if not size:
        raise CannotTakeIn("file: it is empty")
    return size, digest.hexdigest()


def cancel_intake(key: uuid.UUID) -> None:
    """Stop an import: one that waits ends now, one in work at its next batch. Idempotent.

    What has been loaded stays; before that nothing has.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CANCEL, [key])
    IntakePart.objects.filter(intake=key, intake__state=Intake.State.CANCELLED).delete()


_CANCEL = """
UPDATE riskscore_intake SET
    cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()),
    finished_at = CASE WHEN state IN ('uploaded', 'queued') THEN clock_timestamp() END,
    state = CASE WHEN state IN ('uploaded', 'queued') THEN 'cancelled' ELSE state END
WHERE id = %s AND state IN ('uploaded', 'queued', 'running')
"""
