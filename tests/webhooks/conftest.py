"""Somebody with a webhook, and a real receiver that it is at."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from riskscore.models import Webhook, WebhookDelivery
from riskscore.webhooks import subscriptions
from tests.make import make_job
from tests.webhooks.receivers import Receiver, receiving

Made = Callable[..., Webhook]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving(settings) as one:
        yield one


@pytest.fixture
def ana(db: None) -> User:
    """Somebody of the ready group that reads, who may also look at jobs."""
    user = User.objects.create_user("ana", "ana@example.org", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=["viewer", "operator"]))
    return user


@pytest.fixture
def webhook(ana: User, receiver: Receiver) -> Webhook:
    """A webhook of hers, told of jobs."""
    made, secret = subscriptions.create(
        ana, receiver.url, ["job.finished"], lens=make_job(created_by=ana).lens
    )
    made.plain = secret  # type: ignore[attr-defined]
    return made


def due_now(delivery: WebhookDelivery) -> None:
    """Let a message wait no longer, as if its pause were over."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        due_at=timezone.now() - timedelta(seconds=1)
    )
