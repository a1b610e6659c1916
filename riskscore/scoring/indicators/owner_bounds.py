"""Between which values the indicators of owners lie: the least, which scores read, and the most.

Shown beside owners; no method reads the upper bounds.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from django.utils import timezone

from riskscore.engine.inputs.owner_values import Bounds
from riskscore.releases import effective
from riskscore.scoring.indicators import derived_values
from riskscore.scoring.project_inputs import owner_inputs

#: From nobody's side there is no partner and nobody outside.
NOBODY = "WLD"
KEYS = ("own.concentration", "own.state", "own.outside_partners")


class Between(NamedTuple):
    """The least that is certain and the most that the unknown allows."""

    low: float
    high: float


def of_projects(
    projects: Iterable[int], importer: str = NOBODY
) -> dict[int, dict[str, Between | None]]:
    """For each project and each of KEYS its bounds; None where nothing is known."""
    ids = list(projects)
    row_of = {project: row for row, project in enumerate(ids)}
    at = owner_inputs.Moment(effective.LATEST, timezone.localdate())
    outside = None if importer == NOBODY else _outside(importer)
    found = owner_inputs.bounds(ids, row_of, at, outside)
    return {
        project: {key: _between(found.get(key), row) for key in KEYS}
        for project, row in row_of.items()
    }


def _between(bounds: Bounds | None, row: int) -> Between | None:
    if bounds is None or np.isnan(bounds.least[row]):
        return None
    return Between(float(bounds.least[row]), float(bounds.most[row]))


def _outside(importer: str) -> dict[str, float]:
    """Who is no partner of the buyer, from the rule that scores are derived by."""
    cells = derived_values.values_now(owner_inputs.ALIGNMENT, importer)
    return {cell.place or "": owner_inputs.is_outside(one.value) for cell, one in cells.items()}
