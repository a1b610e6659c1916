"""Requests for files of many rows, by a person or a program; each is leased work (``work_items``).

A file belongs to whoever asked for it, and lies in the folder of exports for some days. What it may
hold is decided when it is asked for, and again whenever it is fetched: rights that were taken away
since open it no longer.
"""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from riskscore.celery import EXPORT, publish
from riskscore.config import log_context
from riskscore.curation.extracts import file_store
from riskscore.errors import ConflictError, ForbiddenError, NotFoundError, ValidationError
from riskscore.jobs import requests as job_requests
from riskscore.jobs import scope as job_scope
from riskscore.jobs import work_items
from riskscore.jobs.heartbeat import worker_name
from riskscore.models import Export, Lens, Project

QUEUE = "intake"
State = Export.State
#: Requests of one person that are not made yet, and files of theirs that are kept.
MOST_OPEN, MOST_KEPT = 5, 50
#: What somebody must be allowed to view to have a file of it (codenames, as admin asks).
SHOWS: Mapping[str, tuple[str, ...]] = {
    Export.What.SCORES: ("project", "projectmineral", "score"),
    Export.What.PROJECTS: ("project", "projectmineral", "projectstatus"),
    Export.What.EVENTS: ("project", "evidence"),
}


class TooManyExports(ConflictError):
    """As many files as one person may have are asked for or kept already."""

    code = "too_many_exports"
    remedy = "Wait until one is made, or delete one that is not needed any more."


class MayNotExport(ForbiddenError):
    """Whoever asks may not see what the file holds."""

    code = "may_not_export"
    remedy = "Ask an administrator for the permission that the message names."


class NoSuchExport(NotFoundError):
    """There is no such file: not theirs, not made yet, or deleted after its days."""

    code = "no_such_export"
    remedy = "Ask for the file again; it is kept for some days only."


class UnknownExport(ValidationError):
    """The request names no table or no format that there is."""

    code = "unknown_export"
    remedy = "Choose one of those that the message names."


def request(
    what: str,
    format: str,  # noqa: A002 - its name everywhere
    scope: Mapping[str, Any],
    *,
    by: Any,
    lens: Lens | None = None,
    request_id: str = "",
) -> Export:
    """Ask for a file; workers are notified on commit.

    Raises UnknownExport, MayNotExport, BadScope for a scope that is not understood, and
    TooManyExports.
    """
    _checked("what", what, Export.What.values)
    _checked("format", format, Export.Format.values)
    refuse_unseen(by, what)
    lens = lens or job_requests.default_lens()
    projects_of(scope, lens)
    with transaction.atomic():
        _lock_of(by)
        own = Export.objects.filter(created_by=by)
        if own.exclude(state__in=Export.TERMINAL).count() >= MOST_OPEN:
            raise TooManyExports(f"{MOST_OPEN} of your files are being made")
        if on_disk(own).count() >= MOST_KEPT:
            raise TooManyExports(f"{MOST_KEPT} of your files are kept")
        row = Export.objects.create(
            what=what, format=format, scope=dict(scope), lens=lens, created_by=by,
            request_id=request_id or log_context.fields().get("request_id", ""),
        )  # fmt: skip
        transaction.on_commit(notify_workers)
    return row


def _checked(name: str, given: str, known: list[str]) -> None:
    if given not in known:
        raise UnknownExport(f"{given!r} is none of {', '.join(known)}", place=name)


def _lock_of(by: Any) -> None:
    """Let two requests of one person wait for each other, so that neither slips past a limit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"exports of {by.pk}"])


def refuse_unseen(by: Any, what: str) -> None:
    """Raise MayNotExport if somebody may not see, now, what a file of these rows holds."""
    if not by.is_active:
        raise MayNotExport("the account is not active")
    for table in SHOWS[what]:
        if not by.has_perm(f"riskscore.view_{table}"):
            raise MayNotExport(f"a file of {what} takes the permission view_{table}")


def projects_of(scope: Mapping[str, Any], lens: Lens) -> QuerySet[Project]:
    """The published projects that a file is about. Raises BadScope."""
    if dict(scope) == {"all": True}:
        return Project.objects.filter(state=Project.State.PUBLISHED)
    return job_scope.projects(scope, lens)


def notify_workers() -> None:
    """Publish, best effort, that there may be a file to make; the sweep repeats it."""
    publish({QUEUE: 1}, EXPORT)


def claim() -> work_items.Lease | None:
    """Take the oldest request that waits."""
    work_items.sweep(work_items.EXPORTS)
    row = work_items.claim(work_items.EXPORTS, worker_name())
    if row is None:
        return None
    taken = work_items.Lease(*row)
    Export.objects.filter(id=taken.id, token=taken.token).update(started_at=timezone.now(), rows=0)
    return taken


def on_disk(rows: QuerySet[Export]) -> QuerySet[Export]:
    """Those whose file is there."""
    return rows.filter(state=State.SUCCEEDED, deleted_at__isnull=True)


def file_of(export: Export, by: Any) -> Any:
    """The path of a file, for its owner. Raises NoSuchExport or MayNotExport."""
    if export.created_by_id != by.pk or export.state != State.SUCCEEDED or export.deleted_at:
        raise NoSuchExport(f"no file {export.pk}")
    refuse_unseen(by, export.what)
    return file_store.found(export)


def delete(export: Export) -> None:
    """Delete the file of an export; its row stays."""
    file_store.remove(export)
    on_disk(Export.objects.filter(pk=export.pk)).update(deleted_at=timezone.now())


def sweep() -> None:
    """Delete files whose days are over and what lost workers left; notify workers of what waits."""
    for export in on_disk(Export.objects.filter(kept_until__lte=timezone.now())):
        delete(export)
    file_store.clear(set(on_disk(Export.objects.all()).values_list("pk", flat=True)))
    if Export.objects.filter(state=State.QUEUED).exists():
        notify_workers()


def kept_for() -> timedelta:
    """For how long a file is kept."""
    return timedelta(days=settings.EXPORT_DAYS)


def own(by: Any, export_id: uuid.UUID) -> Export:
    """One of somebody's own exports. Raises NoSuchExport."""
    found = Export.objects.filter(created_by=by, pk=export_id).first()
    if found is None:
        raise NoSuchExport(f"no export {export_id} of yours")
    return found
