"""The Celery app, the names of its tasks, the sweep every 15 s, and the poller in each worker.

Messages are hints: they carry nothing, the rows say what is to be done. ``riskscore.jobs`` rings
by the names below, so a web process never imports what a worker runs.
"""

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

from celery import Celery, bootsteps
from celery.signals import setup_logging
from celery.worker import state
from django.db import close_old_connections, connections

WORK = "riskscore.work"
POLL = "riskscore.poll"
SWEEP = "riskscore.sweep"

SWEEP_EVERY_S = 15.0
POLL_EVERY_S = 2.0
DEAF_AFTER = 3  # polls at which work waited, the broker took calls, and no message came
PATIENCE_S = 1.0  # that a request waits for the broker
ASLEEP_S = 5.0  # after a failure nobody tells it anything for so long

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskscore.settings")

log = logging.getLogger(__name__)

FORK = multiprocessing.get_context("fork")

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
    """Calls workers to a queue. Never raises and never waits long, whatever the broker does.

    A thread of its own does the talking: kombu cannot be told to give up, and redis-py tries ten
    times before it does. Who is left waiting once has everybody pass by for a while.
    """

    _awake_from = 0.0

    def __call__(self, calls: Mapping[str, int]) -> None:
        """Send so many calls to each queue; a call more or less changes nothing but the waiting."""
        if not calls or not self.is_heard:
            return
        talking = threading.Thread(target=self._ring, args=(calls,), name="bell", daemon=True)
        talking.start()
        talking.join(PATIENCE_S)
        if talking.is_alive():
            self._sleep("no answer")

    @property
    def is_heard(self) -> bool:
        """Whether the broker took the last calls."""
        return time.monotonic() >= self._awake_from

    def _ring(self, calls: Mapping[str, int]) -> None:
        try:
            with (
                app.connection_for_write() as connection,
                app.amqp.Producer(connection) as producer,
            ):
                for queue, times in calls.items():
                    for _ in range(times):
                        app.send_task(WORK, queue=queue, producer=producer, retry=False)
        except Exception as error:
            self._sleep(type(error).__name__)

    def _sleep(self, reason: str) -> None:
        self._awake_from = time.monotonic() + ASLEEP_S
        log.warning("nobody was called (%s); pollers will find the work", reason)


ring = Bell()


class Poller(bootsteps.StartStopStep):
    """Lets jobs finish when messages are lost or the broker is down.

    A worker's own step, not the consumer's: it goes on while the consumer retries a dead broker.
    The work itself is done by an understudy, a fork: a project that kills whoever scores it must
    not take the whole worker along, and one that hangs can be killed.
    """

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._stopping = threading.Event()
        self._understudy: Any = None
        self._called_at = 0.0
        self._received = self._unheard = 0
        self._worker: Any = None

    def start(self, parent: Any) -> None:
        self._worker = parent
        threading.Thread(target=self._run, name="poller", daemon=True).start()

    def stop(self, parent: Any) -> None:  # noqa: ARG002
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_EVERY_S):
            # The database may have been away; a broken connection is not to be asked again.
            close_old_connections()
            try:
                self._poll()
            except Exception:
                log.exception("poll failed")

    def _poll(self) -> None:
        work_waits = app.tasks[POLL]()
        self._listen(calls=bool(work_waits) and ring.is_heard)
        if self._understudy and self._understudy.is_alive():
            if time.monotonic() - self._called_at > app.conf.task_time_limit:
                self._understudy.kill()
        elif work_waits:
            connections.close_all()  # this thread's own; the fork must not inherit it
            self._understudy = FORK.Process(target=app.tasks[WORK], name="understudy", daemon=True)
            self._understudy.start()
            self._called_at = time.monotonic()

    def _listen(self, *, calls: bool) -> None:
        """Make the consumer connect anew if it hears none of the calls that the broker took.

        When a connection breaks just as a task is acknowledged, Celery's consumer goes on without
        reading: the worker lives, has nothing to do, and is deaf.
        """
        received = sum(state.total_count.values())
        if received != self._received or state.active_requests:
            self._received, self._unheard = received, 0
        elif calls:
            self._unheard += 1
        if self._unheard >= DEAF_AFTER:
            log.warning("calls are not heard; connecting to the broker anew")
            self._unheard = 0
            self._worker.hub.call_soon(_break)


def _break() -> None:
    raise ConnectionResetError("this consumer had gone deaf")


app.steps["worker"].add(Poller)
