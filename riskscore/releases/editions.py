"""Editions: what was known when, as integers in the order of commits."""

from django.db import connection
from django.db.models import Max

from riskscore.models import Edition

EDITION_LOCK = 0x7269736B_0002


def next_edition(reason: str) -> Edition:
    """The next step of what is known. Call it inside the transaction that records the rest.

    The advisory lock is held until commit, so editions become visible in the order of their
    numbers: whoever sees edition n has seen all before it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EDITION_LOCK])
    last = Edition.objects.aggregate(last=Max("number"))["last"] or 0
    return Edition.objects.create(number=last + 1, reason=reason)
