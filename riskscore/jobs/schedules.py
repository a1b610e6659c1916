"""Which scheduled work is due: rows decide, a unique index keeps two schedulers harmless."""

import logging
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from riskscore.jobs import requests
from riskscore.models import Job, Lens, Schedule

log = logging.getLogger(__name__)

SCOPES: dict[Schedule.What, Mapping[str, Any]] = {
    Schedule.What.EVERYTHING: {"all": True},
    Schedule.What.STALE: requests.STALE,
}


def start_due() -> list[uuid.UUID]:
    """Start what is due and has not been started. Returns the new jobs.

    Only the latest slot counts: after a standstill of days there is one run, not one per slot. What
    was written while the clock was fast keeps nothing from running once it is right again.
    """
    now = _database_clock()
    started = []
    for schedule in Schedule.objects.filter(enabled=True):
        slot = latest_slot(schedule, now)
        if (
            not slot <= schedule.changed_at <= now
            and not Job.objects.filter(schedule=schedule, slot__range=(slot, now)).exists()
        ):
            started += _start(schedule, slot)
    return started


def latest_slot(schedule: Schedule, now: datetime) -> datetime:
    """The last moment, not after ``now``, at which the schedule was due.

    Hours are counted in UTC. A day has one slot, also when the clocks change: a time that occurs
    twice means the first, one that is skipped means as much later as the clocks jump.
    """
    if schedule.every == Schedule.Every.HOUR:
        slot = now.astimezone(UTC).replace(minute=schedule.at.minute, second=0, microsecond=0)
        return slot if slot <= now else slot - timedelta(hours=1)
    zone = ZoneInfo(schedule.timezone)
    today = now.astimezone(zone).date()
    slots = (
        datetime.combine(today - timedelta(days=back), schedule.at, zone).astimezone(UTC)
        for back in (0, 1, 2)
    )
    return next(slot for slot in slots if slot <= now)


def _start(schedule: Schedule, slot: datetime) -> list[uuid.UUID]:
    """One job per lens that is kept current; none if somebody else was quicker."""
    try:
        with transaction.atomic():
            return [
                requests.start(
                    SCOPES[Schedule.What(schedule.what)],
                    lens=lens,
                    reason=f"schedule: {schedule.name}",
                    schedule=schedule,
                    slot=slot,
                ).id
                for lens in Lens.objects.filter(kept_current=True).order_by("id")
            ]
    except (IntegrityError, requests.CannotStart) as reason:
        log.info("schedule %s at %s: %s", schedule, slot, reason)
        return []


def _database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]
