"""Editions: what was recorded when, as integers in the order of commits.

The tables are *bitemporal*. ``edition`` is the transaction time: what had been recorded. ``as_of``
is the valid time: the day that the facts describe. A score names both, and neither replaces the
other: a correction recorded today (a new edition) may be about a day long past.
"""

from django.db import connection
from django.db.models import Max

from riskscore.models import Edition

EDITION_LOCK = 0x7269736B_0002


def next_edition(reason: str) -> Edition:
    """The next edition. Call it inside the transaction that records the rest.

    The advisory lock is held until commit, so editions become visible in the order of their
    numbers: whoever sees edition n has seen all before it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EDITION_LOCK])
    last = Edition.objects.aggregate(last=Max("number"))["last"] or 0
    return Edition.objects.create(number=last + 1, reason=reason)
