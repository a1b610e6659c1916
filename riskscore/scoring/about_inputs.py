"""What each stored input is about: mineral, years and error, as columns of score rows."""

from typing import Any

import numpy as np
import numpy.typing as npt

from riskscore.engine.inputs.axes import NOWHERE
from riskscore.engine.inputs.column_values import Column
from riskscore.engine.inputs.gather import Gathered
from riskscore.engine.inputs.units import Units
from riskscore.engine.method import Method as Specification
from riskscore.models.scores import NODES
from riskscore.scoring.binary_copy import Ragged

Numbers = npt.NDArray[np.int32]
Array = np.ndarray[Any, Any]
NOTHING = 0


def about_inputs(
    found: Gathered, units: Units, method: Specification, numbers: Numbers
) -> dict[str, Array | Ragged]:
    """Columns ``input_*``, ``node_minerals`` and ``mineral_scores`` of the score rows.

    ``numbers`` has the number that each mineral of the axes is stored by.
    """
    columns = [found.columns.get(leaf.column) for leaf in method.leaves]
    n = len(units)
    return {
        "input_minerals": _along(columns, n, lambda column: _numbers(column.mineral, numbers)),
        "input_years": _along(columns, n, lambda column: column.years),
        "input_first_years": _along(columns, n, lambda column: column.first_years),
        "input_errors": _errors(columns, n),
        "node_minerals": _node_minerals(found, n, numbers),
        "mineral_scores": _mineral_scores(found, units, numbers),
    }


def _numbers(mineral: npt.NDArray[np.integer] | None, numbers: Numbers) -> Array | None:
    return None if mineral is None else np.where(mineral == NOWHERE, NOTHING, numbers[mineral])


def _along(columns: list[Column | None], n: int, of: Any) -> Array:
    """(n, leaves) whole numbers, 0 where the input is unknown or has none."""
    result = np.zeros((n, len(columns)), np.int32)
    for at, column in enumerate(columns):
        values = None if column is None else of(column)
        if column is not None and values is not None:
            result[:, at] = np.where(np.isnan(column.values), NOTHING, values)
    return result


def _errors(columns: list[Column | None], n: int) -> Array:
    result = np.full((n, len(columns)), np.nan)
    for at, column in enumerate(columns):
        if column is not None and column.errors is not None:
            result[:, at] = np.where(np.isnan(column.values), np.nan, column.errors)
    return result


def _node_minerals(found: Gathered, n: int, numbers: Numbers) -> Array:
    result = np.zeros((n, len(NODES)), np.int32)
    for at, node in enumerate(NODES):
        if node in found.decided:
            mineral = found.decided[node].mineral
            result[:, at] = np.where(mineral == NOWHERE, NOTHING, numbers[mineral])
    return result


def _mineral_scores(found: Gathered, units: Units, numbers: Numbers) -> Ragged:
    """For each mineral of a project its number and its value per node; nothing where no node of the
    method chooses a mineral."""
    if not found.decided:
        return Ragged(np.empty(0), np.zeros(len(units) + 1, np.int64))
    rows = np.full((len(units.mineral), 1 + len(NODES)), np.nan)
    rows[:, 0] = numbers[units.mineral]
    for at, node in enumerate(NODES):
        if node in found.decided:
            rows[:, 1 + at] = found.decided[node].by_mineral
    return Ragged(rows.ravel(), units.mineral_start * rows.shape[1])
