"""Schedules: which moment is due, on any clock, and one run for it however many look."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from riskscore.jobs import schedules
from riskscore.models import Job, Lens, Schedule
from tests.make import make_job

SPRING = datetime(2026, 3, 29, tzinfo=UTC)  # clocks in Madrid go from 2 to 3, at 1 UTC
AUTUMN = datetime(2026, 10, 25, tzinfo=UTC)  # and from 3 back to 2, at 1 UTC
LEAP = datetime(2028, 2, 29, tzinfo=UTC)


def daily(at: time = time(2, 30), timezone: str = "Europe/Madrid") -> Schedule:
    return Schedule(name="nightly", what="everything", every="day", at=at, timezone=timezone)


def slots(schedule: Schedule, start: datetime, days: int) -> list[datetime]:
    """Every slot that somebody who looks each ten minutes would see."""
    looks = (start + timedelta(minutes=10 * n) for n in range(6 * 24 * days))
    return sorted({schedules.latest_slot(schedule, look) for look in looks})


@pytest.mark.parametrize("day", [SPRING, AUTUMN, LEAP])
def test_a_day_has_exactly_one_slot_whatever_the_clocks_do(day: datetime) -> None:
    found = slots(daily(), day - timedelta(days=1), 3)
    local = [slot.astimezone(ZoneInfo("Europe/Madrid")).date() for slot in found]
    assert len(local) == len(set(local)) == 4  # the slot before the first look, and three more


def test_a_time_that_the_clocks_skip_comes_as_much_later() -> None:
    after = SPRING + timedelta(hours=12)
    assert schedules.latest_slot(daily(), after) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_means_the_first() -> None:
    after = AUTUMN + timedelta(hours=12)
    assert schedules.latest_slot(daily(), after) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hourly_schedule_has_one_slot_per_hour_of_utc() -> None:
    hourly = Schedule(name="hourly", what="stale", every="hour", at=time(0, 15))
    found = slots(hourly, AUTUMN, 1)
    assert len(found) == 25
    assert {slot.minute for slot in found} == {15}
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(hours=1)}


def test_a_timezone_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="is no time zone"):
        daily(timezone="Europe/Atlantis").clean_fields()


@pytest.fixture
def due(db: None, monkeypatch: pytest.MonkeyPatch) -> Schedule:
    """A schedule at 02:30 UTC that was made days ago; somebody scores through one lens."""
    make_job(scope={"keys": ["any"]})
    Lens.objects.update(kept_current=True)
    monkeypatch.setattr(settings, "DEFAULT_METHOD", "tiny")
    schedule = daily(timezone="UTC")
    schedule.save()
    now = schedule.changed_at + timedelta(days=3)
    monkeypatch.setattr(schedules, "_database_clock", lambda: now)
    return schedule


def test_days_of_standstill_are_caught_up_by_one_run(due: Schedule) -> None:
    assert len(schedules.start_due()) == 1
    assert schedules.start_due() == []
    job = Job.objects.get(schedule=due)
    assert (job.scope, job.reason) == ({"all": True}, "schedule: nightly")


def test_what_ran_while_the_clock_was_a_year_fast_keeps_no_later_slot_from_running(
    due: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = due.changed_at + timedelta(days=3)
    fast = right + timedelta(days=365)
    monkeypatch.setattr(schedules, "_database_clock", lambda: fast)
    assert len(schedules.start_due()) == 1
    monkeypatch.setattr(schedules, "_database_clock", lambda: right)
    assert len(schedules.start_due()) == 1
    assert schedules.start_due() == []


def test_a_schedule_that_is_switched_off_starts_nothing(due: Schedule) -> None:
    Schedule.objects.update(enabled=False)
    assert schedules.start_due() == []


def test_a_changed_schedule_does_not_catch_up_what_was_before_the_change(
    due: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    due.at = time(3, 0)
    due.save()
    due.refresh_from_db()
    monkeypatch.setattr(schedules, "_database_clock", lambda: due.changed_at)
    assert schedules.start_due() == []


def test_without_anything_loaded_nothing_starts_and_nothing_breaks(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = daily(timezone="UTC")
    schedule.save()
    now = schedule.changed_at + timedelta(days=3)
    monkeypatch.setattr(schedules, "_database_clock", lambda: now)
    assert schedules.start_due() == []
