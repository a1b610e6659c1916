"""Requests → files: one snapshot each, written a part at a time, whole or not at all."""

import hashlib
import logging
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from riskscore.config import log_context
from riskscore.curation.extracts import extract_tables, file_requests, file_store
from riskscore.errors import RiskscoreError
from riskscore.jobs import work_items
from riskscore.jobs.heartbeat import Heartbeat
from riskscore.models import Export
from riskscore.sources.row_writing import blocks
from riskscore.sources.written.file_formats import STREAMS
from riskscore.sources.written.workbook_file import workbook
from riskscore.sql.snapshot import Snapshot

log = logging.getLogger(__name__)

#: Seconds between two times that the row says how many rows are written.
REPORTED_EVERY_S = 2.0
State = Export.State


class Made(NamedTuple):
    """What a file is: rows, bytes, hash, and what its rows know."""

    rows: int
    size: int
    sha256: str
    edition: int
    position: str


def drain() -> None:
    """Make the files that are asked for, until nothing waits; every end is on its row."""
    while taken := file_requests.claim():
        try:
            with log_context.about(export=str(taken.id)):
                _attempt(taken)
        except work_items.LeaseLost as error:
            log.warning("%s", error)
        except (OperationalError, InterfaceError) as error:
            # The database failed, not the export: it waits again, now or at lease expiry.
            connection.close()
            work_items.retry(taken, f"{type(error).__name__}: {error}")
            return


def _attempt(taken: work_items.Lease) -> None:
    export = Export.objects.select_related("lens", "created_by").get(pk=taken.id)
    try:
        workshop = file_store.workshop(export, taken.token)
        try:
            with Heartbeat(taken.worker, taken):
                path = workshop / "rows"
                _finish(taken, export, path, make(export, path, taken))
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
    except (work_items.LeaseLost, OperationalError, InterfaceError):
        raise
    except SoftTimeLimitExceeded:
        _fail(taken, "it took longer than a file may: choose fewer rows, or Parquet")
    except (RiskscoreError, OSError) as error:
        _fail(taken, str(error))
    except Exception as error:
        # Whatever it was, the worker goes on; the row keeps the reason.
        log.exception("export %s failed", export.pk)
        _fail(taken, f"{type(error).__name__}: {error}")


def _fail(taken: work_items.Lease, reason: str) -> None:
    work_items.finish(taken, State.FAILED, error=work_items.clean(reason))


def _finish(taken: work_items.Lease, export: Export, path: Path, made: Made) -> None:
    """Put the file in its place and say so, while the lease holds. Raises LeaseLost."""
    with transaction.atomic():
        work_items.hold(taken)
        path.replace(file_store.place_of(export))
        kept_until = timezone.now() + file_requests.kept_for()
        work_items.finish(taken, State.SUCCEEDED, **made._asdict(), kept_until=kept_until, error="")


def make(export: Export, path: Path, taken: work_items.Lease | None = None) -> Made:
    """Write the rows of an export to ``path``, under one snapshot of the database.

    Raises MayNotExport if its owner may not see them any more, NoRoom, TooManyRows.
    """
    file_requests.refuse_unseen(export.created_by, export.what)
    most, table = file_store.room(), extract_tables.TABLES[export.what]
    snapshot = Snapshot()
    try:
        edition, position = snapshot.edition, snapshot.position
        facts = {
            "edition": edition, "position": position,
            "importer": export.lens.importer_id, "method": export.lens.method_code,
        }  # fmt: skip
        with _Counted(_rows(export), taken) as rows:
            if export.format == Export.Format.XLSX:
                workbook(table.columns, rows, facts, path)
            else:
                pieces = blocks(STREAMS[export.format](table.columns, rows, facts))
                _write(path, pieces, most)
    finally:
        snapshot.close()
    size = path.stat().st_size
    if size > most:
        raise _too_large(most)
    return Made(rows.number, size, _hash(path), edition, position)


def _rows(export: Export) -> Iterator[dict[str, Any]]:
    projects = file_requests.projects_of(export.scope, export.lens)
    ids = projects.order_by().values("pk").query.sql_with_params()
    return extract_tables.all_rows(export.what, export.lens, ids)


def _write(path: Path, pieces: Iterable[bytes], most: int) -> None:
    written = 0
    with path.open("xb") as file:
        for piece in pieces:
            written += file.write(piece)
            if written > most:
                raise _too_large(most)
        file.flush()
        os.fsync(file.fileno())


def _too_large(most: int) -> file_store.NoRoom:
    return file_store.NoRoom(f"the file takes more than the {most // file_store.MEGABYTE} MB left")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Counted:
    """Rows that are counted as they pass; every few seconds the export's row says how many.

    By a thread with a connection of its own: the rows come under a snapshot, which writes nothing.
    """

    def __init__(self, rows: Iterator[Mapping[str, Any]], taken: work_items.Lease | None) -> None:
        self.number = 0
        self._rows, self._taken = rows, taken
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._report, name="export-progress", daemon=True)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for row in self._rows:
            self.number += 1
            yield row

    def __enter__(self) -> Self:
        if self._taken:
            self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._taken:
            self._thread.join()

    def _report(self) -> None:
        taken = self._taken
        try:
            while taken and not self._ended.wait(REPORTED_EVERY_S):
                held = Export.objects.filter(pk=taken.id, token=taken.token, state=State.RUNNING)
                held.update(rows=self.number)
        except DatabaseError as error:
            log.warning("an export does not say how far it is: %s", error)
        finally:
            connection.close()
