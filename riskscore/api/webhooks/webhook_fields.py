"""How webhooks and deliveries look, and what a client says of a webhook."""

from typing import Any

from rest_framework import serializers

from riskscore.api.framework import body_serializers as bodies
from riskscore.api.framework.row_serializers import Made, RowSerializer
from riskscore.models import MessageType, Webhook, WebhookDelivery
from riskscore.models.people.webhooks import TEST
from riskscore.webhooks.receiver import LONGEST

TYPES = (*MessageType.values, TEST)
MOST_CODES = 300


class WebhookSerializer(RowSerializer):
    """An address of yours that is told what happens."""

    id = serializers.IntegerField(help_text="Number of the webhook.")
    name = serializers.CharField(help_text="To know it by.")
    url = serializers.CharField(help_text="Where it is.")
    types = serializers.ListField(
        child=serializers.CharField(help_text="A type of message."),
        help_text="What it is told.",
    )
    about = serializers.ChoiceField(
        Webhook.About.values, help_text="Which projects: those watched, or those chosen."
    )
    minerals = serializers.ListField(
        child=serializers.CharField(help_text="Code of a mineral."),
        help_text="Of chosen projects: only those of these minerals; all if there are none.",
    )
    places = serializers.ListField(
        child=serializers.CharField(help_text="Code of a place."),
        help_text="Of chosen projects: only those of these places; all if there are none.",
    )
    method = serializers.CharField(
        source="lens__method_code", help_text="Method through which bands of chosen ones are seen."
    )
    importer = serializers.CharField(
        source="lens__importer_id", help_text="Buyer from whose side they are seen."
    )
    created_at = serializers.DateTimeField(help_text="When it was made.")
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="First failure since a message was taken; null when all is well."
    )
    disabled_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when nothing is sent; null while it is told."
    )
    disabled_reason = serializers.CharField(help_text="Why it is disabled; else empty.")
    previous_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the secret before signs too."
    )


class SecretSerializer(serializers.Serializer[None]):
    """A new secret, in plain. It is never shown again."""

    secret = serializers.CharField(help_text="`whsec_…`: signs every message.")
    previous_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the secret before signs too."
    )


class WebhookMade(WebhookSerializer):
    """A new webhook, with its secret, which is never shown again."""

    secret = serializers.CharField(help_text="`whsec_…`: signs every message.")


class Chosen(bodies.Body):
    """What of a webhook may be left out."""

    name = bodies.CharField(max_length=80, required=False, allow_blank=True)
    about = bodies.ChoiceField(
        Webhook.About.values, required=False, help_text="The projects watched, or those chosen."
    )
    minerals = bodies.ListField(
        child=bodies.CharField(max_length=40), required=False, max_length=MOST_CODES,
        help_text="Codes; empty for all.",
    )  # fmt: skip
    places = bodies.ListField(
        child=bodies.CharField(max_length=12), required=False, max_length=MOST_CODES,
        help_text="Codes; empty for all.",
    )  # fmt: skip


def _url(**more: Any) -> bodies.CharField:
    words = "https, port 443 or 8443, a public address."
    stated = {"pattern": "^https?://"}
    return bodies.CharField(max_length=LONGEST, states=stated, help_text=words, **more)


def _types(**more: Any) -> bodies.ListField:
    known = MessageType.values
    return bodies.ListField(
        child=bodies.ChoiceField(known), min_length=1, max_length=len(known),
        help_text="What it is told.", **more,
    )  # fmt: skip


class WebhookChange(Chosen):
    """What of a webhook to change."""

    url = _url(required=False)
    types = _types(required=False)
    enabled = bodies.BooleanField(
        required=False, help_text="False: send nothing more. True: tell it again from now on."
    )


class NewWebhook(Chosen):
    """A webhook to make."""

    url = _url()
    types = _types()
    method = bodies.CharField(
        max_length=60, required=False, help_text="Code of a method; the usual one if absent."
    )
    importer = bodies.CharField(
        max_length=12, required=False, help_text="Code of the buyer; WLD if absent."
    )


class AttemptSerializer(serializers.Serializer[None]):
    """One attempt to hand a message over."""

    at = serializers.DateTimeField(help_text="When it ended.")
    status = serializers.IntegerField(allow_null=True, help_text="Of HTTP; null without a reply.")
    seconds = serializers.FloatField(help_text="How long it took.")
    reply = serializers.CharField(help_text="How the reply begins: 1,000 characters at most.")
    error = serializers.CharField(help_text="Why there is no reply; else empty.")


class DeliverySerializer(RowSerializer):
    """A message to a webhook, and what became of it."""

    id = serializers.UUIDField(help_text="The `webhook-id`, over all attempts and replays.")
    type = serializers.ChoiceField(TYPES, help_text="What it tells.")
    at = serializers.DateTimeField(help_text="When that happened.")
    state = serializers.ChoiceField(WebhookDelivery.State.values, help_text="How it stands.")
    attempts = serializers.IntegerField(help_text="So many were made, of at most ten.")
    next_attempt_at = Made(
        serializers.DateTimeField(allow_null=True, help_text="While it waits: when it is due."),
        "due_at",
        "state",
        make=lambda row: row["due_at"] if row["state"] == "waiting" else None,
    )
    error = serializers.CharField(help_text="Why it is not delivered; else empty.")
    finished_at = serializers.DateTimeField(allow_null=True, help_text="When it ended.")


class DeliveryWithTries(DeliverySerializer):
    """A message to a webhook, with every attempt."""

    tries = Made(AttemptSerializer(many=True, help_text="Every attempt, the first one first."))


class ReplayedSerializer(serializers.Serializer[None]):
    """How many messages will be sent again."""

    replayed = serializers.IntegerField(help_text="Messages that failed, and wait now.")


class Replay(bodies.Body):
    """Which failed messages to send again."""

    since = bodies.DateTimeField(
        required=False, help_text="Only those that failed at or after this moment."
    )
