"""From tables per place and mineral to one row of inputs per project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskscore.engine.counter import keys_of, mix
from riskscore.engine.frame import Frame
from riskscore.engine.inputs.axes import Axes, Table
from riskscore.engine.inputs.column_values import (
    MINERAL_LEVELS,
    PLACE_LEVELS,
    Column,
    gather_column,
    is_importers,
    own_input,
)
from riskscore.engine.inputs.units import Units
from riskscore.engine.inputs.worst_mineral import Decided, of_worst_mineral
from riskscore.engine.method import Method
from riskscore.engine.spec.tree import Leaf


@dataclass(frozen=True, slots=True)
class Gathered:
    """The inputs of some projects, and what each of them is about.

    ``columns`` has the mineral, the years and the error of every value, by column of the frame;
    ``decided`` the mineral of each node that chooses one, by the node's code.
    """

    frame: Frame
    columns: Mapping[str, Column]
    decided: Mapping[str, Decided]


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
        Raw values in each indicator's unit. An importer's indicator that has neither table nor
        input gets no column (it does not apply); any other one without a table is a column of NaN.

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
    >>> from riskscore.engine.catalogue import Level
    >>> tables = {"geo.stability": Table(Level.PLACE, np.array([0.5]))}
    >>> gather(tables, units, method).column("geo.stability").tolist()
    [0.5]
    """
    return gather_all(tables, units, method, axes).frame


def gather_all(
    tables: Mapping[str, Table], units: Units, method: Method, axes: Axes | None = None
) -> Gathered:
    """The frame of ``gather``, with what every value is about."""
    columns: dict[str, Column] = {}
    decided: dict[str, Decided] = {}
    for node in method.nodes:
        if node.mineral is not None:
            found, decided[node.code] = of_worst_mineral(tables, units, node, method.scale)
            columns |= found
    for leaf in method.root.leaves():
        if leaf.column not in columns and _applies(leaf, tables, units):
            columns[leaf.column] = gather_column(tables, units, leaf.column, leaf.mineral)
    columns = {
        leaf.column: columns[leaf.column] for leaf in method.leaves if leaf.column in columns
    }
    for control in method.controls:
        columns[control.column] = own_input(units, control.column)
    keys = {} if axes is None else _error_keys(columns, units, axes)
    return Gathered(_assemble(units, columns, keys), columns, decided)


def _applies(leaf: Leaf, tables: Mapping[str, Table], units: Units) -> bool:
    """An importer's indicator that nobody gives does not apply."""
    given = leaf.column in tables or leaf.column in units.inputs
    return given or not is_importers(leaf.column)


def _error_keys(
    columns: Mapping[str, Column], units: Units, axes: Axes
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


def _assemble(
    units: Units, columns: Mapping[str, Column], keys: Mapping[str, npt.NDArray[np.uint64]]
) -> Frame:
    n = len(units)
    values = np.empty((n, len(columns)), order="F")
    errors = np.full((n, len(columns)), np.nan, order="F")
    for i, column in enumerate(columns.values()):
        values[:, i] = column.values
        if column.errors is not None:
            errors[:, i] = column.errors
    return Frame(units.keys, tuple(columns), values, errors, units.kind, keys)
