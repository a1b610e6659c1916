"""A message as it is sent: thin JSON with keys and links, signed by the Standard Webhooks rules.

Source: standard-webhooks/spec: ``webhook-id``, ``webhook-timestamp``, and ``webhook-signature``
with one ``v1,`` signature for each secret, HMAC-SHA-256 over id, timestamp and body, apart by dots.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from standardwebhooks import Webhook as Signer

from riskscore.models import MessageType, Webhook, WebhookDelivery
from riskscore.models.scores import Band
from riskscore.webhooks import stored_secrets

API = "/api/v1"
AGENT = "riskscore-webhooks/1"
#: Addresses of the API by the keys of a message of each type; empty for a test.
LINKS: Mapping[str, Mapping[str, str]] = {
    MessageType.BAND: {
        "project": "/projects/{project}",
        "score": "/projects/{project}/score?method={method}&importer={importer}",
        "job": "/jobs/{job}",
    },
    MessageType.EVENT: {
        "project": "/projects/{project}",
        "evidence": "/projects/{project}/evidence",
    },
    MessageType.JOB: {"job": "/jobs/{job}"},
    MessageType.CHALLENGE: {
        "project": "/projects/{project}",
        "challenge": "/challenges/{challenge}",
    },
    MessageType.MODEL: {"model": "/models/{kind}/{version}"},
    MessageType.LIMIT: {
        "portfolio": "/sourcing/portfolios/{portfolio}",
        "crossings": "/sourcing/portfolios/{portfolio}/crossings",
    },
}


def body(delivery: WebhookDelivery) -> bytes:
    """A message as JSON: type, timestamp of the fact, data. The same bytes at each attempt."""
    data = {
        name: str(Band(value).label) if name.startswith("band_") else value
        for name, value in delivery.data.items()
    }
    links = {name: _link(path, data) for name, path in LINKS.get(delivery.type, {}).items()}
    message = {
        "type": delivery.type,
        "timestamp": f"{delivery.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "data": {**data, "links": links},
    }
    return orjson.dumps(message, option=orjson.OPT_SORT_KEYS)


def _link(path: str, data: Mapping[str, Any]) -> str:
    return f"{settings.SITE}{API}{path.format(**data)}"


def headers(
    delivery: WebhookDelivery, webhook: Webhook, sent: bytes, now: datetime
) -> dict[str, str]:
    """The headers of an attempt that begins now. Raises SecretUnreadable."""
    secrets = [webhook.secret]
    if webhook.previous_until is not None and webhook.previous_until > now:
        secrets.append(webhook.previous_secret)
    signatures = [
        Signer(stored_secrets.opened(secret)).sign(str(delivery.pk), now, sent.decode())
        for secret in secrets
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": str(delivery.pk),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
