"""A real worker sends by itself, in a process beside its scoring, without a message of Celery."""

import os
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group, User

from riskscore.curation import roles
from riskscore.models import Job, WebhookDelivery
from riskscore.webhooks import subscriptions
from tests.make import make_job
from tests.processes import until
from tests.webhooks.receivers import Receiver, receiving

NAME = "RISKSCORE_WEBHOOK_DEVELOPMENT"


@pytest.fixture(scope="module")
def receivers() -> Iterator[tuple[Receiver, Receiver]]:
    """One that answers and one that hangs, both known to the worker that starts after them."""
    with receiving(SimpleNamespace()) as quick, receiving(SimpleNamespace()) as hanging:
        hanging.answer = lambda _: time.sleep(60)
        os.environ[NAME] = f"{quick.address},{hanging.address}"
        yield quick, hanging
        del os.environ[NAME]


@pytest.mark.django_db(transaction=True)
def test_a_worker_sends_and_scores_while_a_receiver_hangs(
    receivers: tuple[Receiver, Receiver], journey: None, settings: object
) -> None:
    quick, hanging = receivers
    settings.WEBHOOK_DEVELOPMENT = [quick.address, hanging.address]  # type: ignore[attr-defined]
    roles.restore()
    ana = User.objects.create_user("ana", is_staff=True)
    ana.groups.set(Group.objects.filter(name="operator"))
    first = make_job(created_by=ana)  # over no project at all: it ends as soon as it is planned
    for receiver in (hanging, quick):
        subscriptions.create(ana, receiver.url, ["job.finished"], lens=first.lens)
    until(lambda: quick.got and hanging.got, "both receivers are asked")
    second = make_job(created_by=ana)
    until(lambda: Job.objects.get(pk=second.pk).state == "succeeded", "the next job is done")
    until(lambda: len(quick.got) == 2, "its end is told while the other receiver hangs")
    states = WebhookDelivery.objects.filter(webhook__url=quick.url).values_list("state", flat=True)
    until(lambda: list(states.all()) == ["delivered"] * 2, "both are noted")
    assert WebhookDelivery.objects.filter(webhook__url=hanging.url, state="delivered").count() == 0
