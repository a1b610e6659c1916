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
TAKE_IN = "riskscore.take_in"
TAKE_IN_STRANDED = "riskscore.take_in_stranded"

SWEEP_EVERY_S = 15.0
POLL_EVERY_S = 2.0

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

    task = POLL

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, parent: Any) -> None:  # noqa: ARG002
        self._thread = threading.Thread(target=self._run, name=self.task, daemon=True)
        self._thread.start()

    def stop(self, parent: Any) -> None:  # noqa: ARG002
        self._stopping.set()

    def beat(self) -> None:
        """Say that the worker is well."""
        pulse.beat()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_EVERY_S):
            try:
                app.tasks[self.task]()
                self.beat()
            except Exception:
                # The database may be away for a while; the next tick asks again.
                log.exception("poll failed")


class FilePoller(Poller):
    """The same for files on their way in, in a thread of its own: one file may take minutes."""

    task = TAKE_IN_STRANDED

    def beat(self) -> None:
        """No sign of life: a worker that is busy with a file must still sweep to count as well."""


app.steps["worker"].update({Poller, FilePoller})
# The scheduler publishes every few seconds: that is its sign of life.
after_task_publish.connect(pulse.beat)
