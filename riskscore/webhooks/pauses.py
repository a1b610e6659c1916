"""How long a message waits before the next attempt: the schedule of Standard Webhooks."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_MINUTE, _HOUR = 60.0, 3600.0
#: Seconds before each attempt; the first is made at once, the last about 75 hours later.
SCHEDULE = (
    0.0, 5.0, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR,
    24 * _HOUR,
)  # fmt: skip
#: Pauses are longer by up to this share, by chance, so that not all come back at one moment.
JITTER = 0.2
LONGEST = 24 * _HOUR
#: Replies that may say when to come back.
BUSY = (429, 503)


def pause(attempts: int, status: int | None, retry_after: str) -> timedelta | None:
    """How long to wait after so many attempts; None where none is left.

    Who is busy may ask for more, up to a day; never for less.
    """
    if attempts >= len(SCHEDULE):
        return None
    usual = SCHEDULE[attempts] * (1 + JITTER * random.random())  # noqa: S311 - nothing secret
    asked = _seconds(retry_after) if status in BUSY else 0.0
    return timedelta(seconds=max(usual, min(asked, LONGEST)))


def _seconds(text: str) -> float:
    """Seconds of a Retry-After, in either of its two forms; 0 for what is neither."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
