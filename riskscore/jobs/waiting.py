"""Who waits for a job: any number of clients, one thread and one query for all of a process.

A client that waits for a job must not keep one of the few threads that answer others. The server
(riskscore/serving/held_requests.py) puts its request aside and gives it to ``Waiters``; a single
thread looks at all jobs that anybody waits for, every half second and by one query, and says to
each waiter what it saw. With nobody waiting the thread sleeps and has no connection.

A poll, not LISTEN/NOTIFY: that needs a session of its own, which a transaction pooler does not
give, and one look at a few rows costs less than a message for each chunk of a million projects.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from django.db import DatabaseError, connection

from riskscore.errors import UnavailableError

log = logging.getLogger(__name__)

#: In ``environ``: where an application may wait (``Waiters``; absent where the server gives no
#: place), what it waits for (a ``Wish``), and that it has waited already.
PLACE, WISH, WAITED = "riskscore.waiters", "riskscore.wish", "riskscore.waited"
LOOK_EVERY_S = 0.5
#: Looking takes at most this share of the time, however many jobs there are.
MOST_OF_THE_TIME = 0.1
#: Requests that wait in a process, and those of one client among them.
MOST, MOST_OF_ONE = 500, 20


class TooManyWaiting(UnavailableError):
    """As many requests as may be are waiting already, of this client or of all."""

    code = "too_many_waiting"
    remedy = "Close one, or ask again without waiting after the seconds of Retry-After."


@dataclass(frozen=True, slots=True)
class Seen:
    """How a job stands. ``mark`` rises with every change; what has ended never changes again."""

    mark: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be waited for: ``look`` sees many at once, ``show`` says in full how one stands."""

    look: Callable[[Collection[Any]], Mapping[Any, Seen]]
    show: Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client waits for, and for how long.

    ``after`` is the mark that it knows: a higher one is news. With ``follows`` it is told of each
    change until the end, else of the end alone.
    """

    kind: Kind
    subject: Any
    client: str
    seconds: float
    after: int
    follows: bool = False


class Waiter(Protocol):
    """A request that was put aside."""

    wish: Wish

    def told(self, seen: Seen | None) -> bool:
        """Take what was seen; None: nothing is there, or nobody could look. Whether it is over."""

    def leave(self) -> None:
        """Answer as things stand: the process ends."""


class Waiters:
    """The requests of a process that wait."""

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._each: set[Waiter] = set()
        self._clients: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._is_open = True
        self._thread: threading.Thread | None = None

    def reserve(self, client: str) -> None:
        """Keep a place for a client. Raises TooManyWaiting."""
        with self._changed:
            if not self._is_open or self._clients.total() >= self._most:
                raise TooManyWaiting(f"{self._most} requests wait in this process")
            if self._clients[client] >= self._most_of_one:
                raise TooManyWaiting(f"{self._most_of_one} of your requests wait already")
            self._clients[client] += 1

    def release(self, client: str) -> None:
        """Give a place back."""
        with self._changed:
            self._clients[client] -= 1
            if self._clients[client] <= 0:
                del self._clients[client]

    def add(self, waiter: Waiter) -> None:
        """Let a request wait in the place that was kept for its client."""
        with self._changed:
            is_open = self._is_open
            if is_open:
                self._each.add(waiter)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="waiting", daemon=True)
                    self._thread.start()
                self._changed.notify()
        if not is_open:
            self.release(waiter.wish.client)
            waiter.leave()

    @property
    def number(self) -> int:
        """How many requests wait."""
        return len(self._each)

    def close(self) -> None:
        """Answer all of them as things stand, and let nobody wait any more."""
        with self._changed:
            self._is_open = False
            each, self._each = self._each, set()
            self._changed.notify()
        for waiter in each:
            self.release(waiter.wish.client)
            waiter.leave()

    def _run(self) -> None:
        while self._is_open:
            with self._changed:
                while not self._each and self._is_open:
                    connection.close()
                    self._changed.wait()
                each = list(self._each)
            began = time.monotonic()
            self._tell(each)
            took = time.monotonic() - began
            time.sleep(max(LOOK_EVERY_S, took / MOST_OF_THE_TIME))
        connection.close()

    def _tell(self, each: Iterable[Waiter]) -> None:
        seen = _look(each)
        for waiter in each:
            if _is_over(waiter, seen.get((waiter.wish.kind.look, waiter.wish.subject))):
                self._forget(waiter)

    def _forget(self, waiter: Waiter) -> None:
        with self._changed:
            was_there = waiter in self._each
            self._each.discard(waiter)
        if was_there:
            self.release(waiter.wish.client)


def _is_over(waiter: Waiter, seen: Seen | None) -> bool:
    try:
        return waiter.told(seen)
    except DatabaseError as error:
        log.warning("a waiting request is told later: %s", error)
        connection.close()
        return False
    except Exception:
        log.exception("a waiting request is given up")
        waiter.leave()
        return True


def _look(each: Iterable[Waiter]) -> dict[tuple[Any, Any], Seen]:
    """What everybody waits for, by a query per kind; nothing where the database is away."""
    subjects: dict[Any, set[Any]] = {}
    for waiter in each:
        subjects.setdefault(waiter.wish.kind.look, set()).add(waiter.wish.subject)
    result: dict[tuple[Any, Any], Seen] = {}
    try:
        for look, wanted in subjects.items():
            result |= {(look, subject): seen for subject, seen in look(wanted).items()}
    except DatabaseError as error:
        log.warning("nobody could look for those who wait: %s", error)
        connection.close()
    return result


# --- What is written to those who follow ----------------------------------------------------------
#: What a stream begins with: after so many milliseconds a client comes again that was cut off.
RETRY = b"retry: 3000\n\n"


def event(number: int, shown: Mapping[str, Any], *, ended: bool) -> bytes:
    """A server-sent event, ``progress`` or ``ended``, with the number that a client comes back
    with (``Last-Event-ID``)."""
    name = b"ended" if ended else b"progress"
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name, number, orjson.dumps(shown))
