"""The Celery app, the names of its tasks, the sweep every 15 s, and the poller in each worker.

Messages are hints: they carry nothing, the rows say what is to be done. ``riskscore.jobs``
publishes by the names below, so a web process never imports what a worker runs.
"""

import logging
import os
import threading
from typing import Any

from celery import Celery, bootsteps
from celery.signals import after_task_publish, setup_logging

from riskscore import pulse

WORK = "riskscore.work"
POLL = "riskscore.poll"
SWEEP = "riskscore.sweep"
TRAIN = "riskscore.train"

SWEEP_EVERY_S = 15.0
POLL_EVERY_S = 2.0
# Training takes a minute or two of a core, more than any chunk of scores.
TRAINING_LIMIT_S = 900

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
            try:
                app.tasks[POLL]()
                pulse.beat()
            except Exception:
                # The database may be away for a while; the next tick asks again.
                log.exception("poll failed")


app.steps["worker"].add(Poller)
# The scheduler publishes every few seconds: that is its sign of life.
after_task_publish.connect(pulse.beat)
