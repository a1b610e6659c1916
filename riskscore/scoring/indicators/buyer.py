"""Who buys: a country, a dated group such as the EU, or several of them seen as one."""

from dataclasses import dataclass, replace
from datetime import date

from riskscore.engine.inputs.axes import Axes
from riskscore.scoring import inputs


@dataclass(frozen=True, slots=True)
class Buyer:
    """The place codes that buy together, in alphabetical order, each once."""

    codes: tuple[str, ...]

    @classmethod
    def of(cls, *codes: str) -> "Buyer":
        """From codes in any order."""
        return cls(tuple(sorted(set(codes))))

    @property
    def name(self) -> str:
        """What rows about it are filed under: ``JPN``, or ``JPN+USA``."""
        return "+".join(self.codes)


def axes_on(buyer: Buyer, day: date) -> Axes:
    """The axes with those as members who belong to the buyer on a day."""
    return _seen_from(buyer, [inputs.axes_of(_pinned(code, day)) for code in buyer.codes])


def axes_at_any_time(buyer: Buyer) -> Axes:
    """The axes with everybody who ever belonged to the buyer as its members."""
    return _seen_from(buyer, [inputs.axes_at_any_time(code) for code in buyer.codes])


def _pinned(code: str, day: date) -> inputs.Pinned:
    return inputs.Pinned(0, day, code)


def _seen_from(buyer: Buyer, each: list[Axes]) -> Axes:
    members = frozenset().union(*(axes.members for axes in each))
    return replace(each[0], importer=buyer.name, members=members)
