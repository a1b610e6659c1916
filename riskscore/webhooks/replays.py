"""Sending again what was sent: the same message under the same number, with attempts anew."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from riskscore.errors import ConflictError
from riskscore.models import Webhook, WebhookDelivery
from riskscore.webhooks.subscriptions import WebhookDisabled

State = WebhookDelivery.State


class StillUnderWay(ConflictError):
    """The message is being sent, or waits for its next attempt."""

    code = "delivery_under_way"
    remedy = "Wait until it has ended, or until its next attempt."


def replay(delivery: WebhookDelivery) -> None:
    """Send a message again that has ended. Raises StillUnderWay and WebhookDisabled."""
    with transaction.atomic():
        _check_enabled(delivery.webhook_id)
        if not _again(WebhookDelivery.objects.filter(pk=delivery.pk)):
            raise StillUnderWay(f"delivery {delivery.pk} has not ended")


def replay_failed(webhook: Webhook, since: datetime | None = None) -> int:
    """Send again all that failed, or failed since a moment; how many. Raises WebhookDisabled."""
    with transaction.atomic():
        _check_enabled(webhook.pk)
        rows = webhook.deliveries.filter(state=State.FAILED)
        return _again(rows if since is None else rows.filter(finished_at__gte=since))


def _check_enabled(webhook: int) -> None:
    """Hold the webhook, so that nobody disables it meanwhile."""
    row = Webhook.objects.select_for_update(no_key=True).get(pk=webhook)
    if row.disabled_at is not None:
        raise WebhookDisabled(f"{row} is disabled")


def _again(rows: QuerySet[WebhookDelivery]) -> int:
    return rows.filter(state__in=WebhookDelivery.ENDED).update(
        state=State.WAITING, attempts=0, token=None, finished_at=None, due_at=Now(), error=""
    )
