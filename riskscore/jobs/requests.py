"""The only door through which work begins: start · cancel · pause · resume · retry · hint.

Files are taken in through it as well.

``start`` writes the row with all its inputs pinned and publishes on commit; the row alone is
enough, the message only saves waiting.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from riskscore.celery import TAKE_IN, publish
from riskscore.errors import ConflictError
from riskscore.intake import requests
from riskscore.jobs import ledger, scope
from riskscore.models import Edition, Intake, ItemError, Job, Lens, Method, Place, Schedule

#: Hints per job: one for each worker process that might help. More would only be noise.
HINTS = {Job.Queue.INTERACTIVE: 1, Job.Queue.BULK: 4}
STALE = {"filter": {"stale_since": scope.NOW}}


class CannotStart(ConflictError):
    """The job cannot begin; the message says what is missing and what to do."""

    code = "cannot_start"
    remedy = "Do what the message says is missing, then start the job again."


def start(
    wanted: Mapping[str, Any],
    *,
    lens: Lens | None = None,
    as_of: date | None = None,
    seed: int = 0,
    draws: int = 256,
    queue: str = Job.Queue.BULK,
    reason: str = "",
    by: Any = None,
    request_id: str = "",
    schedule: Schedule | None = None,
    slot: datetime | None = None,
) -> Job:
    """Write a rescoring job over the projects that ``wanted`` names, and hint at it on commit.

    Method version, edition, day and seed are pinned here, so that the job means the same however
    late it runs. Raises BadScope, or CannotStart when nothing has been loaded or published yet.
    """
    job, _ = check(wanted, lens=lens, as_of=as_of, seed=seed)
    job.draws = draws
    job.queue, job.reason, job.created_by, job.request_id = queue, reason, by, request_id
    job.schedule, job.slot = schedule, slot
    return _write(job)


def check(
    wanted: Mapping[str, Any], *, lens: Lens | None = None, as_of: date | None = None, seed: int = 0
) -> tuple[Job, Any]:
    """What ``start`` would write, and the projects that it is about; nothing is written.

    Raises BadScope and CannotStart, as ``start`` does.
    """
    lens = lens or default_lens()
    projects = scope.projects(wanted, lens)
    job = Job(
        lens=lens,
        method=_published(lens.method_code),
        edition=_latest_edition(),
        as_of=as_of or timezone.now().date(),
        seed=seed,
        scope=dict(wanted),
    )
    return job, projects


def _write(job: Job) -> Job:
    with transaction.atomic():
        job.save(force_insert=True)
        transaction.on_commit(lambda: hint([job.id]))
    return job


def refresh(reason: str, by: Any = None) -> list[Job]:
    """Rescore what is stale, one job for each lens that is kept current. Returns the new jobs.

    Whatever became stale until a job is planned is in it, so a waiting one is not repeated; one
    that waits with an older edition gives way.
    """
    edition = _latest_edition()
    waiting = Job.objects.filter(
        state=Job.State.QUEUED, scope=STALE, schedule=None, paused_at=None, cancel_requested_at=None
    )
    enough = set(waiting.filter(edition=edition).values_list("lens", flat=True))
    with transaction.atomic():
        return [
            _instead_of(waiting.filter(lens=lens), start(STALE, lens=lens, reason=reason, by=by))
            for lens in Lens.objects.filter(kept_current=True).exclude(id__in=enough)
        ]


def _instead_of(older: QuerySet[Job], newer: Job) -> Job:
    for job_id in older.exclude(id=newer.id).order_by("id").values_list("id", flat=True):
        ledger.supersede(job_id, newer.id)
    return newer


def cancel(job_id: uuid.UUID) -> None:
    """Stop a job: what has begun ends, what has not is skipped. A finished job stays as it is."""
    ledger.cancel(job_id)


def take_in(
    content: BinaryIO, name: str, wanted: requests.ImportOptions, *, by: Any = None
) -> Intake:
    """Write down a file (its bytes too) and hint at it on commit. Raises CannotTakeIn."""
    with transaction.atomic():
        intake = requests.store(content, name, wanted, by=by)
        transaction.on_commit(hint_intake)
    return intake


def confirm_intake(done: Intake, *, by: Any = None) -> Intake:
    """Take in for good what a dry run has shown. Raises CannotTakeIn."""
    with transaction.atomic():
        intake = requests.again(done, by=by)
        transaction.on_commit(hint_intake)
    return intake


def cancel_intake(key: uuid.UUID) -> None:
    """Stop taking a file in. What has been loaded stays; before that nothing has."""
    requests.cancel(key)


def follow_intakes() -> None:
    """Rescore what loaded files make stale, in one job for each lens; that ends them."""
    loaded = Intake.objects.select_for_update(skip_locked=True).filter(state=Intake.State.LOADED)
    with transaction.atomic():
        for intake in loaded.order_by("id"):
            refresh(f"intake: {intake.file}"[:200], by=intake.created_by)
            requests.finish(intake)


def hint_intake() -> None:
    """Tell a worker that a file waits. Without a broker the pollers find it."""
    publish({"intake": 1}, TAKE_IN)


def pause(job_id: uuid.UUID) -> None:
    """Let a job rest: what has begun ends, what has not waits for ``resume``."""
    ledger.pause(job_id)


def resume(job_id: uuid.UUID) -> None:
    """Go on with a paused job."""
    ledger.resume(job_id)
    hint([job_id])


def retry(job_id: uuid.UUID, *, by: Any = None) -> Job:
    """Try again, with the same pinned inputs, what a job could not score: all of it if it stopped.

    It belongs to whom the job belonged to. Asking twice gives the same job. Raises CannotStart
    when the job runs still, or nothing failed.
    """
    with transaction.atomic():
        failed = Job.objects.select_for_update(no_key=True).get(id=job_id)
        earlier = Job.objects.filter(retry_of=failed).first()
        if earlier is not None:
            return earlier
        keys = list(
            ItemError.objects.filter(job=failed)
            .order_by("project__key")
            .values_list("project__key", flat=True)
        )
        if failed.state not in Job.TERMINAL or not keys:
            raise CannotStart(f"job {job_id} is {failed.state} and {len(keys)} projects failed")
        pins = ("queue", "lens", "method", "edition", "as_of", "seed", "draws", "model")
        return _write(
            Job(
                **{name: getattr(failed, name) for name in pins},
                scope=failed.scope if ledger.was_stopped(failed) else {"keys": keys},
                reason=f"retry of {job_id}",
                created_by=failed.created_by or by,
                retry_of=failed,
            )
        )


def hint(job_ids: Iterable[uuid.UUID]) -> bool:
    """Tell the workers that there may be work. Returns whether any open job was named.

    Never raises, and never waits long: a broker that is away costs the pollers' few seconds, not
    the request.
    """
    calls: dict[str, int] = {}
    for queue, working in ledger.at_work(list(job_ids)):
        # Who works on a job already calls itself again; for a lone job all are called who may help.
        calls[queue] = max(calls.get(queue, 0), 1 if working else HINTS[Job.Queue(queue)])
    publish(calls)
    return bool(calls)


def default_lens() -> Lens:
    """The default method seen from nobody in particular."""
    return lens_for(settings.DEFAULT_METHOD, "WLD", kept_current=True)


def lens_for(
    method_code: str, importer: str, scenario: str = "", *, kept_current: bool = False
) -> Lens:
    """The lens of a method, importer and scenario, made when first asked for.

    A new lens is rescored after edits only if ``kept_current``: a client who looks once from each
    importer's side must not make every later edit cost a job for each of them. Raises CannotStart
    when there is no such method or place.
    """
    _published(method_code)
    if not Place.objects.filter(code=importer).exists():
        raise CannotStart(f"importer: no place {importer!r}; use an ISO alpha-3 code, EUU or WLD")
    lens, _ = Lens.objects.get_or_create(
        method_code=method_code,
        importer_id=importer,
        scenario=scenario,
        defaults={"kept_current": kept_current},
    )
    return lens


def _published(code: str) -> Method:
    method = (
        Method.objects.filter(code=code, state=Method.State.PUBLISHED).order_by("-version").first()
    )
    if method is None:
        raise CannotStart(
            f"method: no published version of {code!r}; load the bundle or publish one"
        )
    return method


def _latest_edition() -> Edition:
    edition = Edition.objects.order_by("-number").first()
    if edition is None:
        raise CannotStart("nothing is loaded yet: run `make run`, or `python manage.py demo`")
    return edition
