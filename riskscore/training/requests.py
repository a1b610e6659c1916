"""Requests to train, by a person or because of new trade; each is leased work (``work_items``).

Admin and API call ``request``; a worker calls ``claim`` and ``finish``. Nothing here needs
scikit-learn.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Func, QuerySet

from riskscore.celery import TRAIN, publish
from riskscore.jobs import work_items
from riskscore.jobs.heartbeat import worker_name
from riskscore.models import LearnedModel, Release, TrainingRequest

QUEUE = "intake"
#: The steps of a training, in order; the page of a request shows which are done.
READS, TRAINS, STORES = STEPS = (
    "reads the tables",
    "trains, and is judged on what it has not seen",
    "stores the candidate with its card and predictions",
)
#: The database's clock, by which the end is recorded too.
CLOCK = Func(function="clock_timestamp", output_field=DateTimeField())
State = TrainingRequest.State
#: A new release of this source continues the back-test of this kind.
TRADE, TRADED = "baci-exports", "disruption"


@dataclass(frozen=True, slots=True)
class Claim(work_items.Lease):
    """The right to train what a request names until the lease ends."""

    kind: str
    seed: int


def request(kind: str, *, by: Any, reason: str = "", seed: int = 0) -> TrainingRequest:
    """Request a candidate, or return the open request for this kind; notifies workers on commit."""
    with transaction.atomic():
        row, _ = TrainingRequest.objects.get_or_create(
            kind=kind,
            state__in=TrainingRequest.OPEN,
            defaults={"seed": seed, "reason": reason, "created_by": by, "state": State.QUEUED},
        )
        transaction.on_commit(notify_workers)
    return row


def notify_workers() -> None:
    """Publish, best effort, that there may be a training to do; the sweep repeats it."""
    publish({QUEUE: 1}, TRAIN)


def sweep() -> None:
    """Request what new trade makes due, and notify workers of what waits.

    Leases that have run out are returned by ``jobs.ledger.sweep``, as for all leased work.
    """
    follow_trade()
    if TrainingRequest.objects.filter(state=State.QUEUED).exists():
        notify_workers()


def follow_trade() -> TrainingRequest | None:
    """Request a candidate once for each release of trade after the first; a person promotes it.

    The first release is that of a fresh install, which trains when somebody requests it. Nothing
    is lost where a worker stops in between: what was not yet requested is still due.
    """
    newest = Release.objects.filter(source=TRADE).order_by("-edition_id", "-id")[:2]
    if len(newest) < 2:
        return None
    reason = f"new trade: {newest[0].code}"
    requested = TrainingRequest.objects.filter(kind=TRADED, reason=reason)
    return None if requested.exists() else request(TRADED, by=None, reason=reason)


def claim() -> Claim | None:
    """Take the oldest request that waits."""
    work_items.sweep(work_items.TRAININGS)
    row = work_items.claim(work_items.TRAININGS, worker_name())
    if row is None:
        return None
    taken = Claim(*row)
    _held(taken).update(started_at=CLOCK, step="")
    return taken


def report(taken: Claim, step: str) -> None:
    """Show on the request what the training is at; a lost lease shows nothing."""
    _held(taken).update(step=step)


def _held(taken: Claim) -> QuerySet[TrainingRequest]:
    return TrainingRequest.objects.filter(id=taken.id, token=taken.token, state=State.RUNNING)


def finish(taken: Claim, state: str, *, model: LearnedModel | None = None, error: str = "") -> None:
    """Record the end, in the transaction that stores the model. Raises LeaseLost."""
    reason = work_items.clean(error)
    work_items.finish(taken, state, model_id=model.pk if model else None, error=reason)
