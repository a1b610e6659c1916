"""Requests that wait for a job, held without a thread: long polls and streams of events.

The application cannot hold a request back, for WSGI ends an answer where the function ends. So the
server offers it a place (``PLACE`` in ``environ``: the process's ``Waiters``), and the application
says by ``WISH`` that it has nothing to say yet. Then the thread goes on to others, and the channel
keeps the request.

A long poll is given to a thread again as it came, once its job has ended or its time is over: the
application answers as if it had been asked that moment, with all that it checks. A stream has sent
its head and its first event; each further one is written by the thread that looks after all.
"""

import time
from contextlib import suppress
from typing import Any

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.task import WSGITask

from riskscore.jobs.waiting import PLACE, WAITED, WISH, Seen, Wish, event

HEARTBEAT_S = 15.0
HEARTBEAT = b": heartbeat\n\n"


class Held(BaseException):
    """A thread is done with a request that is not answered yet."""

    def __init__(self, waiter: "LongPoll | EventStream") -> None:
        super().__init__()
        self.waiter = waiter


class HoldingTask(WSGITask):
    """The answer to a request, or its being put aside."""

    def service(self) -> None:
        """As waitress does. Raises Held where the application waits."""
        try:
            self.start()
            self.execute()
            wish = self.environ.pop(WISH, None)
            if wish is None:
                self.finish()
        except OSError:
            self._give_place_back()
            self.close_on_finish = True
            return
        except BaseException:
            self._give_place_back()
            raise
        if wish is not None:
            raise Held((EventStream if wish.follows else LongPoll)(self, wish))

    def _give_place_back(self) -> None:
        wish: Wish | None = (self.environ or {}).pop(WISH, None)
        if wish is not None:
            self.channel.server.waiters.release(wish.client)

    def set_close_on_finish(self) -> None:
        """As waitress does, but where an answer has no body (204, 304): its end is known without a
        length, so the connection goes on unless the client wants it closed."""
        wanted = self.request.headers.get("CONNECTION", "").lower()
        if self.has_body or self.version != "1.1" or wanted == "close":
            super().set_close_on_finish()

    def write(self, written: bytes) -> None:
        """As waitress does; nothing of what an application says that will say it later."""
        wish: Wish | None = self.environ.get(WISH)
        if wish is None or wish.follows:
            super().write(written)
        else:
            self.content_length = None

    def get_environment(self) -> dict[str, Any]:
        """What waitress says of the request, with a place to wait, or that it has waited."""
        environ: dict[str, Any] = super().get_environment()
        if self.request.has_waited:
            environ[WAITED] = True
        else:
            environ[PLACE] = self.channel.server.waiters
        return environ


class HoldingChannel(HTTPChannel):
    """A connection whose request may be put aside."""

    task_class = HoldingTask
    is_holding = False
    requests: list[Any]

    def service(self) -> None:
        """Answer a request, or put it aside."""
        self.is_holding = False
        try:
            super().service()
        except Held as held:
            self.is_holding = True
            self.server.pull_trigger()
            self.server.waiters.add(held.waiter)

    def readable(self) -> bool:
        """Whether to read: while a request is held too, to see that its client has gone."""
        if self.is_holding and self.connected and not self.will_close:
            return len(self.requests) < 2 and not self.total_outbufs_len
        return bool(super().readable())

    def answer_again(self) -> None:
        """Give the held request to a thread."""
        self.requests[0].has_waited = True
        self.is_holding = False
        self.server.add_task(self)

    def end(self) -> None:
        """Close the connection once all is sent."""
        with self.requests_lock:
            self.close_when_flushed = True
            for request in self.requests:
                request.close()
            self.requests, self.is_holding = [], False
        self.server.pull_trigger()


class LongPoll:
    """A request that is answered when its job has ended, or when its time is over."""

    def __init__(self, task: HoldingTask, wish: Wish) -> None:
        self.wish, self._channel = wish, task.channel
        self._until = time.monotonic() + wish.seconds

    def told(self, seen: Seen | None) -> bool:
        """Answer if the job has ended or the time is over."""
        if not self._channel.connected:
            self._channel.end()
            return True
        is_over = (seen is not None and seen.ended) or time.monotonic() >= self._until
        if is_over:
            self._channel.answer_again()
        return is_over

    def leave(self) -> None:
        """Answer as things stand."""
        if self._channel.connected:
            self._channel.answer_again()
        else:
            self._channel.end()


class EventStream:
    """An answer that goes on: an event per change, and a heartbeat where nothing changes."""

    def __init__(self, task: HoldingTask, wish: Wish) -> None:
        self.wish, self._task = wish, task
        self._known = self._number = wish.after
        self._wrote = time.monotonic()
        self._until = self._wrote + wish.seconds

    def told(self, seen: Seen | None) -> bool:
        """Write what is new; a heartbeat if nothing was for a while."""
        is_over = time.monotonic() >= self._until or not self._task.channel.connected
        try:
            if seen is not None and seen.mark != self._known:
                shown = self.wish.kind.show(self.wish.subject)
                self._known, self._number = seen.mark, max(self._number, seen.mark)
                self._write(event(self._number, shown, ended=seen.ended))
                is_over = is_over or seen.ended
            elif time.monotonic() - self._wrote >= HEARTBEAT_S:
                self._write(HEARTBEAT)
            if is_over:
                self._task.finish()
        except (ClientDisconnected, OSError):
            is_over = True
        if is_over:
            self._task.channel.end()
        return is_over

    def _write(self, written: bytes) -> None:
        self._task.write(written)
        self._wrote = time.monotonic()

    def leave(self) -> None:
        """End the answer; the client comes again by itself, and says what it knows."""
        with suppress(ClientDisconnected, OSError):
            self._task.finish()
        self._task.channel.end()
