"""What publishers state, as parallel arrays: the input of every derivation rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Floats, Strings
from riskscore.engine.catalogue import Level
from riskscore.engine.errors import FrameError

Ints = npt.NDArray[np.integer]
Dates = npt.NDArray[np.datetime64]

NOWHERE = -1
"""The index that stands for "no place", "no mineral" or "no importer"."""


@dataclass(frozen=True, slots=True)
class Observations:
    """All rows of **one** observation key, in any order.

    ``place``, ``mineral`` and ``importer`` index into ``Axes.places``, ``Axes.minerals`` and
    ``Axes.places``; -1 means none. ``value`` is in the publisher's unit. ``standard_error`` is NaN
    and ``since``/``until`` are NaT where nobody states them. ``label`` is the unit or the words of
    the publisher; ``stage`` tells several figures of one place, mineral and year apart (where it is
    left out, the label does).
    """

    place: Ints
    mineral: Ints
    importer: Ints
    year: Ints
    value: Floats
    standard_error: Floats
    since: Dates
    until: Dates
    label: Strings
    stage: Strings = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.stage is None:
            object.__setattr__(self, "stage", self.label)
        sizes = {name: len(getattr(self, name)) for name in self.__slots__}
        if len(set(sizes.values())) > 1:
            raise FrameError(f"the columns of an Observations differ in length: {sizes}")

    def __len__(self) -> int:
        return len(self.value)

    def take(self, rows: Bools) -> Observations:
        """The rows where the mask is true."""
        return Observations(*(getattr(self, name)[rows] for name in self.__slots__))

    def until_year(self, year: int) -> Observations:
        """The rows of that year and before."""
        return self.take(self.year <= year)

    def in_force(self, day: date) -> Observations:
        """The rows whose dates cover the day; a row without dates always does."""
        now = np.datetime64(day, "D")
        started = np.isnat(self.since) | (self.since <= now)
        ended = ~np.isnat(self.until) & (self.until < now)
        return self.take(started & ~ended)


@dataclass(frozen=True, slots=True)
class Axes:
    """Names of rows and columns of every table, and the point of view.

    ``members`` are the places that make up the importer (itself, or the group's members on
    ``as_of``; empty for ``WLD``). ``groups`` maps each group code to its members on ``as_of``.
    """

    places: tuple[str, ...]
    minerals: tuple[str, ...]
    importer: str
    members: frozenset[str]
    as_of: date
    groups: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def has_importer(self) -> bool:
        """Whether scores are seen from a buyer's side; False for ``WLD``."""
        return self.importer != "WLD"

    def place(self, code: str) -> int:
        """Index of a place code, or -1."""
        return self.places.index(code) if code in self.places else NOWHERE

    def mineral(self, code: str) -> int:
        """Index of a mineral code, or -1."""
        return self.minerals.index(code) if code in self.minerals else NOWHERE

    def is_member(self) -> Bools:
        """(P,) true where the place belongs to the importer."""
        return np.array([code in self.members for code in self.places], dtype=bool)

    def is_country(self) -> Bools:
        """(P,) false for groups and for the pseudo-places ``WLD`` and ``ROW``."""
        unreal = {"WLD", "ROW", *self.groups}
        return np.array([code not in unreal for code in self.places], dtype=bool)


@dataclass(frozen=True, slots=True)
class Table:
    """Values of one indicator: (P,), (M,) or (P, M) by ``level``; NaN where nobody knows.

    ``standard_errors`` has the same shape, in the indicator's unit; ``years`` is the year of the
    newest fact behind each value and ``first_years`` that of the oldest, 0 where there is none.
    """

    level: Level
    values: Floats
    standard_errors: Floats | None = None
    years: npt.NDArray[np.int16] | None = None
    first_years: npt.NDArray[np.int16] | None = None
