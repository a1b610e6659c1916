"""Webhooks of a person: made, changed, turned off and on, removed; their secrets rotated."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from riskscore.errors import ConflictError, ValidationError
from riskscore.jobs import requests
from riskscore.models import Alert, MessageType, Mineral, Place, Webhook, WebhookDelivery
from riskscore.models.ids import uuid7
from riskscore.models.people.webhooks import TEST
from riskscore.webhooks import stored_secrets
from riskscore.webhooks.public_addresses import NoAddress
from riskscore.webhooks.receiver import Receiver

#: Webhooks of one person.
MOST = 20
#: For so long the secret before a rotation signs too.
BOTH_SIGN = timedelta(days=1)
#: Whoever may see and stop the webhooks of others.
OVERSEE = "riskscore.oversee_webhook"
LOOKUP_S = 5.0
CHANGED = ("url", "name", "types", "about", "minerals", "places", "lens")


class BadSubscription(ValidationError):
    """What a webhook is to be told of is not known here, or is nothing."""

    code = "bad_webhook"
    remedy = "Name types, minerals and places that there are."


class TooManyWebhooks(ConflictError):
    """This person has many webhooks already."""

    code = "too_many_webhooks"
    remedy = "Remove one that is not needed: one webhook can be told of all types."


class WebhookDisabled(ConflictError):
    """Nothing is sent to a webhook that is disabled."""

    code = "webhook_disabled"
    remedy = "Enable the webhook first."


def seen_by(user: Any) -> QuerySet[Webhook]:
    """The webhooks that somebody may see: their own, or all for who oversees them."""
    rows = Webhook.objects.select_related("owner", "lens")
    return rows if user.is_active and user.has_perm(OVERSEE) else rows.filter(owner=user.pk)


def create(owner: Any, url: str, types: Iterable[str], **more: Any) -> tuple[Webhook, str]:
    """Make a webhook; return it and its secret, which cannot be shown again.

    ``more``: name, about, minerals, places and lens. Raises BadSubscription, BadReceiver,
    NotPublic, NoAddress and TooManyWebhooks.
    """
    made = Webhook(owner=owner, lens=more.pop("lens", None) or requests.default_lens())
    _fill(made, {"url": url, "types": types, **more})
    secret = stored_secrets.made()
    made.secret = stored_secrets.closed(secret)
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=owner.pk)
        if Webhook.objects.filter(owner=owner).count() >= MOST:
            raise TooManyWebhooks(f"{MOST} webhooks of yours exist")
        made.save(force_insert=True)
    return made, secret


def change(webhook: Webhook, **values: Any) -> Webhook:
    """Change where a webhook is, or what it is told of. Raises what ``create`` raises."""
    _fill(webhook, values)
    webhook.save(update_fields=list(CHANGED))
    return webhook


def _fill(webhook: Webhook, values: dict[str, Any]) -> None:
    """Put checked values onto a row."""
    if "url" in values and values["url"] != webhook.url:
        values["url"] = checked(values["url"])
    for name in ("types", "minerals", "places"):
        if name in values:
            values[name] = sorted(set(values[name]))
    for name, value in values.items():
        setattr(webhook, name, value)
    _check_known("types", webhook.types, MessageType.values)
    _check_known("minerals", webhook.minerals, Mineral.objects.values_list("code", flat=True))
    _check_known("places", webhook.places, Place.objects.values_list("code", flat=True))
    if not webhook.types:
        raise BadSubscription("it is told of nothing", place="types")
    if webhook.about not in Webhook.About.values:
        raise BadSubscription(f"{webhook.about!r} is none of {Webhook.About.values}", place="about")


def _check_known(name: str, given: Iterable[str], known: Iterable[str]) -> None:
    if given and (strange := set(given).difference(known)):
        raise BadSubscription(f"no such {name}: {', '.join(sorted(strange))[:100]}", place=name)


def checked(url: str) -> str:
    """An address as it is stored: one that may be called now. It is asked again at each call."""
    receiver = Receiver.of(url)
    asking = ThreadPoolExecutor(1)
    try:
        asking.submit(receiver.addresses).result(LOOKUP_S)
    except TookTooLong:
        raise NoAddress(
            f"{receiver.host}: no answer within {LOOKUP_S:.0f} s", place="url"
        ) from None
    finally:
        asking.shutdown(wait=False)
    return receiver.url


def rotate(webhook: Webhook) -> str:
    """A new secret, which cannot be shown again; for a day the earlier one signs beside it."""
    secret = stored_secrets.made()
    with transaction.atomic():
        row = Webhook.objects.select_for_update().get(pk=webhook.pk)
        row.previous_secret, row.previous_until = row.secret, timezone.now() + BOTH_SIGN
        row.secret = stored_secrets.closed(secret)
        row.save(update_fields=["secret", "previous_secret", "previous_until"])
    return secret


def encrypt_anew(webhook: Webhook) -> None:
    """Keep the secrets under the server's key in force, so that an earlier one can go."""
    signs = webhook.previous_until is not None and webhook.previous_until > timezone.now()
    for name in ("secret", "previous_secret") if signs else ("secret",):
        stored = getattr(webhook, name)
        if not stored_secrets.is_current(stored):
            newer = stored_secrets.closed(stored_secrets.opened(stored))
            Webhook.objects.filter(pk=webhook.pk, **{name: stored}).update(**{name: newer})


_STOP = """
UPDATE riskscore_webhookdelivery SET state = 'failed', finished_at = clock_timestamp(), error = %s
WHERE id IN (SELECT id FROM riskscore_webhookdelivery
    WHERE webhook_id = %s AND state = 'waiting' FOR UPDATE SKIP LOCKED)
"""


def disable(webhook: Webhook, why: str, *, alert: bool = False) -> None:
    """Send nothing more there; what waits has failed, and can be replayed. Idempotent.

    ``alert``: tell the owner, since it was not they who did it.
    """
    now = timezone.now()
    with transaction.atomic():
        living = Webhook.objects.filter(pk=webhook.pk, disabled_at=None)
        if not living.update(disabled_at=now, disabled_reason=why[:200]):
            return
        with connection.cursor() as cursor:
            cursor.execute(_STOP, [f"the webhook was disabled: {why}"[:400], webhook.pk])
        if alert:
            Alert.objects.create(
                user_id=webhook.owner_id, kind=Alert.Kind.WEBHOOK, webhook=webhook,
                note=why[:200], at=now, mail_after=now,
            )  # fmt: skip


def enable(webhook: Webhook) -> None:
    """Tell it again of what happens from now on. Idempotent."""
    Webhook.objects.filter(pk=webhook.pk).update(
        disabled_at=None, disabled_reason="", failing_since=None
    )


def remove(webhook: Webhook) -> None:
    """Delete a webhook with its secret and all that was sent to it."""
    Webhook.objects.filter(pk=webhook.pk).delete()


def send_test(webhook: Webhook) -> WebhookDelivery:
    """Put a message into the queue that tells of nothing. Raises WebhookDisabled."""
    if Webhook.objects.filter(pk=webhook.pk).exclude(disabled_at=None).exists():
        raise WebhookDisabled(f"{webhook} is disabled")
    return WebhookDelivery.objects.create(
        webhook=webhook, type=TEST, subject=str(uuid7()), data={}, at=timezone.now()
    )
