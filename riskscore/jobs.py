"""The only door through which work begins: start · cancel · hint, and the same for files.

``start`` writes the row with all its inputs pinned and publishes on commit; the row alone is
enough, the message only saves waiting.
"""

import logging
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from riskscore import ledger, scope, uploads
from riskscore.models import Edition, Intake, Job, Lens, Method, Place
from workers.celery import TAKE_IN, WORK, app

log = logging.getLogger(__name__)

#: Hints per job: one for each worker process that might help. More would only be noise.
HINTS = {Job.Queue.INTERACTIVE: 1, Job.Queue.BULK: 4}


class CannotStart(ValueError):
    """The job cannot begin; the message says what is missing and what to do."""


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
) -> Job:
    """Write a rescoring job over the projects that ``wanted`` names, and hint at it on commit.

    Method version, edition, day and seed are pinned here, so that the job means the same however
    late it runs. Raises BadScope, or CannotStart when nothing has been loaded or published yet.
    """
    scope.projects(wanted)
    lens = lens or default_lens()
    with transaction.atomic():
        job = Job.objects.create(
            lens=lens,
            method=_published(lens.method_code),
            edition=_latest_edition(),
            as_of=as_of or timezone.now().date(),
            seed=seed,
            draws=draws,
            queue=queue,
            scope=dict(wanted),
            reason=reason,
            created_by=by,
            request_id=request_id,
        )
        transaction.on_commit(lambda: hint([job.id]))
    return job


def cancel(job_id: uuid.UUID) -> None:
    """Stop a job: what has begun ends, what has not is skipped. A finished job stays as it is."""
    ledger.cancel(job_id)


def take_in(content: BinaryIO, name: str, wanted: uploads.Wanted, *, by: Any = None) -> Intake:
    """Write down a file (its bytes too) and hint at it on commit. Raises CannotTakeIn."""
    with transaction.atomic():
        intake = uploads.store(content, name, wanted, by=by)
        transaction.on_commit(hint_intake)
    return intake


def confirm_intake(done: Intake, *, by: Any = None) -> Intake:
    """Take in for good what a dry run has shown. Raises CannotTakeIn."""
    with transaction.atomic():
        intake = uploads.again(done, by=by)
        transaction.on_commit(hint_intake)
    return intake


def cancel_intake(key: uuid.UUID) -> None:
    """Stop taking a file in. What has been loaded stays; before that nothing has."""
    uploads.cancel(key)


def follow_intakes() -> None:
    """Rescore what loaded files touch, through every lens that is kept current; that ends them."""
    loaded = Intake.objects.select_for_update(skip_locked=True).filter(state=Intake.State.LOADED)
    with transaction.atomic():
        for intake in loaded.order_by("id"):
            for lens in Lens.objects.filter(kept_current=True):
                start(intake.touched, lens=lens, reason=f"intake: {intake.file}"[:200],
                      by=intake.created_by)  # fmt: skip
            uploads.finish(intake)


def hint_intake() -> None:
    """Tell a worker that a file waits. Never raises: without a broker the pollers find it."""
    try:
        app.send_task(TAKE_IN, queue="intake", retry=False)
    except Exception as error:
        log.warning("no hint sent (%s); the pollers will find the file", type(error).__name__)


def hint(job_ids: Iterable[uuid.UUID]) -> bool:
    """Tell the workers that there may be work. Returns whether any job was named.

    Never raises: a broker that is down costs the pollers' few seconds, not the request.
    """
    found = list(Job.objects.filter(id__in=list(job_ids)).values_list("queue", flat=True))
    for queue in found:
        try:
            for _ in range(HINTS[Job.Queue(queue)]):
                app.send_task(WORK, queue=queue, retry=False)
        except Exception as error:
            log.warning("no hint sent (%s); the pollers will find the job", type(error).__name__)
    return bool(found)


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
