"""One value per project for a leaf: from its place, from one of its minerals, or its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, over
from riskscore.engine.catalogue import INDICATORS, Indicator, Level
from riskscore.engine.errors import FrameError
from riskscore.engine.inputs.axes import NOWHERE, Table
from riskscore.engine.inputs.units import ROLE, Units, Years
from riskscore.engine.spec.tree import MineralChoice

IMPORTER_LEVELS = {
    Level.IMPORTER_PLACE,
    Level.IMPORTER_MINERAL,
    Level.IMPORTER_PLACE_MINERAL,
    Level.IMPORTER_PROJECT,
}
PLACE_LEVELS = {Level.PLACE, Level.IMPORTER_PLACE}
MINERAL_LEVELS = {Level.MINERAL, Level.IMPORTER_MINERAL}
WITHOUT_MINERAL = PLACE_LEVELS | {Level.PROJECT}


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one column and what each is about, (n,) each.

    ``errors`` are standard errors (NaN where none is stated); ``years`` the year of the newest fact
    and ``first_years`` of the oldest (0 where there is none); ``mineral`` the index of the one that
    the value was taken from, -1 where it is about no mineral.
    """

    values: Floats
    level: Level = Level.PROJECT
    errors: Floats | None = None
    years: Years | None = None
    first_years: Years | None = None
    mineral: npt.NDArray[np.integer] | None = None


def gather_column(
    tables: Mapping[str, Table], units: Units, column: str, choice: MineralChoice
) -> Column:
    """The values of an indicator for all units; NaN where nobody knows.

    Raises FrameError if an input of the units has another length.
    """
    table = tables.get(column)
    if table is None:
        return own_input(units, column)
    if table.level in PLACE_LEVELS:
        return _of_place(table, units)
    return _of_minerals(table, units, choice, INDICATORS[column])


def is_importers(column: str) -> bool:
    """Whether an indicator is an importer's, which has no column when nobody imports.

    Parameters
    ----------
    column : str
        Key of the indicator.

    Returns
    -------
    bool
        False also for a column that is not in the catalogue.
    """
    return column in INDICATORS and INDICATORS[column].level in IMPORTER_LEVELS


def own_input(units: Units, column: str) -> Column:
    """A project-level indicator, in its own unit."""
    values = units.inputs.get(column)
    if values is None:
        return Column(np.full(len(units), np.nan))
    if len(values) != len(units):
        raise FrameError(f"inputs[{column!r}] has {len(values)} elements for {len(units)} units")
    years = units.years.get(column)
    return Column(np.asarray(values, dtype=np.float64), years=years, first_years=years)


def take(column: Column, rows: npt.NDArray[np.integer]) -> Column:
    """The rows of a column by index; -1 is nothing known."""
    there = rows >= 0

    def pick(array: Any, nothing: float) -> Any:
        if array is None:
            return None
        result = np.full(len(rows), nothing, array.dtype)
        result[there] = array[rows[there]]
        return result

    return Column(
        pick(column.values, np.nan),
        column.level,
        pick(column.errors, np.nan),
        pick(column.years, 0),
        pick(column.first_years, 0),
        pick(column.mineral, NOWHERE),
    )


def _of_place(table: Table, units: Units) -> Column:
    whole = Column(table.values, table.level, table.standard_errors, table.years, table.first_years)
    return take(whole, units.place)


def _of_minerals(table: Table, units: Units, choice: MineralChoice, row: Indicator) -> Column:
    """One value per unit out of those of its minerals, with the error and the years of it."""
    flat = _by_role(_flat(table.values, table.level, units), row, units)
    roles = ("primary",) if choice.pick == "primary" else choice.roles
    flat[~np.isin(units.role, [ROLE[role] for role in roles])] = np.nan
    if choice.pick == "mean":
        return Column(_mean(flat, units))
    worst = row.worse * _reduce_max(flat * row.worse, units)
    chosen = flat == worst[units.owner]

    def of_chosen(array: npt.NDArray[np.number] | None) -> Floats | None:
        if array is None:
            return None
        values = _flat(array, table.level, units)
        return _reduce_max(np.where(chosen, values, np.nan), units)

    return Column(
        worst,
        table.level,
        of_chosen(table.standard_errors),
        _years(of_chosen(table.years)),
        _years(of_chosen(table.first_years)),
        _whole(_reduce_max(np.where(chosen, units.mineral, np.nan), units), NOWHERE),
    )


def _whole(values: Floats, nothing: int) -> npt.NDArray[np.int64]:
    return np.where(np.isnan(values), nothing, values).astype(np.int64)


def _years(values: Floats | None) -> Years | None:
    return None if values is None else _whole(values, 0).astype(np.int16)


def _flat(array: npt.NDArray[np.number], level: Level, units: Units) -> Floats:
    """The table's value for each (unit, mineral) pair."""
    if level in MINERAL_LEVELS:
        return np.where(units.mineral >= 0, array[units.mineral], np.nan)
    place = units.place[units.owner]
    result = array[place, units.mineral]
    return np.where((place >= 0) & (units.mineral >= 0), result, np.nan)


def _by_role(flat: Floats, row: Indicator, units: Units) -> Floats:
    """Levels for each (unit, mineral) pair: of a by-product for all but the primary mineral."""
    if not row.by_product:
        return flat
    becomes = [row.levels.index(row.by_product.get(level, level)) for level in row.levels]
    stated = ~np.isnan(flat)
    other = stated & (units.role != ROLE["primary"])
    flat[other] = np.array(becomes, dtype=np.float64)[flat[other].astype(np.intp)]
    return flat


def _reduce_max(flat: Floats, units: Units) -> Floats:
    """(n,) largest known element of each unit's slice; NaN for an empty or unknown one."""
    padded = np.append(flat, np.nan)
    result = np.fmax.reduceat(padded, units.mineral_start[:-1])
    return np.where(np.diff(units.mineral_start) > 0, result, np.nan)


def _mean(flat: Floats, units: Units) -> Floats:
    not_nan = ~np.isnan(flat)
    n = len(units)
    count = np.bincount(units.owner, weights=not_nan, minlength=n)
    total = np.bincount(units.owner, weights=np.where(not_nan, flat, 0.0), minlength=n)
    return over(total, count)
