"""What follows from an attempt: delivered, tried again later, given up, or the webhook disabled."""

import logging
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from riskscore.jobs import work_items
from riskscore.models import Webhook, WebhookAttempt, WebhookDelivery
from riskscore.webhooks import subscriptions
from riskscore.webhooks.pauses import pause
from riskscore.webhooks.posting import Reply

log = logging.getLogger(__name__)

#: A webhook that has taken nothing for so long, while messages failed, is disabled.
LONG_FAILURE = timedelta(days=3)
GONE = 410
State = WebhookDelivery.State

_LATER = """
UPDATE riskscore_webhookdelivery SET state = 'waiting', token = NULL, lease_until = NULL,
    due_at = clock_timestamp() + %s, error = %s WHERE id = %s
"""


def record(lease: work_items.Lease, reply: Reply) -> None:
    """Write down what came of an attempt, and what follows; nothing if the lease is lost."""
    try:
        with transaction.atomic():
            work_items.hold(lease)
            message = WebhookDelivery.objects.select_related("webhook").get(pk=lease.id)
            WebhookAttempt.objects.create(
                delivery=message, status=reply.status, seconds=round(reply.seconds, 3),
                reply=reply.head, error=reply.error,
            )  # fmt: skip
            if reply.is_success:
                _delivered(lease, message.webhook)
            else:
                _failed(lease, message.webhook, reply)
    except work_items.LeaseLost as error:
        log.warning("%s", error)


def _delivered(lease: work_items.Lease, webhook: Webhook) -> None:
    work_items.finish(lease, State.DELIVERED, error="")
    if webhook.failing_since is not None:
        Webhook.objects.filter(pk=webhook.pk).update(failing_since=None)


def _failed(lease: work_items.Lease, webhook: Webhook, reply: Reply) -> None:
    why = _words(reply)
    later = None if reply.status == GONE else pause(lease.attempts, reply.status, reply.retry_after)
    if later is None:
        tried = "" if reply.status == GONE else f"given up after {lease.attempts} attempts: "
        work_items.finish(lease, State.FAILED, error=f"{tried}{why}"[:400])
    else:
        _execute(_LATER, [later, work_items.clean(why), lease.id])
    Webhook.objects.filter(pk=webhook.pk, failing_since=None).update(failing_since=Now())
    if reply.status == GONE:
        subscriptions.disable(webhook, "it answered 410: it is gone for good", alert=True)
    elif webhook.failing_since and timezone.now() - webhook.failing_since > LONG_FAILURE:
        days = LONG_FAILURE.days
        subscriptions.disable(webhook, f"it took nothing for {days} days; last: {why}", alert=True)


def _words(reply: Reply) -> str:
    if reply.status is None:
        return reply.error
    return f"it answered {reply.status}" + (
        ", and redirects are not followed" if 300 <= reply.status < 400 else ""
    )


def _execute(sql: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
