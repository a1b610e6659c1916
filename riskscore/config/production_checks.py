"""What production refuses. Settings call this at every start: web, worker and command alike."""

from collections.abc import Sequence
from urllib.parse import urlsplit

DEVELOPMENT_SECRET = "development-only: production refuses to start with this key"  # noqa: S105


def production_refusals(
    *,
    secret: str,
    debug: bool,
    hosts: Sequence[str],
    database_url: str,
    redis_url: str,
    webhooks: Sequence[str] = (),
) -> list[str]:
    """Return one line per setting that is unfit for production, each with its remedy."""
    weak = secret == DEVELOPMENT_SECRET or len(secret) < 50 or len(set(secret)) < 10
    result = {
        "RISKSCORE_SECRET_KEY is absent or weak: give 50 or more random characters": weak,
        "RISKSCORE_DEBUG must be off": debug,
        "RISKSCORE_ALLOWED_HOSTS must name the hosts, never *": not hosts or "*" in hosts,
        "DATABASE_URL is absent: give postgresql://user:password@host/name": not database_url,
        "REDIS_URL is absent: give redis://:password@host:6379/0": not redis_url,
        "REDIS_URL has no password: whoever reaches the broker could start work": _open(redis_url),
        "RISKSCORE_WEBHOOK_DEVELOPMENT must be unset: it lets private addresses be called": bool(
            webhooks
        ),
    }
    return [message for message, wrong in result.items() if wrong]


def _open(redis_url: str) -> bool:
    """Say whether the broker listens on TCP without a password."""
    return redis_url.startswith(("redis:", "rediss:")) and not urlsplit(redis_url).password
