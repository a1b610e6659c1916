"""Webhooks of yours: services that are told what happens, and what became of each message."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from riskscore_client.connection import Connection, Value
from riskscore_client.records import (
    Delivery,
    DeliveryWithTries,
    Record,
    Secret,
    Webhook,
    WebhookMade,
)
from riskscore_client.rows import Rows


class Webhooks:
    """What lies under `/webhooks`. The key needs the scope ``webhook``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, **filters: Value) -> Rows[Webhook]:
        """Give your webhooks, the latest first."""
        return Rows(self._connection, "/webhooks", filters)

    def get(self, number: int) -> Webhook:
        """Return one of your webhooks. Raises NotFound."""
        return cast("Webhook", self._connection.get(f"/webhooks/{number}"))

    def create(self, url: str, types: Iterable[str], **more: Any) -> WebhookMade:
        """Make one and return it with its ``secret``, which is shown this once.

        ``types`` are what it is told (`job.finished`, `score.band_crossed`, …), ``more`` the rest
        of the body: ``name``, ``about``, ``minerals``, ``places``, ``method``, ``importer``. It is
        not sent again where no answer came: look whether it is there.
        """
        told = [types] if isinstance(types, str) else list(types)
        return cast("WebhookMade", self._post("", {"url": url, "types": told, **more}))

    def change(self, number: int, **parts: Any) -> Webhook:
        """Change its ``url``, ``types``, ``name``, …; ``enabled`` says whether it is told."""
        path = f"/webhooks/{number}"
        answer = self._connection.send("PATCH", path, json=parts, again=True)
        return cast("Webhook", answer.json())

    def delete(self, number: int) -> None:
        """Remove it, its secret and all that was sent to it. Raises NotFound."""
        self._connection.send("DELETE", f"/webhooks/{number}")

    def rotate(self, number: int) -> Secret:
        """Return a new secret, shown this once; for a day the one before signs beside it."""
        return cast("Secret", self._post(f"/{number}/rotate"))

    def test(self, number: int) -> DeliveryWithTries:
        """Send a message that tells of nothing. Raises Conflict where it is disabled."""
        return cast("DeliveryWithTries", self._post(f"/{number}/test"))

    def deliveries(self, number: int, **filters: Value) -> Rows[Delivery]:
        """Give the messages to it, the latest first: ``state="failed"``, ``type=``."""
        return Rows(self._connection, f"/webhooks/{number}/deliveries", filters)

    def delivery(self, number: int, delivery: str) -> DeliveryWithTries:
        """Return one message with every attempt. Raises NotFound."""
        path = f"/webhooks/{number}/deliveries/{delivery}"
        return cast("DeliveryWithTries", self._connection.get(path))

    def replay(self, number: int, since: datetime | None = None) -> int:
        """Send again all that failed, or failed ``since`` a moment; return how many these are."""
        body = {} if since is None else {"since": since.isoformat()}
        return int(self._post(f"/{number}/replay", body)["replayed"])

    def replay_one(self, number: int, delivery: str) -> DeliveryWithTries:
        """Send one message again, under the same id. Raises Conflict while it is under way."""
        return cast("DeliveryWithTries", self._post(f"/{number}/deliveries/{delivery}/replay"))

    def _post(self, path: str, body: Any = None) -> Record:
        content = {} if body is None else {"json": body}
        answer = self._connection.send("POST", f"/webhooks{path}", **content)
        return cast("Record", answer.json())
