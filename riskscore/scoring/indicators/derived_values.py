"""The values of one derived indicator over all places and minerals, as known now."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from riskscore.engine.catalogue import INDICATORS, Level
from riskscore.engine.derive.derivation import RULES, derive
from riskscore.engine.inputs.axes import Axes, Table
from riskscore.releases import effective, register
from riskscore.releases.effective import InForce
from riskscore.scoring import inputs
from riskscore.scoring.indicators import releases_of_values
from riskscore.scoring.stored_score import not_nan

OF_IMPORTERS = (Level.IMPORTER_PLACE, Level.IMPORTER_MINERAL, Level.IMPORTER_PLACE_MINERAL)
OF_PLACES = (Level.PLACE, Level.IMPORTER_PLACE)
OF_MINERALS = (Level.MINERAL, Level.IMPORTER_MINERAL)


class Cell(NamedTuple):
    """Where a value belongs; None where the indicator has no place or no mineral."""

    place: str | None
    mineral: str | None


class Value(NamedTuple):
    """A value in the indicator's unit, its standard error, and the year of its newest fact."""

    value: float
    standard_error: float | None
    year: int | None


class Derived(NamedTuple):
    """A value with the codes of the releases that it came from."""

    cell: Cell
    value: Value
    releases: list[str]


def is_derived(key: str) -> bool:
    """Whether a rule derives the indicator from observations."""
    return key in RULES


def needs_importer(key: str) -> bool:
    """Whether the indicator exists only from a buyer's side."""
    return INDICATORS[key].level in OF_IMPORTERS


def of_indicator(key: str, importer: str) -> list[Derived]:
    """All known values of a derived indicator, seen from an importer, on today's day."""
    pinned = inputs.Pinned(0, timezone.localdate(), importer)
    releases = effective.in_force()
    stated = [
        row
        for row in register.in_force(effective.LATEST, INDICATORS[key].derived_from)
        if row.states
    ]
    code_of = {row.id: row.citation["release"] for row in stated}
    complete = [code_of[row.id] for row in stated if not row.partial]
    partial = [row.id for row in stated if row.partial]
    credited = releases_of_values.credited(
        releases, partial, lambda then: _values(key, pinned, then)
    )
    return [
        Derived(cell, value, [*complete, *(code_of[one] for one in credited.get(cell, ()))])
        for cell, value in _values(key, pinned, releases).items()
    ]


def values_now(key: str, importer: str) -> dict[Cell, Value]:
    """The same without releases, which take the longest to tell."""
    pinned = inputs.Pinned(0, timezone.localdate(), importer)
    return _values(key, pinned, effective.in_force())


def _values(key: str, pinned: inputs.Pinned, releases: InForce) -> dict[Cell, Value]:
    return _cells(key, pinned, tuple(releases.complete), tuple(releases.corrected))


@lru_cache(maxsize=64)
def _cells(
    key: str, pinned: inputs.Pinned, complete: tuple[int, ...], corrected: tuple[int, ...]
) -> dict[Cell, Value]:
    """Releases never change and their ids are never given again: the process may keep it."""
    axes = inputs.axes_of(pinned)
    observations = inputs.observations(
        axes,
        InForce(list(complete), list(corrected), {}),
        "AND indicator = ANY(%(keys)s)",
        keys=list(INDICATORS[key].derived_from),
    )
    table = derive(observations, axes).get(key)
    return {} if table is None else dict(_known(table, axes))


def _known(table: Table, axes: Axes) -> list[tuple[Cell, Value]]:
    errors = table.standard_errors
    years = table.years
    return [
        (
            _cell(table.level, at, axes),
            Value(
                float(table.values[at]),
                None if errors is None else not_nan(float(errors[at])),
                None if years is None else int(years[at]) or None,
            ),
        )
        for at in zip(*np.nonzero(~np.isnan(table.values)), strict=True)
    ]


def _cell(level: Level, at: tuple[npt.NDArray[np.intp], ...], axes: Axes) -> Cell:
    if level in OF_PLACES:
        return Cell(axes.places[int(at[0])], None)
    if level in OF_MINERALS:
        return Cell(None, axes.minerals[int(at[0])])
    return Cell(axes.places[int(at[0])], axes.minerals[int(at[1])])
