"""From tables per place and mineral to one row of inputs per project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, Strings, over
from riskscore.engine.catalogue import INDICATORS, Indicator, Level
from riskscore.engine.counter import keys_of, mix
from riskscore.engine.errors import FrameError
from riskscore.engine.frame import Frame
from riskscore.engine.inputs.axes import Axes, Table
from riskscore.engine.method import Method
from riskscore.engine.spec.tree import Leaf, MineralChoice

ROLE = {"primary": 0, "secondary": 1, "other": 2}
IMPORTER_LEVELS = {Level.IMPORTER_PLACE, Level.IMPORTER_MINERAL, Level.IMPORTER_PLACE_MINERAL}
PLACE_LEVELS = {Level.PLACE, Level.IMPORTER_PLACE}
MINERAL_LEVELS = {Level.MINERAL, Level.IMPORTER_MINERAL}


@dataclass(frozen=True, slots=True)
class Units:
    """Projects as arrays.

    Parameters
    ----------
    keys : ndarray of str, shape (n,)
        Public keys of the projects.
    place : ndarray of int, shape (n,)
        Index into the axes' places; -1 where not known.
    kind : ndarray of str, shape (n,)
        Kind of the project (mine, smelter, …), the group of its frame row.
    mineral_start : ndarray of int, shape (n + 1,)
        The minerals of unit i are ``mineral[mineral_start[i]:mineral_start[i + 1]]``.
    mineral : ndarray of int
        Indices into the axes' minerals.
    role : ndarray of int
        Per element of ``mineral``: 0 primary, 1 secondary, 2 other.
    inputs : mapping of str to ndarray, shape (n,)
        Project-level indicators in their own units; NaN where not known.

    Raises
    ------
    FrameError
        If lengths do not fit.
    """

    keys: Strings
    place: npt.NDArray[np.int32]
    kind: Strings
    mineral_start: npt.NDArray[np.int64]
    mineral: npt.NDArray[np.int32]
    role: npt.NDArray[np.int8]
    inputs: Mapping[str, Floats]

    def __post_init__(self) -> None:
        n = len(self.keys)
        if not (len(self.place) == len(self.kind) == n == len(self.mineral_start) - 1):
            raise FrameError("the columns of Units differ in length")
        ends = (int(self.mineral_start[0]), int(self.mineral_start[-1]))
        if ends != (0, len(self.mineral)) or len(self.mineral) != len(self.role):
            raise FrameError("mineral_start must run from 0 to the number of minerals")

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def owner(self) -> npt.NDArray[np.int64]:
        """The unit of each element of ``mineral``."""
        return np.repeat(np.arange(len(self)), np.diff(self.mineral_start))


@dataclass(frozen=True, slots=True)
class _Column:
    """Values of one column, their errors, and the mineral each was taken from (-1: none)."""

    values: Floats
    errors: Floats | None = None
    level: Level = Level.PROJECT
    mineral: npt.NDArray[np.integer] | None = None


def gather(
    tables: Mapping[str, Table], units: Units, method: Method, axes: Axes | None = None
) -> Frame:
    """Make the frame that a method scores: a row per project, a column per leaf and control.

    Parameters
    ----------
    tables : mapping of str to Table
        Indicators per place and mineral, from ``derive``.
    units : Units
        The projects.
    method : Method
        Says which columns, and which of a project's minerals feeds each.
    axes : Axes, optional
        With it errors are keyed by place and mineral, so that uncertainty draws of one place are
        shared by all its units; without it each unit has its own.

    Returns
    -------
    Frame
        Raw values in each indicator's unit. An importer's indicator that has no table gets no
        column (it does not apply); any other one without a table is a column of NaN.

    Raises
    ------
    FrameError
        If an input of the units has another length.

    Examples
    --------
    >>> leaf = {"indicator": "geo.stability", "scaling": {"kind": "goalposts", "from": 1, "to": -2}}
    >>> method = Method.from_dict(
    ...     {"code": "m", "version": 1, "root": {"code": "r", "children": [leaf]}}
    ... )
    >>> none = np.array([], np.int64)
    >>> place, kind, start = np.array([0]), np.array(["mine"]), np.array([0, 0])
    >>> units = Units(np.array(["x"]), place, kind, start, none, none, {})
    >>> tables = {"geo.stability": Table(Level.PLACE, np.array([0.5]))}
    >>> gather(tables, units, method).column("geo.stability").tolist()
    [0.5]
    """
    columns: dict[str, _Column] = {}
    for leaf in method.root.leaves():
        if leaf.column not in tables and is_importers(leaf.column):
            continue
        columns[leaf.column] = _gather_leaf(tables, units, leaf)
    for control in method.controls:
        columns[control.column] = _input(units, control.column)
    return _assemble(units, columns, {} if axes is None else _error_keys(columns, units, axes))


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


def _input(units: Units, column: str) -> _Column:
    values = units.inputs.get(column)
    if values is None:
        return _Column(np.full(len(units), np.nan))
    if len(values) != len(units):
        raise FrameError(f"inputs[{column!r}] has {len(values)} elements for {len(units)} units")
    return _Column(np.asarray(values, dtype=np.float64))


def _gather_leaf(tables: Mapping[str, Table], units: Units, leaf: Leaf) -> _Column:
    table = tables.get(leaf.column)
    if table is None:
        return _input(units, leaf.column)
    if table.level in PLACE_LEVELS:
        return _of_place(table, units)
    return _of_minerals(table, units, leaf.mineral, INDICATORS[leaf.column])


def _of_place(table: Table, units: Units) -> _Column:
    def pick(array: Floats) -> Floats:
        return np.where(units.place >= 0, array[units.place], np.nan)

    errors = table.standard_errors
    return _Column(pick(table.values), None if errors is None else pick(errors), table.level)


def _of_minerals(table: Table, units: Units, choice: MineralChoice, row: Indicator) -> _Column:
    """One value per unit out of those of its minerals, and the standard error that goes with it."""
    flat = _by_role(_flat(table.values, table.level, units), row, units)
    roles = ("primary",) if choice.pick == "primary" else choice.roles
    fits = np.isin(units.role, [ROLE[role] for role in roles])
    flat[~fits] = np.nan
    if choice.pick == "mean":
        return _Column(_mean(flat, units))
    worst = row.worse * _reduce_max(flat * row.worse, units)
    chosen = flat == worst[units.owner]
    which = _reduce_max(np.where(chosen, units.mineral, np.nan), units)
    mineral = np.where(np.isnan(which), -1, which).astype(np.int64)
    if table.standard_errors is None:
        return _Column(worst, None, table.level, mineral)
    errors = _flat(table.standard_errors, table.level, units)
    result = _reduce_max(np.where(chosen, errors, np.nan), units)
    return _Column(worst, result, table.level, mineral)


def _error_keys(
    columns: Mapping[str, _Column], units: Units, axes: Axes
) -> dict[str, npt.NDArray[np.uint64]]:
    """(n,) keys per column: of the place or mineral a value belongs to, else of the unit."""
    own = keys_of(units.keys)
    places, minerals = keys_of(axes.places), keys_of(axes.minerals)
    results = {}
    for name, column in columns.items():
        if column.level in PLACE_LEVELS:
            results[name] = np.where(units.place >= 0, places[units.place], own)
        elif column.mineral is not None:
            key, has_key = minerals[column.mineral], column.mineral >= 0
            if column.level not in MINERAL_LEVELS:
                key, has_key = mix(places[units.place], key), has_key & (units.place >= 0)
            results[name] = np.where(has_key, key, own)
    return results


def _flat(array: Floats, level: Level, units: Units) -> Floats:
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
    known = ~np.isnan(flat)
    other = known & (units.role != ROLE["primary"])
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


def _assemble(
    units: Units, columns: Mapping[str, _Column], keys: Mapping[str, npt.NDArray[np.uint64]]
) -> Frame:
    n = len(units)
    values = np.empty((n, len(columns)), order="F")
    errors = np.full((n, len(columns)), np.nan, order="F")
    for i, column in enumerate(columns.values()):
        values[:, i] = column.values
        if column.errors is not None:
            errors[:, i] = column.errors
    return Frame(units.keys, tuple(columns), values, errors, units.kind, keys)
