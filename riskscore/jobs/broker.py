"""The broker, asked directly: what waits in it, and for whom it counts."""

from collections.abc import Iterable
from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

REQUEST_WAITS_S = 0.05
WORKER_WAITS_S = 1.0


def client(url: str) -> redis.Redis:
    """A client that gives up at once: by default redis-py retries for seconds."""
    return _client(url, REQUEST_WAITS_S)


@cache
def _client(url: str, waits_s: float) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=waits_s,
        socket_connect_timeout=waits_s,
        retry=Retry(NoBackoff(), 0),
    )


def holds_messages(queues: Iterable[str]) -> bool:
    """Whether a message waits in one of the queues. A broker that does not answer holds none."""
    try:
        return bool(_client(settings.BROKER.redis, WORKER_WAITS_S).exists(*queues))
    except redis.RedisError:
        return False
