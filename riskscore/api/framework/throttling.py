"""The rate limit: how often a client may ask, by one token bucket per client in Valkey.

DRF's own throttles count in the cache without a lock, so parallel requests slip through. When
Valkey does not answer within milliseconds, everybody passes: the limit protects the service, and
a service without a limit beats no service.
"""

import logging
import time
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from riskscore.jobs.waiting import WAITED
from riskscore.models import ApiKey

log = logging.getLogger(__name__)

VALKEY_TIMEOUT_S = 0.05
SECONDS = {"s": 1, "min": 60, "h": 3600}
CIRCUIT_OPEN_S = 5.0  # after a failure Valkey is not asked for so long

# The generic cell rate algorithm: one number per client, the time at which its bucket is full. That
# is never later than a burst from now: if it is, the clock was set back since.
# ARGV: seconds per request, burst, whether to take a token or only to look. Returns {allowed,
# remaining, seconds to wait}.
BUCKET = """
local now = redis.call('TIME'); now = now[1] + now[2] / 1000000
local pace, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept, most = tonumber(redis.call('GET', KEYS[1]) or now), now + burst * pace
if kept > most then
    kept = most
    redis.call('SET', KEYS[1], string.format('%.6f', kept), 'PX', math.ceil((kept - now) * 1000))
end
local full = math.max(kept, now) + pace
local wait = full - burst * pace - now
if wait > 0 then return {0, 0, tostring(wait)} end
if ARGV[3] == '1' then
  redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000))
end
return {1, math.floor((now + burst * pace - full) / pace), tostring(full - now)}
"""


class TokenBucket(BaseThrottle):
    """`DEFAULT_THROTTLE_RATES` names a burst and the seconds in which it refills: "1200/min"."""

    wait_s: float | None = None

    def allow_request(self, request: Request, _view: Any) -> bool:
        """Take a token; note on the request what is left, for the headers.

        A request that was held back took one when it came.
        """
        if request.META.get(WAITED):
            return True
        name = "jobs" if request.method == "POST" else "requests"
        burst, seconds = rate(name)
        result = take(f"riskscore:rate:{name}:{client_of(request)}", seconds / burst, burst)
        if result is None:
            return True
        allowed, remaining, wait = result
        request._request.META["riskscore.rate"] = {
            "RateLimit-Policy": f'"{name}";q={burst};w={seconds}',
            "RateLimit": f'"{name}";r={remaining};t={wait:.0f}',
        }
        self.wait_s = None if allowed else wait
        return bool(allowed)

    def wait(self) -> float | None:
        """Seconds until the next token."""
        return self.wait_s


class Circuit:
    """After a failure Valkey is not asked for a while, so that its absence costs no waiting."""

    open_until = 0.0

    @classmethod
    def is_open(cls) -> bool:
        """Whether Valkey is left alone just now."""
        return time.monotonic() < cls.open_until

    @classmethod
    def opened(cls, error: Exception) -> None:
        """Leave Valkey alone for CIRCUIT_OPEN_S, and say so once."""
        cls.open_until = time.monotonic() + CIRCUIT_OPEN_S
        log.warning("no rate limit for %.0f s: %s", CIRCUIT_OPEN_S, type(error).__name__)


def take(
    key: str, pace: float, burst: int, *, only_look: bool = False
) -> tuple[bool, int, float] | None:
    """Take a token of a bucket: whether there was one, how many are left, seconds to wait.

    ``pace`` is the seconds in which one comes back. None where Valkey does not answer.
    """
    if Circuit.is_open():
        return None
    try:
        asked = [pace, burst, 0 if only_look else 1]
        allowed, remaining, wait = _script(settings.BROKER.redis)(keys=[key], args=asked)
    except redis.RedisError as error:
        Circuit.opened(error)
        return None
    return bool(int(allowed)), int(remaining), float(wait)


def rate(name: str) -> tuple[int, int]:
    """The burst of a named rate, and the seconds in which it refills."""
    return _read(str(api_settings.DEFAULT_THROTTLE_RATES[name]))


@cache
def client(url: str) -> redis.Redis:
    """A client that gives up at once: by default redis-py retries for seconds."""
    return redis.Redis.from_url(
        url,
        socket_timeout=VALKEY_TIMEOUT_S,
        socket_connect_timeout=VALKEY_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )


@cache
def _script(url: str) -> Any:
    return client(url).register_script(BUCKET)


@cache
def _read(words: str) -> tuple[int, int]:
    burst, _, unit = words.partition("/")
    return int(burst), SECONDS[unit]


def client_of(request: Request) -> str:
    """Who asks, as the key by which it is counted."""
    return (
        f"key-{request.auth.pk}" if isinstance(request.auth, ApiKey) else f"user-{request.user.pk}"
    )
