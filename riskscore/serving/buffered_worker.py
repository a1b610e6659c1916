"""The web server's worker: gunicorn keeps the processes, waitress buffers what clients do slowly.

A client that sends or reads slowly costs a connection, not one of the threads that answer: one
thread of each process watches all connections; a request is handed to a thread once it is whole,
and an answer that is read slowly waits in a temporary file (``TMPDIR``). A request that waits for
a job is put aside as well (``held_requests``). gunicorn's own threaded worker reads requests and
writes answers in the threads that answer, so nine half-sent requests stop it (docs/decisions.md).

Whether the process lives and is ready is asked by those who restart it or send it no more: such a
request goes before all that wait for a thread, however many they are.

What stays bounded by whom: heads and bodies by size and by time here, the time of an answer by
PostgreSQL (``RISKSCORE_STATEMENT_TIMEOUT_MS``).
"""

import logging
import os
import time
from functools import cache
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

from riskscore.jobs.waiting import Waiters
from riskscore.serving.held_requests import HoldingChannel

MOST_CONNECTIONS = 2_000
HEAD_S = 20.0
"""Seconds from a request's first byte to the end of its head."""
BODY_S, SLOWEST = 60.0, 16 * 1024
"""Seconds that every body may take, and bytes a second at which more are granted."""
IDLE_S = 75
"""Seconds that a connection may lie idle."""
LOOK_S = 1.0
SMALL_BODY = 16 * 1024**2
LARGE_BODY = 2 * 1024**3
"""What a body may have: files come to admin and to imports alone, and are large."""
MOST_LARGE = 4
"""Large bodies that a process takes at a time; they lie on its disk before anybody is asked."""
FILES_COME_TO = ("/admin/", "/api/v1/imports")
FIRST = ("/livez", "/readyz")
"""What is answered before anything else that waits, once in so many seconds: anybody may ask it,
and whoever asked without end would have all others wait."""
FIRST_EVERY_S = 0.1
WAITING_ANSWERS = 4 * 1024**3
"""Bytes of answers to one client that wait to be read, on disk, before a thread waits for it."""
IN_MEMORY = 4 * 1024**2
"""Bytes that are written to one buffer in memory, most of them sent meanwhile."""

_LIMITS: dict[str, Any] = {
    "connection_limit": MOST_CONNECTIONS,
    "cleanup_interval": LOOK_S,
    "channel_timeout": IDLE_S,
    "recv_bytes": 64 * 1024,
    "max_request_header_size": 32 * 1024,
    "max_request_body_size": LARGE_BODY,
    "outbuf_high_watermark": WAITING_ANSWERS,
    "asyncore_use_poll": True,
    "log_socket_errors": False,
    "ident": None,
    # Who may be believed about forwarded addresses is Django's to decide (RISKSCORE_PROXIES).
    "clear_untrusted_proxy_headers": False,
}


class Occupied(Error):
    """The answer to one large file too many."""

    code = 503
    reason = "Service Unavailable"


class BoundedRequest(HTTPRequestParser):
    """A request on its way; how large its body may be depends on where it is going."""

    has_waited = False
    path = ""  # also of what cannot be read

    def parse_header(self, header_plus: bytes) -> None:
        """As waitress does; bodies that bring no file are small from here on. Raises ParsingError
        for a body whose end two servers would look for in two places (RFC 9112, 6.3)."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("a body has a Content-Length or is chunked, not both")
        if not self.path.startswith(FILES_COME_TO):
            self.adj = _small_limits()

    @property
    def is_large(self) -> bool:
        """Whether its body is more than an ordinary one."""
        return bool(max(self.content_length, self.body_bytes_received) > SMALL_BODY)


@cache
def _small_limits() -> Adjustments:
    return Adjustments(**{**_LIMITS, "max_request_body_size": SMALL_BODY})


class BoundedChannel(HoldingChannel):
    """A connection that knows since when a request is coming, and whether a large one may."""

    parser_class = BoundedRequest
    request: Any
    coming_since = 0.0
    is_taking_large = False
    current_outbuf_count: int

    def received(self, data: bytes) -> bool:
        """Take what came; the clock of a request begins with its first byte."""
        if self.request is None:
            self.coming_since, self.is_taking_large = time.monotonic(), False
        taken: bool = super().received(data)
        if self.request is not None and self.request.is_large and not self.is_taking_large:
            self.is_taking_large = self.server.takes_another_large()
            if not self.is_taking_large:
                self._refuse(Occupied("several large files are on their way already"))
        return taken

    def _refuse(self, error: Error) -> None:
        """Answer the request that is coming with an error, and close."""
        refused, self.request = self.request, None
        refused.error, refused.completed, refused.connection_close = error, True, True
        with self.requests_lock:
            self.requests.append(refused)
        self.server.add_task(self)

    def write_soon(self, data: Any) -> int:
        """As waitress does; what was sent already is let go. A buffer in memory keeps all that was
        ever written to it, and waitress begins another only after WAITING_ANSWERS."""
        with self.outbuf_lock:
            if self.current_outbuf_count >= IN_MEMORY and not self.outbufs[-1].overflowed:
                self.outbufs.append(OverflowableBuffer(self.adj.outbuf_overflow))
                self.current_outbuf_count = 0
        return int(super().write_soon(data))

    def is_late(self, now: float) -> bool:
        """Whether the request that is coming has had its time."""
        if self.request is None:
            return False
        passed = now - self.coming_since
        if not self.request.headers_finished:
            return passed > HEAD_S
        return bool(passed > BODY_S + self.request.body_bytes_received / SLOWEST)


class Answering(ThreadedTaskDispatcher):
    """The threads that answer, in the order in which requests came, but for FIRST."""

    _next_first_at = 0.0

    def add_task(self, task: BoundedChannel) -> None:
        """As waitress does; one of FIRST goes before those that wait, if none just did."""
        now = time.monotonic()
        is_first = task.requests and task.requests[0].path in FIRST
        if not is_first or now < self._next_first_at:
            super().add_task(task)
            return
        self._next_first_at = now + FIRST_EVERY_S
        with self.lock:
            self.queue.appendleft(task)
            self.queue_cv.notify()


class Front(TcpWSGIServer):
    """Accepts, and closes what takes too long."""

    channel_class = BoundedChannel

    def __init__(self, *args: Any, waiters: Waiters, **options: Any) -> None:
        super().__init__(*args, **options)
        self.waiters = waiters

    def maintenance(self, now: float) -> None:
        """Close idle connections, and those whose request comes too slowly."""
        super().maintenance(now)
        moment = time.monotonic()
        for channel in list(self.active_channels.values()):
            if channel.is_late(moment):
                channel.will_close = True

    def takes_another_large(self) -> bool:
        """Whether fewer large bodies are coming than may."""
        coming = sum(
            channel.is_taking_large and channel.request is not None
            for channel in self.active_channels.values()
        )
        return bool(coming < MOST_LARGE)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being made or waits to be read."""
        return any(
            bool(channel.requests or channel.total_outbufs_len)
            for channel in self.active_channels.values()
        )


class BufferedWorker(Worker):
    """gunicorn's worker class: ``--worker-class riskscore.serving.buffered_worker.BufferedWorker``.

    ``--threads`` answer at a time. On SIGTERM it takes no new connection, finishes what is being
    answered within ``--graceful-timeout`` and ends.
    """

    def run(self) -> None:
        """Serve until told to stop."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a full queue is no fault
        connections: dict[int, Any] = {}
        answering = Answering()
        answering.set_thread_count(self.cfg.threads)
        limits, waiters = Adjustments(threads=self.cfg.threads, **_LIMITS), Waiters()
        fronts = [
            Front(
                self.wsgi, connections, _sock=each.sock, dispatcher=answering, adj=limits,
                bind_socket=False, waiters=waiters,
                sockinfo=(each.sock.family, each.sock.type, each.sock.proto, each.getsockname()),
            )
            for each in self.sockets
        ]  # fmt: skip
        while self.alive and _parent_is(self.ppid):
            self._look(connections)
        waiters.close()
        self._finish(fronts, connections)
        answering.shutdown(timeout=1)

    def _look(self, connections: dict[int, Any]) -> None:
        self.notify()
        wasyncore.loop(timeout=LOOK_S, use_poll=True, map=connections, count=1)

    def _finish(self, fronts: list[Front], connections: dict[int, Any]) -> None:
        """Let what is being answered be read to its end."""
        for front in fronts:
            front.accepting = False
        end = time.monotonic() + self.cfg.graceful_timeout
        while any(front.is_busy for front in fronts) and time.monotonic() < end:
            self._look(connections)


def _parent_is(number: int) -> bool:
    """Whether gunicorn's master, that started this process, still lives."""
    return os.getppid() == number
