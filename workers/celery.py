"""The Celery app, the names of its tasks, the sweep every 15 s, and the poller in each worker.

Messages are hints: they carry nothing, the rows say what is to be done. ``riskscore.jobs`` rings
by the names below, so a web process never imports what a worker runs.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

from celery import Celery, bootsteps
from celery.signals import setup_logging
from django.db import close_old_connections

WORK = "riskscore.work"
POLL = "riskscore.poll"
SWEEP = "riskscore.sweep"

SWEEP_EVERY_S = 15.0
POLL_EVERY_S = 2.0
PATIENCE_S = 0.5  # for each step of telling the broker
ASLEEP_S = 5.0  # after a failure nobody tells it anything for so long

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskscore.settings")

log = logging.getLogger(__name__)

app = Celery("riskscore")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ("workers.tasks",)
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


class Bell:
    """Calls workers to a queue. Never raises and never waits long, whatever the broker does."""

    _awake_from = 0.0

    def __call__(self, calls: Mapping[str, int]) -> None:
        """Send so many calls to each queue; a call more or less changes nothing but the waiting."""
        if not calls or time.monotonic() < self._awake_from:
            return
        try:
            self._ring(calls)
        except Exception as error:
            self._awake_from = time.monotonic() + ASLEEP_S
            log.warning("nobody was called (%s); pollers will find the work", type(error).__name__)

    def _ring(self, calls: Mapping[str, int]) -> None:
        # Not from the app's pool: its connections wait as long as a worker may.
        impatient = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S}
        with (
            app.connection_for_write(transport_options=impatient) as connection,
            app.amqp.Producer(connection) as producer,
        ):
            for queue, times in calls.items():
                for _ in range(times):
                    app.send_task(WORK, queue=queue, producer=producer, retry=False)


ring = Bell()


class Poller(bootsteps.StartStopStep):
    """Lets jobs finish when messages are lost or the broker is down.

    A worker's own step, not the consumer's: it goes on while the consumer retries a dead broker.
    """

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, parent: Any) -> None:  # noqa: ARG002
        self._thread = threading.Thread(target=self._run, name="poller", daemon=True)
        self._thread.start()

    def stop(self, parent: Any) -> None:  # noqa: ARG002
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_EVERY_S):
            # The database may have been away; a broken connection is not to be asked again.
            close_old_connections()
            try:
                app.tasks[POLL]()
            except Exception:
                log.exception("poll failed")


app.steps["worker"].add(Poller)
