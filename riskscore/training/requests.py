"""Requests to train: asked for by a person or by new trade, claimed by lease and fencing token.

The door for whoever asks (admin, API) and the state machine of the row; nothing here needs
scikit-learn. A worker that dies leaves a lease that runs out; the request is then claimed again.
"""

import logging
import uuid
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from riskscore.celery import TRAIN, publish
from riskscore.models import LearnedModel, Release, TrainingRequest

log = logging.getLogger(__name__)

QUEUE = "intake"
#: Longer than any training; a worker that is silent for so long is gone.
LEASE = timedelta(minutes=20)
#: A request that was claimed so often without an end is not claimed again.
ATTEMPTS = 2
State = TrainingRequest.State
#: A new release of this source continues the back-test of this kind.
TRADE, TRADED = "baci-exports", "disruption"


class Claim(NamedTuple):
    """A request in hand, and the token that proves it."""

    id: uuid.UUID
    kind: str
    seed: int
    token: uuid.UUID


def request(kind: str, *, by: Any, reason: str = "", seed: int = 0) -> TrainingRequest:
    """Ask for a candidate, or return the open request for this kind; hints on commit."""
    with transaction.atomic():
        row, _ = TrainingRequest.objects.get_or_create(
            kind=kind,
            state__in=TrainingRequest.OPEN,
            defaults={"seed": seed, "reason": reason, "created_by": by, "state": State.QUEUED},
        )
        transaction.on_commit(hint)
    return row


def hint() -> None:
    """Tell a worker that there may be a training to do; the sweep tells again."""
    publish({QUEUE: 1}, TRAIN)


def sweep() -> None:
    """Ask for what new trade makes due, and hint at what waits."""
    follow_trade()
    hint_if_waiting()


def follow_trade() -> TrainingRequest | None:
    """Ask for a candidate once for each release of trade after the first; a person promotes it.

    The first release is that of a fresh install, which trains when somebody asks. Nothing is lost
    where a worker stops in between: what was not yet asked for is still due.
    """
    newest = Release.objects.filter(source=TRADE).order_by("-edition_id", "-id")[:2]
    if len(newest) < 2:
        return None
    reason = f"new trade: {newest[0].code}"
    asked = TrainingRequest.objects.filter(kind=TRADED, reason=reason)
    return None if asked.exists() else request(TRADED, by=None, reason=reason)


def hint_if_waiting() -> None:
    """Hint when a request waits, or was left by a worker that is gone."""
    if _claimable().exists():
        hint()


def claim() -> Claim | None:
    """Take the oldest request that nobody holds."""
    with transaction.atomic():
        row = _claimable().select_for_update(skip_locked=True).order_by("id").first()
        if row is None:
            return None
        taken = Claim(row.id, row.kind, row.seed, uuid.uuid4())
        TrainingRequest.objects.filter(id=row.id).update(
            state=State.RUNNING,
            token=taken.token,
            lease_until=Now() + LEASE,
            attempts=F("attempts") + 1,
        )
    return taken


def finish(taken: Claim, state: str, *, model: LearnedModel | None = None, error: str = "") -> bool:
    """Record the end; False, and nothing written, when another worker holds the request now."""
    mine = TrainingRequest.objects.filter(id=taken.id, token=taken.token, state=State.RUNNING)
    return bool(
        mine.update(state=state, model=model, error=error[:400], finished_at=Now(), token=None)
    )


def _claimable() -> Any:
    left = Q(state=State.RUNNING, lease_until__lt=Now(), attempts__lt=ATTEMPTS)
    return TrainingRequest.objects.filter(Q(state=State.QUEUED) | left)
