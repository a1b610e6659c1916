"""The projects that could supply a mineral, as columns: what each can give, and its human cost."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

from riskscore.engine.arrays import Counts, Floats
from riskscore.models import Lens, Project
from riskscore.models.scores import NODES

#: Which kinds of project stand at a stage of supply.
STAGES = {"mine": ("mine", "deposit"), "refining": ("smelter", "refinery", "plant")}
COSTS = ("labour", "indigenous")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which projects: of a mineral, in some places, at a stage, with some statuses, by key (each
    None: all), and the greatest score that each dimension of COSTS may have for certain."""

    mineral: str
    places: Collection[str] | None = None
    stage: str | None = None
    statuses: Collection[str] | None = None
    keys: Collection[str] | None = None
    ceilings: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """Columns of n projects, in the order of their ids; NaN where a number is unknown.

    ``scores``, ``low``, ``high``: (n, 2) along COSTS, 0..100. ``least``, ``most``: what a year's
    capacity can be, in ``units``; ``bound01``: the part that off-take binds to others.
    """

    ids: Counts
    places: npt.NDArray[np.str_]
    scores: Floats
    low: Floats
    high: Floats
    least: Floats
    most: Floats
    units: npt.NDArray[np.str_]
    bound01: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Any) -> "Candidates":
        """Some of them."""
        return Candidates(*(getattr(self, name)[rows] for name in self.__slots__))


# ``stated`` as sites.capacities has it: of the newest year the statement about the project itself,
# else the sum of those about the others of its site.
_CANDIDATES = """
WITH newest AS (
    SELECT DISTINCT ON (c.project_id) coalesce(d.duplicate_of_id, d.id) AS site,
        d.duplicate_of_id IS NULL AS itself, c.year, c.low, c.high, c.amount, c.unit
    FROM riskscore_capacity c JOIN riskscore_project d ON d.id = c.project_id
    WHERE c.mineral_id = %(mineral)s AND d.state <> 'archived' AND NOT EXISTS (
        SELECT FROM riskscore_withdrawal w WHERE w.release_id = c.release_id)
    ORDER BY c.project_id, c.year DESC, c.id DESC
), stated AS (
    SELECT DISTINCT ON (site) site, sum(coalesce(low, amount)) AS low,
        sum(coalesce(high, amount)) AS high, unit
    FROM newest GROUP BY site, year, itself, unit ORDER BY site, year DESC, itself DESC
)
SELECT p.id, p.place_id,
    s.labour, s.node_low[%(labour)s], s.node_high[%(labour)s],
    s.indigenous, s.node_low[%(indigenous)s], s.node_high[%(indigenous)s],
    coalesce(c.low, r.low), coalesce(c.high, r.high),
    coalesce(c.unit, r.unit, ''), coalesce(o.bound, 0)
FROM riskscore_projectmineral pm
JOIN riskscore_project p ON p.id = pm.project_id
LEFT JOIN riskscore_score s ON s.project_id = p.id AND s.lens_id = %(lens)s
LEFT JOIN stated c ON c.site = p.id
LEFT JOIN riskscore_capacityrange r ON r.place_id = p.place_id AND r.mineral_id = pm.mineral_id
    AND pm.role = 'primary' AND p.kind = 'mine'
LEFT JOIN (
    -- As sites.contracts has it: what is bound of the project itself and of the others of its site.
    SELECT coalesce(d.duplicate_of_id, d.id) AS main, least(sum(f.share), 1) AS bound
    FROM riskscore_offtake f JOIN riskscore_project d ON d.id = f.project_id
    WHERE f.place_id <> ALL(%(members)s)
      AND (f.mineral_id IS NULL OR f.mineral_id = %(mineral)s)
      AND coalesce(f.since, '-infinity') <= %(day)s AND coalesce(f.until, 'infinity') >= %(day)s
      AND (d.duplicate_of_id IS NULL OR d.state <> 'archived')
    GROUP BY 1
) o ON o.main = p.id
WHERE pm.mineral_id = %(mineral)s AND p.state = 'published' AND NOT p.flags && %(unranked)s
  AND (%(places)s::text[] IS NULL OR p.place_id = ANY(%(places)s))
  AND (%(kinds)s::text[] IS NULL OR p.kind = ANY(%(kinds)s))
  AND (%(statuses)s::text[] IS NULL OR p.status = ANY(%(statuses)s))
  AND (%(keys)s::text[] IS NULL OR p.key = ANY(%(keys)s))
ORDER BY p.id
"""


def lens() -> Lens | None:
    """Whose scores are the human cost: nobody's in particular, as neither dimension of it depends
    on the buyer. None where nothing is scored yet."""
    return Lens.objects.filter(method_code=settings.DEFAULT_METHOD, importer_id="WLD").first()


def candidates(asked: Asked, members: Sequence[str], day: date) -> Candidates:
    """The published projects that count in rankings, by what is known now.

    Off-take that binds output to the buyer's own ``members`` on the ``day`` counts as free.
    """
    through = lens()
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, {**_parameters(asked, through), "members": list(members),
                                     "day": day})  # fmt: skip
        rows = cursor.fetchall()
    ids, places, *numbers, units, bound = zip(*rows, strict=True) if rows else ((),) * 12
    matrix = np.array(numbers, np.float64).reshape(8, -1)
    return Candidates(
        np.array(ids, np.int64),
        np.array(places, np.str_),
        matrix[[0, 3]].T,
        np.where(np.isnan(matrix[[1, 4]]), 0.0, matrix[[1, 4]]).T,
        np.where(np.isnan(matrix[[2, 5]]), 100.0, matrix[[2, 5]]).T,
        matrix[6],
        matrix[7],
        np.array(units, np.str_),
        np.array(bound, np.float64),
    )


def _parameters(asked: Asked, through: Lens | None) -> dict[str, Any]:
    return {
        # Arrays of SQL count from 1.
        "labour": NODES.index("labour") + 1,
        "indigenous": NODES.index("indigenous") + 1,
        "lens": through.pk if through else 0,
        "mineral": asked.mineral,
        "unranked": [str(flag) for flag in Project.UNRANKED],
        "places": None if asked.places is None else sorted(asked.places),
        "kinds": None if asked.stage is None else list(STAGES[asked.stage]),
        "statuses": None if asked.statuses is None else sorted(asked.statuses),
        "keys": None if asked.keys is None else sorted(asked.keys),
    }
