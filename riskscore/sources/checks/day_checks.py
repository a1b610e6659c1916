"""Days: of our time, not far to come, and in their order."""

from datetime import date, timedelta

from riskscore.sources.checks.fault import Fault

FIRST_YEAR, LAST_YEAR = 1900, 2100
#: What is announced (a strike, an audit) may be dated within a year; what lies beyond is a slip.
FARTHEST_AHEAD = timedelta(days=366)
BACKWARDS = Fault("the last day lies before the first", "Correct one of the two days.")


def day(value: date | None) -> Fault | None:
    """A day of no year that anybody could mean."""
    if value is None or FIRST_YEAR <= value.year <= LAST_YEAR:
        return None
    return Fault("no year of our time", f"Write a day from {FIRST_YEAR} to {LAST_YEAR}.")


def year(value: int) -> Fault | None:
    """The same of a year."""
    if FIRST_YEAR <= value <= LAST_YEAR:
        return None
    return Fault("not a year", f"Write a year from {FIRST_YEAR} to {LAST_YEAR}.")


def period(since: date | None, until: date | None) -> Fault | None:
    """An end before its beginning."""
    return BACKWARDS if since and until and until < since else None


def event(value: date | None, today: date) -> Fault | None:
    """The day on which something happened, or is announced for."""
    if value is not None and value > today + FARTHEST_AHEAD:
        return Fault("a day to come", "Write the day on which it happened, not in the future.")
    return day(value)


def state(value: date | None, today: date) -> Fault | None:
    """The day from which something is so by now."""
    if value is not None and value > today:
        return Fault(
            "a day to come",
            "State what is so by now; a plan with its year is a capacity (basis planned).",
        )
    return day(value)
