"""A node that is computed for each of a project's minerals as a whole, and takes the worst.

Picking the worst mineral leaf by leaf mixes minerals: concentration of cobalt beside import risk of
copper is a sentence about neither. Here all leaves below the node speak about one mineral, the one
whose own value of the node is the highest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.fit_tree import fit_tree
from riskscore.engine.frame import Frame
from riskscore.engine.inputs.axes import NOWHERE, Table
from riskscore.engine.inputs.column_values import (
    WITHOUT_MINERAL,
    Column,
    gather_column,
    is_importers,
    take,
)
from riskscore.engine.inputs.units import ROLE, Units
from riskscore.engine.score_tree import score
from riskscore.engine.spec.tree import MineralChoice, Node

Ints = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Decided:
    """Which mineral a node is about.

    ``mineral``: (n,) its index, -1 for a unit that has none of the node's roles. ``by_mineral``:
    the node's value for every element of ``Units.mineral``, on the method's scale; NaN where it is
    not assessed for that mineral, or the mineral's role does not count.
    """

    mineral: Ints
    by_mineral: Floats


def of_worst_mineral(
    tables: Mapping[str, Table], units: Units, node: Node, scale: tuple[float, float]
) -> tuple[dict[str, Column], Decided]:
    """The columns below a node with ``mineral``, all of the deciding mineral, and the decision.

    An assessed mineral goes before one that is not; among those that are not, what is known of them
    decides. Of two that are equal the primary one counts, then the first.
    """
    roles = () if node.mineral is None else node.mineral.roles
    fits = np.flatnonzero(np.isin(units.role, [ROLE[role] for role in roles]))
    pairs = _pairs(units, fits)
    of_pairs = _columns(tables, pairs, node)
    values = np.column_stack([column.values for column in of_pairs.values()])
    frame = Frame(pairs.keys, tuple(of_pairs), values, group=pairs.kind, repeated=True)
    found = score(fit_tree(node, None, scale), (), (), scale, frame)
    value, context = found.scores[node.code], found.context[node.code]
    chosen = _worst(units, fits, value, context)
    by_mineral = np.full(len(units.mineral), np.nan)
    by_mineral[fits] = value
    columns = {
        name: gather_column(tables, units, name, MineralChoice())
        if column.level in WITHOUT_MINERAL
        else take(column, chosen)
        for name, column in of_pairs.items()
    }
    mineral = np.where(chosen >= 0, pairs.mineral[chosen], NOWHERE) if len(fits) else chosen
    return columns, Decided(mineral, by_mineral)


def _pairs(units: Units, fits: Ints) -> Units:
    """A unit for each (project, mineral) that counts."""
    owner = units.owner[fits]
    return Units(
        keys=units.keys[owner],
        place=units.place[owner],
        kind=units.kind[owner],
        mineral_start=np.arange(len(fits) + 1),
        mineral=units.mineral[fits],
        role=units.role[fits],
        inputs={name: values[owner] for name, values in units.inputs.items()},
    )


def _columns(tables: Mapping[str, Table], pairs: Units, node: Node) -> dict[str, Column]:
    return {
        leaf.column: gather_column(tables, pairs, leaf.column, leaf.mineral)
        for leaf in node.leaves()
        if leaf.column in tables or leaf.column in pairs.inputs or not is_importers(leaf.column)
    }


def _worst(units: Units, fits: Ints, value: Floats, context: Floats) -> Ints:
    """(n,) index into the pairs of each unit's deciding mineral, -1 for none."""
    assessed = ~np.isnan(value)
    worth = np.where(assessed, value, np.nan_to_num(context, nan=-np.inf))
    owner = units.owner[fits]
    order = np.lexsort((np.arange(len(fits)), units.role[fits], -worth, ~assessed, owner))
    result = np.full(len(units), NOWHERE)
    # The last to be written is the first in the order.
    result[owner[order[::-1]]] = order[::-1]
    return result
