"""The Celery app, the names of its tasks, the sweep every 15 s, and the poller in each worker.

Messages are hints: they carry nothing, the rows say what is to be done. ``riskscore.jobs`` rings
by the names below, so a web process never imports what a worker runs.
"""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Mapping
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from celery import Celery, bootsteps
from celery.signals import after_task_publish, setup_logging
from celery.worker import state as heard
from django.db import close_old_connections, connections

from riskscore import pulse

WORK = "riskscore.work"
POLL = "riskscore.poll"
SWEEP = "riskscore.sweep"
TRAIN = "riskscore.train"
TAKE_IN = "riskscore.take_in"
TAKE_IN_STRANDED = "riskscore.take_in_stranded"

SWEEP_EVERY_S = 15.0
POLL_EVERY_S = 2.0
PATIENCE_S = 1.0  # that a request waits for the broker
ASLEEP_S = 5.0  # after a failure nobody tells it anything for so long
IDLE_POLLS = 5  # after so many a worker without a call looks for work itself
DEAF_AFTER = 3  # times that work was there and no call was heard
# Training takes a minute or two of a core, more than any chunk of scores.
TRAINING_LIMIT_S = 900

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

    def __call__(self, calls: Mapping[str, int], task: str = WORK) -> None:
        """Send so many calls to each queue; a call more or less changes nothing but the waiting."""
        if not calls or time.monotonic() < self._awake_from:
            return
        talking = threading.Thread(target=self._ring, args=(calls, task), name="bell", daemon=True)
        talking.start()
        talking.join(PATIENCE_S)
        if talking.is_alive():
            self._sleep("no answer")

    @property
    def is_heard(self) -> bool:
        """Whether the broker took what was said of late."""
        return time.monotonic() >= self._awake_from

    def _ring(self, calls: Mapping[str, int], task: str) -> None:
        try:
            with (
                app.connection_for_write() as connection,
                app.amqp.Producer(connection) as producer,
            ):
                for queue, times in calls.items():
                    for _ in range(times):
                        app.send_task(task, queue=queue, producer=producer, retry=False)
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

    task = POLL

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._stopping = threading.Event()
        self._parent = parent
        self._understudy: Any = None
        self._called_at = 0.0
        self._idle = 0
        self._unheard, self._heard = 0, 0

    def start(self, parent: Any) -> None:  # noqa: ARG002
        threading.Thread(target=self._run, name=self.task, daemon=True).start()

    def stop(self, parent: Any) -> None:  # noqa: ARG002
        self._stopping.set()

    def beat(self) -> None:
        """Say that the worker is well."""
        pulse.beat()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_EVERY_S):
            # The database may have been away; a broken connection is not to be asked again.
            close_old_connections()
            try:
                self._poll()
                self.beat()
            except Exception:
                log.exception("poll failed")

    def _poll(self) -> None:
        self._idle = 0 if heard.active_requests else self._idle + 1
        work_waits = app.tasks[POLL](idle=self._idle > IDLE_POLLS)
        if self._understudy and self._understudy.is_alive():
            if time.monotonic() - self._called_at > app.conf.task_time_limit:
                self._understudy.kill()
        elif work_waits:
            self._connect_anew_if_deaf()
            connections.close_all()  # this thread's own; the fork must not inherit it
            self._understudy = FORK.Process(target=_stand_in, name="understudy", daemon=True)
            self._understudy.start()
            self._called_at = time.monotonic()

    def _connect_anew_if_deaf(self) -> None:
        """Break the consumer's connection if calls go out and an idle worker hears none of them.

        When a connection ends at the wrong moment a consumer can live on without reading.
        """
        count = sum(heard.total_count.values())
        hears = count != self._heard or heard.active_requests or not ring.is_heard
        self._unheard, self._heard = 0 if hears else self._unheard + 1, count
        if self._unheard >= DEAF_AFTER:
            self._unheard = 0
            log.warning("no call was heard of late; the consumer connects anew")
            self._parent.hub.call_soon(_break_connection)


def _stand_in() -> None:
    """The work, within the time that Celery gives a task."""
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.alarm(app.conf.task_soft_time_limit)
    app.tasks[WORK]()


def _out_of_time(*_: object) -> None:
    raise SoftTimeLimitExceeded


def _break_connection() -> None:
    """What the consumer takes for a lost connection."""
    raise ConnectionResetError("calls go unheard")


class FilePoller(Poller):
    """The same for files on their way in, in a thread of its own: one file may take minutes."""

    task = TAKE_IN_STRANDED

    def _poll(self) -> None:
        app.tasks[self.task]()

    def beat(self) -> None:
        """No sign of life: a worker that is busy with a file must still sweep to count as well."""


app.steps["worker"].update({Poller, FilePoller})
# The scheduler publishes every few seconds: that is its sign of life.
after_task_publish.connect(pulse.beat)
