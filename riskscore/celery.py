"""The Celery app, the names of its tasks, and publishing them, best effort.

PostgreSQL is the truth: a message carries nothing and only saves waiting, since the rows say what
is to be done. Tasks are published by the names below, so that a web process never imports what a
worker runs.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

from celery import Celery
from celery.signals import setup_logging

WORK = "riskscore.work"
POLL = "riskscore.poll"
SWEEP = "riskscore.sweep"
TRAIN = "riskscore.train"
EXPORT = "riskscore.export"
TAKE_IN = "riskscore.take_in"
TAKE_IN_STALLED = "riskscore.take_in_stranded"
SEND_WEBHOOKS = "riskscore.send_webhooks"

SWEEP_EVERY_S = 15.0
PUBLISH_TIMEOUT_S = 1.0  # that a request waits for the broker
CIRCUIT_OPEN_S = 5.0  # after a failure nothing is published for so long
# Training takes a minute or two of a core, more than any chunk of scores.
TRAINING_LIMIT_S = 900
#: A file of millions of rows takes minutes; an import that hangs longer than this is ended.
IMPORT_LIMIT_S = 3600
#: An export of a million rows takes minutes; its snapshot keeps dead rows from being vacuumed.
EXPORT_LIMIT_S = 900

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskscore.settings")

log = logging.getLogger(__name__)

app = Celery("riskscore")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ("workers.tasks", "workers.fallback_poller")
app.conf.beat_schedule = {
    "sweep": {
        "task": SWEEP,
        "schedule": SWEEP_EVERY_S,
        "options": {"queue": "maintenance", "expires": SWEEP_EVERY_S},
    }
}


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery would set up logging of its own; the settings have done so already."""


class Publisher:
    """Publishes tasks, best effort: never raises and never waits long, whatever the broker does.

    A thread of its own talks to the broker: kombu cannot be told to give up, and redis-py tries
    ten times before it does. After a failure the circuit stays open for a while, so that only one
    request in so many seconds waits for a broker that is away.
    """

    _circuit_open_until = 0.0

    def __call__(self, messages: Mapping[str, int], task: str = WORK) -> None:
        """Publish so many messages to each queue; losing or doubling one costs waiting only."""
        if not messages or not self.circuit_is_closed:
            return
        thread = threading.Thread(
            target=self._publish, args=(messages, task), name="publish", daemon=True
        )
        thread.start()
        thread.join(PUBLISH_TIMEOUT_S)
        if thread.is_alive():
            self._open_circuit("no answer")

    @property
    def circuit_is_closed(self) -> bool:
        """Whether the broker took what was published of late."""
        return time.monotonic() >= self._circuit_open_until

    def _publish(self, messages: Mapping[str, int], task: str) -> None:
        try:
            with (
                app.connection_for_write() as connection,
                app.amqp.Producer(connection) as producer,
            ):
                for queue, times in messages.items():
                    for _ in range(times):
                        app.send_task(task, queue=queue, producer=producer, retry=False)
        except Exception as error:
            self._open_circuit(type(error).__name__)

    def _open_circuit(self, reason: str) -> None:
        self._circuit_open_until = time.monotonic() + CIRCUIT_OPEN_S
        log.warning("nothing was published (%s); pollers will find the work", reason)


publish = Publisher()
