"""What `manage.py intake` does: import a file in this process, with progress and a report."""

import csv
import threading
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.db import connection

from riskscore.bundle import load
from riskscore.errors import ConflictError, RiskscoreError
from riskscore.intake import requests
from riskscore.intake import run as intake_run
from riskscore.intake.mappings import saved
from riskscore.jobs import requests as job_requests
from riskscore.models import Intake, IntakeFault

SHOWN = 10
PROGRESS_EVERY_S = 2.0
OPTIONS = ("source", "layout", "dry_run", "skip_bad", "replace", "accept_jumps", "repair",
           "sheet", "header_row", "calculated", "hidden", "release_code", "published_edition",
           "licence", "retrieved_on")  # fmt: skip
FLAGS = {
    "--dry-run": "only say what would change",
    "--skip-bad": "leave bad rows out and list them",
    "--replace": "allow a release that lacks much of what the last one stated",
    "--accept-jumps": "values far from those that stand are right",
    "--repair": "mend shapes of a map that can be mended, and say by how much",
    "--calculated": "take what formulas gave when their workbook was last calculated",
    "--hidden": "read hidden rows of a workbook too",
}
TEXTS = {
    "--source": ("source", "whose figures these are: wgi, observations, projects …"),
    "--layout": ("layout", "observations: another source's figures in the generic table"),
    "--release": ("release_code", "a code for the release"),
    "--edition": ("published_edition", "what the publisher calls it; its year if no file says it"),
    "--sheet": (
        "sheet",
        "a workbook's sheet, by name or number; the first that is not hidden if left out",
    ),
    "--mapping": ("saved_mapping", "a saved mapping: how such files are read"),
    "--licence": ("licence", "if it is another than the source declares"),
}
Say = Callable[[str], object]


class NotImported(ConflictError):
    """The file was not imported; the message says why."""

    code = "not_imported"
    remedy = "Do what the message says, and import the file again."


FAULTS = (RiskscoreError, OSError)


def add_arguments(parser: CommandParser) -> None:
    """The options of the command."""
    for name, words in FLAGS.items():
        parser.add_argument(name, action="store_true", help=words)
    for name, (field, words) in TEXTS.items():
        parser.add_argument(name, dest=field, default="", help=words)
    parser.add_argument("--map", action="append", default=[], metavar="OUR=THEIRS",
                        help="a column that is called otherwise; OUR= is not read")  # fmt: skip
    parser.add_argument("--header-row", type=int, default=0, metavar="ROW",
                        help="the row of the column names, counted from 1")  # fmt: skip
    parser.add_argument("--constant", action="append", default=[], metavar="OUR=WORD",
                        help="what a column of ours says in every row")  # fmt: skip
    parser.add_argument("--layer", action="append", default=[], metavar="FIELD=VALUE",
                        help="what a map is: code, kind, name, steward, source …")  # fmt: skip
    parser.add_argument("--retrieved", dest="retrieved_on", type=date.fromisoformat, default=None)
    parser.add_argument("--redistributable", choices=["yes", "no"], default=None)
    parser.add_argument("--rejects", type=Path, default=None, help="where to list what is wrong")


def run(file: Path, options: Mapping[str, Any], say: Say) -> None:
    """Import a file, or load the bundle from a folder."""
    if not (options["source"] or options["saved_mapping"]):
        _load_bundle(file, options, say)
        return
    if file.is_dir():
        raise NotImported(f"{file} is a folder: name the file that is to be imported")
    intake = _upload(file, options)
    try:
        _work(intake, say)
    except KeyboardInterrupt:
        requests.cancel_intake(intake.id)
        raise
    _tell(Intake.objects.get(id=intake.id), options["rejects"], say)


def _load_bundle(folder: Path, options: Mapping[str, Any], say: Say) -> None:
    """Load a bundle's folder, which has no options."""
    named = (*OPTIONS, "map", "constant", "layer", "rejects", "redistributable", "saved_mapping")
    given = [name for name in named if options[name]]
    if given or not folder.is_dir():
        raise NotImported(
            f"{folder}: name a file, and whose figures these are: --source {_some_sources()} …"
        )
    loaded = load.load(folder)
    say(
        f"{loaded.releases} releases, {loaded.observations:,} observations, {loaded.projects:,}"
        f" projects, {loaded.layers} layers, {loaded.methods} methods and {loaded.models} learned"
        " models loaded"
    )
    if loaded.releases or loaded.projects or loaded.layers or loaded.models:
        job_requests.refresh(f"bundle: {folder.name}")


def _some_sources() -> str:
    return " | ".join(list(requests.choices())[:4])


def _upload(file: Path, options: Mapping[str, Any]) -> Intake:
    allowed = {"yes": True, "no": False, None: None}[options["redistributable"]]
    mapping, constants, layer = (
        dict(_pair(name, text) for text in options[name]) for name in ("map", "constant", "layer")
    )
    fields = {name: options[name] for name in OPTIONS}
    import_options = requests.ImportOptions(
        **fields, mapping=mapping, constants=constants, layer=layer, redistributable=allowed
    )
    if options["saved_mapping"]:
        import_options = saved.applied(import_options, saved.named(options["saved_mapping"]))
    with file.open("rb") as content:
        return requests.take_in(content, file.name, import_options)


def _pair(option: str, text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not equals:
        example = {"map": "place=Country", "constant": "year=2023"}.get(option, "kind=indigenous")
        raise NotImported(f"--{option} {text}: write NAME=WORD, such as --{option} {example}")
    return ours.strip(), theirs.strip()


def _work(intake: Intake, say: Say) -> None:
    """Do it here, unless a worker was quicker: then watch."""
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(intake, ended, say), daemon=True)
    watcher.start()
    try:
        while Intake.objects.get(id=intake.id).state in ("queued", "running"):
            if not intake_run.take_in(intake.id):
                time.sleep(0.2)
        requests.follow_intakes()
    finally:
        ended.set()
        watcher.join()


def _watch(intake: Intake, ended: threading.Event, say: Say) -> None:
    """Say how far it is, now and then, over a connection of this thread's own."""
    try:
        while not ended.wait(PROGRESS_EVERY_S):
            row = Intake.objects.get(id=intake.id)
            percent = 100 * row.bytes_read / row.size
            say(f"{row.rows_read:,} rows read, {percent:.0f} %, {row.rejected:,} wrong")
    finally:
        connection.close()


def _tell(intake: Intake, rejects: Path | None, say: Say) -> None:
    for fault in intake.faults.order_by("id")[:SHOWN]:
        say(_words(fault))
    if intake.rejected > SHOWN:
        say(f"… and {intake.rejected - SHOWN:,} more")
    if rejects and intake.rejected:
        _write_rejects(intake, rejects)
        say(f"all of them: {rejects}")
    if intake.state != Intake.State.SUCCEEDED:
        few = "see above" if intake.rejected == 1 else f"{intake.rejected:,} rows are wrong"
        raise NotImported(f"nothing was loaded: {few if intake.rejected else intake.error}")
    for line in (*intake.preview, *_left_out(intake), *intake.remarks):
        say(line)
    say(_summary(intake))


def _left_out(intake: Intake) -> list[str]:
    return [
        f"left out, {found['count']:,} ×: {reason}"
        + (f" ({'; '.join(found['examples'])})" if found["examples"] else "")
        for reason, found in intake.left_out_by_reason.items()
    ]


def _words(fault: IntakeFault) -> str:
    line = "" if fault.line is None else f"line {fault.line}"
    where = ", ".join(part for part in (line, fault.column) if part)
    result = f" (found {fault.value!r})" if fault.value else ""
    return f"{where}{': ' if where else ''}{fault.reason}{result}. {fault.remedy}"


def _summary(intake: Intake) -> str:
    would = "would be " if intake.dry_run else ""
    parts = [f"{intake.added:,} {would}added", f"{intake.changed:,} changed",
             f"{intake.unchanged:,} left as they are"]  # fmt: skip
    parts += [f"{intake.gone:,} no longer stated"] if intake.gone else []
    parts += [f"{intake.rejected:,} rejected"] if intake.rejected else []
    parts += [f"{intake.left_out:,} left out"] if intake.left_out else []
    release = f" as release {intake.release.code}" if intake.release else ""
    release += f" as layer {intake.land_layer.code}" if intake.land_layer else ""
    return ", ".join(parts) + release


def _write_rejects(intake: Intake, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(requests.rejects(intake))
