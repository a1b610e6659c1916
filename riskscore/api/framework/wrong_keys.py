"""Wrong keys: few per client address and minute, refused before the database is asked.

Counted in Valkey, for all processes together; where it is away, in this process. A right key takes
nothing from the bucket, but where an address has used up its wrong ones it waits with the others.
"""

import logging
import threading
import time

from django.http import HttpRequest
from rest_framework.exceptions import Throttled

from riskscore.api.framework.throttling import rate, take
from riskscore.config import client_address

log = logging.getLogger(__name__)

NAME = "wrong_keys"


class LocalBuckets:
    """The same buckets in this process: by address, the moment at which each is full."""

    MOST = 10_000  # addresses that are remembered; then all are forgotten

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._full_at: dict[str, float] = {}

    def take(self, key: str, pace: float, burst: int, *, only_look: bool) -> float:
        """Seconds to wait for a token; 0 where there is one, which is taken."""
        with self._lock:
            now = time.monotonic()
            full = max(self._full_at.get(key, now), now) + pace
            wait = full - burst * pace - now
            if wait <= 0 and not only_look:
                if len(self._full_at) >= self.MOST:
                    self._full_at.clear()
                self._full_at[key] = full
            return max(wait, 0.0)


LOCAL = LocalBuckets()


#: Addresses that sent few wrong keys, and until when that need not be asked again.
QUIET: dict[str, float] = {}
QUIET_S = 1.0


def refuse_too_many(request: HttpRequest) -> None:
    """Raise Throttled if the client's address has sent too many wrong keys lately."""
    wait = _left_to_wait(request)
    if wait > 0:
        log.warning("too many wrong API keys from %s", client_address.of(request) or "a socket")
        raise Throttled(wait)


def is_quiet(request: HttpRequest) -> bool:
    """Whether the client's address has wrong keys left."""
    return _left_to_wait(request) == 0


def _left_to_wait(request: HttpRequest) -> float:
    """Seconds until the address may try a key; that there are none is believed for QUIET_S, or
    until this process meets a wrong key from there."""
    address, now = client_address.counted(request) or "", time.monotonic()
    if QUIET.get(address, 0.0) > now:
        return 0.0
    wait = _wait(request, only_look=True)
    if wait == 0:
        if len(QUIET) >= LocalBuckets.MOST:
            QUIET.clear()
        QUIET[address] = now + QUIET_S
    return wait


def count(request: HttpRequest, prefix: str) -> None:
    """Note a wrong key in the log, by its prefix alone, and against the client's address."""
    log.warning(
        "wrong API key from %s", client_address.of(request) or "a socket", extra={"key": prefix}
    )
    _wait(request, only_look=False)
    QUIET.pop(client_address.counted(request) or "", None)


def _wait(request: HttpRequest, *, only_look: bool) -> float:
    burst, seconds = rate(NAME)
    pace, key = seconds / burst, f"riskscore:rate:{NAME}:{client_address.counted(request)}"
    result = take(key, pace, burst, only_look=only_look)
    if result is None:
        return LOCAL.take(key, pace, burst, only_look=only_look)
    allowed, _, wait = result
    return 0.0 if allowed else wait
