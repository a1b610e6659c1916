"""Where jobs begin: start · cancel · pause · resume · retry · notify_workers.

``start`` writes the row with all its inputs pinned and publishes on commit; the row alone is
enough, the message only saves waiting.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from riskscore.celery import publish
from riskscore.config import log_context
from riskscore.errors import ConflictError
from riskscore.jobs import ledger
from riskscore.jobs import scope as job_scope
from riskscore.models import Edition, ItemError, Job, Lens, Method, Place, Schedule
from riskscore.models.methods import scoring_method

#: A few projects go first: a job of up to so many named projects is interactive, others are bulk.
INTERACTIVE_UP_TO = 100
#: Messages per job: one for each worker process that might help. More would only be noise.
MESSAGES = {Job.Queue.INTERACTIVE: 1, Job.Queue.BULK: 4}
STALE = {"filter": {"stale_since": job_scope.NOW}}


class CannotStart(ConflictError):
    """The job cannot begin; the message says what is missing and what to do."""

    code = "cannot_start"
    remedy = "Do what the message says is missing, then start the job again."


def queue_for(projects: int) -> Job.Queue:
    """The queue of a job that names so many projects by their keys."""
    return Job.Queue.INTERACTIVE if projects <= INTERACTIVE_UP_TO else Job.Queue.BULK


def start(
    scope: Mapping[str, Any],
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
    apart: bool | None = None,
) -> Job:
    """Write a rescoring job over the projects of ``scope``, and notify workers on commit.

    Method version, edition, day and seed are pinned here, so that the job means the same however
    late it runs. Current scores are those of today: a job for another day, seed or number of draws
    stands ``apart`` and writes scores of its own, unless the caller knows better. Raises BadScope,
    or CannotStart when nothing has been loaded or published yet.
    """
    job, _ = check(scope, lens=lens, as_of=as_of, seed=seed, draws=draws)
    if apart is not None:
        job.apart = apart
    job.queue, job.reason, job.created_by = queue, reason, by
    job.request_id = request_id or log_context.fields().get("request_id", "")
    job.schedule, job.slot = schedule, slot
    return _write(job)


def check(
    scope: Mapping[str, Any],
    *,
    lens: Lens | None = None,
    as_of: date | None = None,
    seed: int = 0,
    draws: int = 256,
) -> tuple[Job, Any]:
    """What ``start`` would write, and the projects that it is about; nothing is written.

    Raises BadScope and CannotStart, as ``start`` does.
    """
    lens = lens or default_lens()
    projects = job_scope.projects(scope, lens)
    today = timezone.now().date()
    job = Job(
        lens=lens,
        method=_published(lens.method_code),
        edition=_latest_edition(),
        as_of=as_of or today,
        seed=seed,
        draws=draws,
        apart=(as_of or today, seed, draws) != (today, Job().seed, Job().draws),
        scope=dict(scope),
    )
    return job, projects


def _write(job: Job) -> Job:
    with transaction.atomic():
        job.save(force_insert=True)
        transaction.on_commit(lambda: notify_workers([job.id]))
    return job


def refresh(reason: str, by: Any = None) -> list[Job]:
    """Rescore what is stale, one job for each lens that is kept current. Returns the new jobs.

    Whatever became stale until a job is planned is in it, so a waiting one is not repeated; one
    that waits with an older edition gives way.
    """
    edition = _latest_edition()
    waiting = Job.objects.filter(
        state=Job.State.QUEUED,
        scope=STALE,
        apart=False,
        schedule=None,
        paused_at=None,
        cancel_requested_at=None,
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


def pause(job_id: uuid.UUID) -> None:
    """Let a job rest: what has begun ends, what has not waits for ``resume``."""
    ledger.pause(job_id)


def resume(job_id: uuid.UUID) -> None:
    """Go on with a paused job."""
    ledger.resume(job_id)
    notify_workers([job_id])


def retry(job_id: uuid.UUID, *, by: Any = None) -> Job:
    """Try again, with the same pinned inputs, what a job could not score: all of it if it stopped.

    It belongs to whom the job belonged to. A second retry gives the same job. Raises CannotStart
    when the job still runs, or nothing failed.
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
        pins = ("queue", "lens", "method", "edition", "as_of", "seed", "draws")
        return _write(
            Job(
                **{name: getattr(failed, name) for name in pins},
                scope=failed.scope if ledger.was_stopped(failed) else {"keys": keys},
                reason=f"retry of {job_id}",
                created_by=failed.created_by or by,
                retry_of=failed,
                apart=failed.apart or failed.seed != Job().seed,
            )
        )


def notify_workers(job_ids: Iterable[uuid.UUID]) -> bool:
    """Publish, best effort, that there may be work. Returns whether any open job was named.

    Never raises, and never waits long: a broker that is away costs the pollers' few seconds, not
    the request.
    """
    messages: dict[str, int] = {}
    for queue, working in ledger.at_work(list(job_ids)):
        # Who works on a job publishes again by itself; for a job without workers all who may help
        # are notified.
        times = 1 if working else MESSAGES[Job.Queue(queue)]
        messages[queue] = max(messages.get(queue, 0), times)
    publish(messages)
    return bool(messages)


def default_lens() -> Lens:
    """The default method seen from nobody in particular."""
    return lens_for(settings.DEFAULT_METHOD, "WLD", kept_current=True)


def lens_for(method_code: str, importer: str, *, kept_current: bool = False) -> Lens:
    """The lens of a method and importer, made when first used.

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
        defaults={"kept_current": kept_current},
    )
    return lens


def _published(code: str) -> Method:
    method = scoring_method(code)
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
