"""From statements about owners to project-level indicators. A pure rule, stated once.

Each indicator is **what is certain at least**; how far the unknown could raise it is the upper
bound. So a statement that is missing, doubted or without its share can only leave an indicator
lower than the truth, and a new statement never makes a project look safer than none.

A statement is worth its credibility, and no more than the cap of its state: an unverified one never
more than half. What a statement is not worth counts as unknown.

Owners without a share divide what the stated shares leave; a list without shares is taken to be
whole, for what it is worth. Companies of one ultimate parent are one holder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.errors import FrameError

CAP = {"unverified": 0.5, "confirmed": 1.0, "corrected": 1.0, "rejected": 0.0}
"""The most that a statement is worth, by its state. Of 244 sites of the first file of owners that
were compared with company reports, 86 % had an owner in common: right more often than not, and not
to be built on."""


class Bounds(NamedTuple):
    """(size,) the least and the most that a value can be; NaN where no owner is known."""

    least: Floats
    most: Floats


@dataclass(frozen=True, slots=True)
class Holdings:
    """Statements about the owners of some projects on a day, one per element.

    ``unit`` is the project's position, ``holder`` a number per ultimate parent, ``share`` 0..1 or
    NaN, ``worth`` 0..1 of the statement.
    """

    unit: npt.NDArray[np.integer]
    holder: npt.NDArray[np.integer]
    share: Floats
    worth: Floats

    def __post_init__(self) -> None:
        if len({len(getattr(self, name)) for name in self.__slots__}) > 1:
            raise FrameError("the columns of Holdings differ in length")


def worth(state: str, credibility: float) -> float:
    """What a statement counts: its credibility, capped by its state."""
    return min(credibility, CAP[state])


def concentration(holdings: Holdings, size: int) -> Bounds:
    """HHI01 of the holders.

    Least: what is unknown is split without end, and shares that nobody states are equal. Most: all
    that is unknown belongs to the greatest holder.
    """
    parties = _parties(holdings, size)
    certain = np.bincount(parties.unit, parties.certain**2, size)
    stated = np.where(parties.has_share, parties.certain, 0.0)
    unknown = 1.0 - np.bincount(parties.unit, stated, size)
    greatest = np.zeros(size)
    np.maximum.at(greatest, parties.unit, stated)
    others = np.bincount(parties.unit, stated**2, size) - greatest**2
    most = others + (greatest + unknown) ** 2
    return _bounds(np.asarray(certain), np.asarray(most), parties.unit, size)


def part_of(holdings: Holdings, is_part: Floats, believed: Floats, size: int) -> Bounds:
    """The share held by those of whom something is true.

    ``is_part`` is 1, 0 or NaN (unknown) per holding, and ``believed`` 0..1 how far that is to be
    believed. Where several owners have no share, what they hold together is certain only if the
    same is true of all of them.
    """
    known = ~np.isnan(is_part)
    held = _held(holdings, size)
    certain = held * np.where(known, believed, 0.0)
    alike = _alike(holdings, is_part, size)
    certain = np.where(np.isnan(holdings.share) & ~alike[holdings.unit], 0.0, certain)
    inside = np.bincount(holdings.unit, np.where(is_part == 1, certain, 0.0), size)
    outside = np.bincount(holdings.unit, np.where(is_part == 0, certain, 0.0), size)
    return _bounds(np.asarray(inside), np.asarray(1.0 - outside), holdings.unit, size)


class _Parties(NamedTuple):
    """One element per project and holder."""

    unit: npt.NDArray[np.integer]
    certain: Floats
    has_share: Bools


def _parties(holdings: Holdings, size: int) -> _Parties:
    """Holdings of one ultimate parent joined; one of whose shares is unknown has no share.

    That only widens the bounds: the least HHI is then one over more possible divisions.
    """
    pairs = np.column_stack([holdings.unit, holdings.holder]).reshape(-1, 2)
    which, at = np.unique(pairs, axis=0, return_inverse=True)
    at = at.reshape(-1)
    missing = np.bincount(at, np.isnan(holdings.share), len(which)) > 0
    unit = which[:, 0].astype(np.int64)
    stated = np.where(np.isnan(holdings.share), 0.0, holdings.share)
    factor = _within_all(holdings.unit, stated, size)[holdings.unit]
    certain = np.bincount(at, stated * factor * holdings.worth, len(which))
    whole = np.where(missing, 0.0, np.bincount(at, stated * factor, len(which)))
    left = np.maximum(1.0 - np.bincount(unit, whole, size), 0.0)
    count = np.bincount(unit, missing, size)
    best = np.zeros(len(which))
    np.maximum.at(best, at, holdings.worth)
    equal = best * left[unit] / np.maximum(count, 1.0)[unit]
    return _Parties(unit, np.where(missing, equal, certain), ~missing)


def _held(holdings: Holdings, size: int) -> Floats:
    """(holdings,) the part of each holding that is certain, if unknown shares are equal."""
    missing = np.isnan(holdings.share)
    stated = np.where(missing, 0.0, holdings.share)
    stated = stated * _within_all(holdings.unit, stated, size)[holdings.unit]
    left = np.maximum(1.0 - np.bincount(holdings.unit, stated, size), 0.0)
    count = np.maximum(np.bincount(holdings.unit, missing, size), 1.0)
    share = np.where(missing, (left / count)[holdings.unit], stated)
    return np.asarray(share * holdings.worth)


def _within_all(unit: npt.NDArray[np.integer], stated: Floats, size: int) -> Floats:
    """(size,) what brings stated shares down to a sum of 1 where sources overlap; else 1."""
    total = np.bincount(unit, stated, size)
    return np.asarray(1.0 / np.maximum(total, 1.0))


def _alike(holdings: Holdings, is_part: Floats, size: int) -> Bools:
    """(size,) whether the same is known to be true of all owners without a share."""
    missing = np.isnan(holdings.share)
    answers = [
        np.bincount(holdings.unit, missing & same, size)
        for same in (is_part == 1, is_part == 0, np.isnan(is_part))
    ]
    return np.asarray(sum(count > 0 for count in answers) <= 1)


def _bounds(
    least: npt.NDArray[Any], most: npt.NDArray[Any], unit: npt.NDArray[np.integer], size: int
) -> Bounds:
    """The bounds within 0..1 and in order; NaN where nothing is known, as between 0 and 1."""
    low = np.clip(least, 0.0, 1.0)
    high = np.clip(most, low, 1.0)
    none = (np.bincount(unit, minlength=size) == 0) | ((low == 0) & (high == 1))
    return Bounds(np.where(none, np.nan, low), np.where(none, np.nan, high))
