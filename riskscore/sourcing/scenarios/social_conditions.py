"""What a buyer would no longer buy for the sake of people: places and minerals that are out.

How many of a place's tonnes come from which project is not known, so a place is out as a whole, and
only where that is certain: a listing on record, or every scored project there above the ceiling. It
may be out where some projects are, or where nothing is known. Unknown is neither clean nor guilty:
it makes the second of two answers.
"""

from typing import NamedTuple

import numpy as np
from django.conf import settings

from riskscore.engine.arrays import Bools
from riskscore.engine.catalogue import LISTED_LEVELS
from riskscore.engine.sourcing.stated_shocks import Condition, Stated
from riskscore.models import Project
from riskscore.models.scores import NODES
from riskscore.releases import effective
from riskscore.sourcing.scenarios.world_supply import WorldSupply

LISTED = {Condition.FORCED_LABOUR: "forced", Condition.CHILD_OR_FORCED_LABOUR: "child"}
NODE = {Condition.LABOUR_ABOVE: "labour", Condition.INDIGENOUS_ABOVE: "indigenous"}


class Out(NamedTuple):
    """(M, P) which places are out for a mineral, and which may be."""

    certain: Bools
    maybe: Bools


def out(condition: Stated, world: WorldSupply) -> Out:
    """What a condition rules out, for all minerals; the shock says which of them it is about."""
    kind = Condition(condition.condition)
    if kind in LISTED:
        return _listed(world, LISTED[kind])
    return _above(world, NODE[kind], condition.ceiling)


def _listed(world: WorldSupply, level: str) -> Out:
    """Listed at this level or a worse one; who lists nothing of itself is unknown."""
    country = world.axes.is_country()
    if world.listed is None:
        nowhere = np.zeros((len(world.axes.minerals), len(country)), dtype=bool)
        return Out(nowhere, ~nowhere & country)
    levels = world.listed.T
    return Out(levels >= LISTED_LEVELS.index(level), np.isnan(levels) & country)


_BOUNDS = """
SELECT p.place_id, pm.mineral_id,
    min(coalesce(s.node_low[%(node)s], 0)), max(coalesce(s.node_high[%(node)s], 100))
FROM riskscore_score s JOIN riskscore_project p ON p.id = s.project_id
JOIN riskscore_projectmineral pm ON pm.project_id = p.id
JOIN riskscore_lens l ON l.id = s.lens_id
WHERE l.method_code = %(method)s AND l.importer_id = 'WLD'
    AND p.state = 'published' AND NOT p.flags && %(unranked)s::varchar[]
GROUP BY 1, 2
"""


def _above(world: WorldSupply, node: str, ceiling: float) -> Out:
    """Out: the best case of every scored project lies above the ceiling. Maybe: the worst case of
    one does, or no project of the mineral is scored there."""
    axes = world.axes
    shape = (len(axes.minerals), len(axes.places))
    certain, maybe = np.zeros(shape, dtype=bool), np.ones(shape, dtype=bool) & axes.is_country()
    minerals = {code: at for at, code in enumerate(axes.minerals)}
    places = {code: at for at, code in enumerate(axes.places)}
    for place, mineral, low, high in effective.fetch(
        _BOUNDS,
        {"node": NODES.index(node) + 1, "method": settings.DEFAULT_METHOD,
         "unranked": list(Project.UNRANKED)},
    ):  # fmt: skip
        at = minerals[mineral], places[place]
        certain[at], maybe[at] = low > ceiling, high > ceiling
    return Out(certain, maybe)
