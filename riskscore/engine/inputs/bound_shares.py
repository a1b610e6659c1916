"""How much of a project's output is bound at once: contracts overlap by day and by mineral."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

ALL = ""
#: Rounding that shares may add up to above 1.
ROUNDING = 1e-6


class Bound(NamedTuple):
    """A share (0..1) of one mineral, or of ``ALL``, from a day to a day, both included."""

    mineral: str
    share: float
    since: date | None
    until: date | None

    def holds(self, day: date, mineral: str) -> bool:
        """Whether it binds output of this mineral on this day."""
        is_now = (self.since or date.min) <= day <= (self.until or date.max)
        return is_now and self.mineral in (ALL, mineral)


class Peak(NamedTuple):
    """The largest share that is bound at once, the day it begins, and the mineral it is of."""

    share: float
    day: date
    mineral: str

    @property
    def is_too_much(self) -> bool:
        """Whether it is more than there is."""
        return self.share > 1 + ROUNDING


def peak(contracts: Sequence[Bound]) -> Peak:
    """The most that is bound of any mineral on any day; nothing of nothing is 0.

    >>> peak([Bound("", 0.6, None, None), Bound("tin", 0.5, date(2026, 1, 1), None)])
    Peak(share=1.1, day=datetime.date(2026, 1, 1), mineral='tin')
    """
    minerals = {contract.mineral for contract in contracts} or {ALL}
    return max((_peak_of(mineral, contracts) for mineral in sorted(minerals)), key=lambda p: p[0])


def _peak_of(mineral: str, contracts: Iterable[Bound]) -> Peak:
    steps: dict[date, float] = {}
    for contract in contracts:
        if contract.mineral in (ALL, mineral):
            first = contract.since or date.min
            steps[first] = steps.get(first, 0.0) + contract.share
            if contract.until and contract.until < date.max:
                after = contract.until + timedelta(days=1)
                steps[after] = steps.get(after, 0.0) - contract.share
    most, held = Peak(0.0, date.min, mineral), 0.0
    for day in sorted(steps):
        held += steps[day]
        if held > most.share:
            most = Peak(round(held, 12), day, mineral)
    return most
