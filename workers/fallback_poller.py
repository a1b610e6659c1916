"""The fallback poller in each worker: jobs finish when messages are lost or the broker is down."""

import logging
import multiprocessing
import signal
import threading
import time
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from celery import bootsteps
from celery.signals import after_task_publish
from celery.worker import state as consumer
from django.db import DatabaseError, close_old_connections, connections

from riskscore.celery import POLL, SEND_WEBHOOKS, TAKE_IN_STALLED, WORK, app, publish
from riskscore.jobs import broker, liveness
from riskscore.sql.database import pooling
from riskscore.sql.database.older_code import OlderCode
from riskscore.webhooks import send

POLL_EVERY_S = 2.0
IDLE_POLLS = 5  # after so many a worker that received no message looks for work itself
STALLED_AFTER = 3  # polls at which something waited and no message was received

log = logging.getLogger(__name__)

FORK = multiprocessing.get_context("fork")


def _refuse_to_start_without_session() -> None:
    """End the worker, with one line, where a pooler gives each transaction another session."""
    try:
        pooling.require_session()
    except pooling.NeedsSession as error:
        log.critical("riskscore: %s", error)
        raise SystemExit(1) from None
    except DatabaseError as error:
        log.warning("the database is not asked for its sessions: %s", error)
    finally:
        connections.close_all()  # whatever is forked from here must not inherit one


class Poller(bootsteps.StartStopStep):
    """Looks every few seconds for stalled jobs.

    A worker's own step, not the consumer's: it goes on while the consumer retries a dead broker.
    The work itself is done by a forked fallback worker: a project that kills whoever scores it
    must not take the whole worker along, and one that hangs can be killed.
    """

    task = POLL

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._stopping = threading.Event()
        self._parent = parent
        self._fallback_worker: Any = None
        self._forked_at = 0.0
        self._idle_polls = 0
        self._polls_without_message, self._received = 0, 0

    def start(self, parent: Any) -> None:  # noqa: ARG002
        _refuse_to_start_without_session()
        threading.Thread(target=self._run, name=self.task, daemon=True).start()

    def stop(self, parent: Any) -> None:  # noqa: ARG002
        self._stopping.set()

    def touch_liveness_file(self) -> None:
        """Touch the liveness file: the poller has done its round."""
        liveness.touch()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_EVERY_S):
            # The database may have been away; a broken connection is not to be asked again.
            close_old_connections()
            try:
                self._poll()
                self.touch_liveness_file()
            except OlderCode as error:
                log.error("no work is taken: %s", error)
            except Exception:
                log.exception("poll failed")

    def _poll(self) -> None:
        self._idle_polls = 0 if consumer.active_requests else self._idle_polls + 1
        work_waits = app.tasks[POLL](idle=self._idle_polls > IDLE_POLLS)
        if self._fallback_worker and self._fallback_worker.is_alive():
            if time.monotonic() - self._forked_at > app.conf.task_time_limit:
                self._fallback_worker.kill()
            return
        self._reconnect_if_stalled(
            waits=work_waits or broker.holds_messages(app.amqp.queues.consume_from)
        )
        if work_waits:
            connections.close_all()  # this thread's own; the fork must not inherit it
            self._fallback_worker = FORK.Process(
                target=_work_with_time_limit, name="fallback-worker", daemon=True
            )
            self._fallback_worker.start()
            self._forked_at = time.monotonic()

    def _reconnect_if_stalled(self, *, waits: bool) -> None:
        """Break the consumer's connection if messages wait and an idle worker receives none.

        When a connection ends at the wrong moment a consumer can live on without reading.
        """
        count = sum(consumer.total_count.values())
        reads = count != self._received or consumer.active_requests or not publish.circuit_is_closed
        self._polls_without_message = self._polls_without_message + 1 if waits and not reads else 0
        self._received = count
        if self._polls_without_message >= STALLED_AFTER:
            self._polls_without_message = 0
            log.warning("stalled consumer: no message was received of late; it reconnects")
            self._parent.hub.call_soon(_break_connection)


def _work_with_time_limit() -> None:
    """The work, within the time that Celery gives a task."""
    signal.signal(signal.SIGALRM, _raise_time_limit)
    signal.alarm(app.conf.task_soft_time_limit)
    app.tasks[WORK]()


def _raise_time_limit(*_: object) -> None:
    raise SoftTimeLimitExceeded


def _break_connection() -> None:
    """What the consumer takes for a lost connection."""
    raise ConnectionResetError("the consumer is stalled")


class FilePoller(Poller):
    """The same for imports, in a thread of its own: one file may take minutes."""

    task = TAKE_IN_STALLED

    def _poll(self) -> None:
        app.tasks[self.task]()

    def touch_liveness_file(self) -> None:
        """Not from here: a worker that is busy with a file must still sweep to count as alive."""


class WebhookPoller(Poller):
    """The same for messages to webhooks, by a process of its own while any are due.

    A receiver that hangs costs that process time, and never a worker that scores.
    """

    task = SEND_WEBHOOKS

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._sender: Any = None
        self._sends_since = 0.0

    def _poll(self) -> None:
        if self._sender and self._sender.is_alive():
            if time.monotonic() - self._sends_since > app.conf.task_time_limit:
                self._sender.kill()
        elif send.is_due():
            connections.close_all()  # this thread's own; the fork must not inherit it
            self._sender = FORK.Process(target=_send, name="webhook-sender", daemon=True)
            self._sender.start()
            self._sends_since = time.monotonic()

    def touch_liveness_file(self) -> None:
        """Not from here: a worker that sends must still sweep to count as alive."""


def _send() -> None:
    """Send what is due. What is under way when the worker is stopped goes again elsewhere."""
    for ends in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ends, signal.SIG_DFL)  # the worker's own would begin its warm shutdown
    try:
        app.tasks[SEND_WEBHOOKS]()
    except Exception:
        log.exception("sending to webhooks failed")


app.steps["worker"].update({Poller, FilePoller, WebhookPoller})
# The scheduler publishes every few seconds, and touches its liveness file each time.
after_task_publish.connect(liveness.touch)
