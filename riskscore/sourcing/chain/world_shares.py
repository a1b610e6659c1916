"""Who mines and who refines a mineral in the world, as shares by place: now, and year by year."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from django.utils import timezone

from riskscore.engine.arrays import Floats
from riskscore.engine.derive import supply
from riskscore.engine.formulas.concentration import hhi01, shares
from riskscore.engine.inputs.axes import Axes
from riskscore.releases import effective
from riskscore.scoring import inputs
from riskscore.sourcing.chain.stage_tables import PRODUCTION, Ids, World, world

#: No more years are shown.
MOST_YEARS = 30


class Now(NamedTuple):
    """The world's output at both stages, and the places and minerals along its axes."""

    axes: Axes
    world: World


class Years(NamedTuple):
    """Output as World Mining Data has it, year by year: ``share01`` (Y, M, P), NaN where a mineral
    is not listed in a year or its year is not complete, and ``hhi01`` (Y, M)."""

    axes: Axes
    years: tuple[int, ...]
    share01: Floats
    hhi01: Floats


def now() -> Now:
    """Who mines and refines, by the releases in force."""
    axes = inputs.axes_of(inputs.Pinned(0, timezone.now().date(), "WLD"))
    return Now(axes, world(axes))


def by_year() -> Years:
    """Who produced what in each year on record, oldest first."""
    releases = effective.in_force()
    axes = inputs.axes_of(inputs.Pinned(0, date.max, "WLD"))
    return _by_year(axes.places, axes.minerals, tuple(releases.complete), tuple(releases.corrected))


@lru_cache(maxsize=2)
def _by_year(
    _places: tuple[str, ...], _minerals: tuple[str, ...], complete: Ids, corrected: Ids
) -> Years:
    axes = inputs.axes_of(inputs.Pinned(0, date.max, "WLD"))
    seen = inputs.observations(
        axes,
        effective.InForce(list(complete), list(corrected), {}),
        "AND indicator = ANY(%(keys)s)",
        keys=[PRODUCTION],
    )
    yearly = supply.yearly_output(seen, axes)
    if yearly is None:
        nothing = np.empty((0, len(axes.minerals), len(axes.places)))
        return Years(axes, (), nothing, nothing[:, :, 0])
    years, output = (part[-MOST_YEARS:] for part in yearly)
    return Years(
        axes, tuple(int(year) for year in years), shares(output), np.asarray(hhi01(output))
    )
