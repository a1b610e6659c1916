"""The rate limit: how often a client may ask, by one token bucket per client in Valkey.

DRF's own throttles count in the cache without a lock, so parallel requests slip through. When
Valkey does not answer within milliseconds, everybody passes: the limit protects the service, and
a service without a limit beats no service.
"""

import logging
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from riskscore.api.framework import request_cost
from riskscore.jobs.broker import client
from riskscore.jobs.waiting import WAITED
from riskscore.models import ApiKey

log = logging.getLogger(__name__)

STANDARD = "standard"  # the plan of browsers, and of keys that have no other
SECONDS = {"s": 1, "min": 60, "h": 3600}
CIRCUIT_OPEN_S = 5.0  # after a failure Valkey is not asked for so long

# The generic cell rate algorithm: one number per client, the time at which its bucket is full. That
# is never later than a burst from now: if it is, the clock was set back since.
# ARGV: seconds per token, burst, how many tokens to take; none: only look whether there is one.
# Returns {allowed, remaining, seconds to wait}.
BUCKET = """
local now = redis.call('TIME'); now = now[1] + now[2] / 1000000
local pace, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept, most = tonumber(redis.call('GET', KEYS[1]) or now), now + burst * pace
if kept > most then
    kept = most
    redis.call('SET', KEYS[1], string.format('%.6f', kept), 'PX', math.ceil((kept - now) * 1000))
end
local cost = tonumber(ARGV[3])
local full = math.max(kept, now) + pace * math.max(cost, 1)
local wait = full - burst * pace - now
if wait > 0 then return {0, 0, tostring(wait)} end
if cost > 0 then
  redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000))
end
return {1, math.floor((now + burst * pace - full) / pace), tostring(full - now)}
"""


class TokenBucket(BaseThrottle):
    """`DEFAULT_THROTTLE_RATES` names a burst and the seconds in which it refills: "1200/min"."""

    wait_s: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Take a token; note on the request what is left, for the headers.

        A request that was held back took one when it came.
        """
        if request.META.get(WAITED):
            return True
        self.wait_s = _charge(request, request_cost.of(request, view))
        return self.wait_s is None

    def wait(self) -> float | None:
        """Seconds until the next token."""
        return self.wait_s


def has_token(request: HttpRequest, client: str, plan: str) -> bool:
    """Take a token for a reading of a client, if there is one; noted as above."""
    return _take(request, "requests", client, plan, 1) is None


def charge(request: Request, tokens: int) -> None:
    """Take more tokens for work whose size is known only now. Raises Throttled."""
    if tokens > 0 and (wait := _charge(request, tokens)) is not None:
        raise Throttled(wait)


def _charge(request: Request, tokens: int) -> float | None:
    """Take tokens of the bucket that a request is about; seconds to wait if they lack."""
    name = "jobs" if request.method == "POST" else "requests"
    return _take(request._request, name, client_of(request), plan_of(request), tokens)


def _take(request: HttpRequest, name: str, client: str, plan: str, tokens: int) -> float | None:
    """Take tokens of a client's bucket, noting what is left; seconds to wait if they lack.

    Whatever costs more than the whole bucket costs the whole bucket.
    """
    burst, seconds = rate(name, plan)
    bucket = f"riskscore:rate:{name}:{client}"
    result = take(bucket, seconds / burst, burst, tokens=min(tokens, burst))
    request.META["riskscore.rate"] = {}
    if result is None:
        return None
    allowed, remaining, wait = result
    request.META["riskscore.rate"] = {
        "RateLimit-Policy": f'"{name}";q={burst};w={seconds}',
        "RateLimit": f'"{name}";r={remaining};t={wait:.0f}',
    }
    return None if allowed else wait


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
    key: str, pace: float, burst: int, *, only_look: bool = False, tokens: int = 1
) -> tuple[bool, int, float] | None:
    """Take tokens of a bucket: whether there were any, how many are left, seconds to wait.

    ``pace`` is the seconds in which one comes back. None where Valkey does not answer.
    """
    if Circuit.is_open():
        return None
    try:
        asked = [pace, burst, 0 if only_look else tokens]
        allowed, remaining, wait = _script(settings.BROKER.redis)(keys=[key], args=asked)
    except redis.RedisError as error:
        Circuit.opened(error)
        return None
    return bool(int(allowed)), int(remaining), float(wait)


def rate(name: str, plan: str = STANDARD) -> tuple[int, int]:
    """The burst of a named rate in a plan, and the seconds in which it refills.

    A plan that the settings name no longer is the standard one.
    """
    of_plan = {} if plan == STANDARD else settings.RATE_PLANS.get(plan, {})
    return _read(str(of_plan.get(name) or api_settings.DEFAULT_THROTTLE_RATES[name]))


def plan_of(request: Request) -> str:
    """The plan of the key that asks; the standard one for a browser. Asks no database."""
    return str(request.auth.plan) if isinstance(request.auth, ApiKey) else STANDARD


@dataclass(frozen=True, slots=True)
class Quota:
    """How a client stands with one of its rates; ``remaining`` None where Valkey is away."""

    name: str
    limit: int
    seconds: int
    remaining: int | None


def quotas(request: Request) -> list[Quota]:
    """What the client has left of each of its rates; takes nothing."""
    found = []
    for name in ("requests", "jobs"):
        burst, seconds = rate(name, plan_of(request))
        bucket = f"riskscore:rate:{name}:{client_of(request)}"
        seen = take(bucket, seconds / burst, burst, only_look=True)
        # A look counts the token that it would take; a bucket without any says so.
        left = None if seen is None else seen[1] + 1 if seen[0] else 0
        found.append(Quota(name, burst, seconds, left))
    return found


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
