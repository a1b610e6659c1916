"""Who mines and who refines in the world, and the buyer's trade at other stages: kept tables.

They depend on the releases in force, places and minerals, never on projects.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.derive import supply, trade
from riskscore.engine.derive.complete_years import newest_of
from riskscore.engine.derive.observation_rows import mean_of_not_nan, newest_years, rows_of
from riskscore.engine.formulas.concentration import shares
from riskscore.engine.inputs import measures
from riskscore.engine.inputs.axes import Axes, Observations
from riskscore.engine.sourcing.stages import Held, held
from riskscore.releases import effective, register
from riskscore.scoring import inputs
from riskscore.scoring.indicators.buyer import Buyer, axes_at_any_time, axes_on

MINING, REFINING, PRODUCTION = "iea.mining", "iea.refining", "wmd.production"
KILOTONNE = 1000.0
Ids = tuple[int, ...]


class Output(NamedTuple):
    """World output of one mineral at one stage: tonnes (P,) where the unit is known, who holds it,
    the years it is a mean of, and whose figures these are; ``years`` empty: not on record."""

    tonnes: Floats
    held: Held
    years: tuple[int, ...]
    source: str


class World(NamedTuple):
    """By mineral: mine output, refined output, and mine output on the basis of the refined one."""

    mined: tuple[Output, ...]
    refined: tuple[Output, ...]
    comparable_t: Floats


class Trade(NamedTuple):
    """(M, P) or (P,) imports in tonnes, NaN where none is on record, their years, and the indicator
    that states them."""

    tonnes: Floats
    years: tuple[int, ...]
    source: str


class View(NamedTuple):
    """Whose trade: the buyer, its members on the day, the axes, and the stages asked for."""

    buyer: Buyer
    members: tuple[str, ...]
    day: date
    places: tuple[str, ...]
    minerals: tuple[str, ...]
    stages: tuple[str, ...]


def world(axes: Axes) -> World:
    """The world's stages along the places and minerals of these axes, as known now."""
    releases = effective.in_force()
    return _world(axes.places, axes.minerals, tuple(releases.complete), tuple(releases.corrected))


def key_of(stage: str) -> str:
    """The indicator of tonnes imported at another stage."""
    return f"baci.{stage}_quantity"


def imported(buyer: Buyer, axes: Axes, stages: tuple[str, ...]) -> Mapping[str, Trade]:
    """By stage: what the buyer imports under customs codes of other stages, as known now."""
    releases = effective.in_force()
    view = View(buyer, tuple(sorted(axes.members)), axes.as_of, axes.places, axes.minerals, stages)
    return _imported(view, tuple(releases.complete), tuple(releases.corrected))


def releases_of(keys: tuple[str, ...]) -> list[str]:
    """Codes of the releases in force that state any of these indicators."""
    known = register.in_force(effective.LATEST, keys)
    return sorted(row.citation["release"] for row in known if row.states)


@lru_cache(maxsize=2)
def _world(
    _places: tuple[str, ...], minerals: tuple[str, ...], complete: Ids, corrected: Ids
) -> World:
    axes = inputs.axes_of(inputs.Pinned(0, date.max, "WLD"))
    seen = inputs.observations(
        axes,
        effective.InForce(list(complete), list(corrected), {}),
        "AND indicator = ANY(%(keys)s)",
        keys=[MINING, REFINING, PRODUCTION],
    )
    stated, refines = _produced(seen, axes), supply.is_refined(axes)
    mined = [_nothing(axes) if refines[at] else stated[at] for at in range(len(minerals))]
    for metal, ore in supply.ore_rows(axes):
        mined[metal] = stated[ore]
    refined = [stated[at] if refines[at] else _nothing(axes) for at in range(len(minerals))]
    for at, output in _iea(seen, axes).items():
        refined[at] = output
    return World(tuple(mined), tuple(refined), _comparable(seen, axes))


def _nothing(axes: Axes) -> Output:
    unknown = np.full(len(axes.places), np.nan)
    return Output(unknown, held(unknown), (), "")


def _produced(seen: Mapping[str, Observations], axes: Axes) -> list[Output]:
    """World Mining Data, mean of its last years: exhaustive, so nobody is left unnamed.

    Shares are means of each year's, and the HHI is the mean of each year's, as in scores.
    """
    made, rows = supply.output(seen, axes), rows_of(seen, PRODUCTION, axes)
    if made is None or rows is None:
        return [_nothing(axes)] * len(axes.minerals)
    share, hhi = mean_of_not_nan(shares(made.amounts)), supply.mean_hhi(made.amounts)
    tonnes = mean_of_not_nan(made.amounts) * _tonnes_each(rows, len(axes.minerals))[:, np.newaxis]
    result = []
    for at in range(len(axes.minerals)):
        known = held(share[at])._replace(hhi_low01=float(hhi[at]), hhi_high01=float(hhi[at]))
        years = tuple(int(year) for year in made.years[:, at] if year)
        kept = years if known.largest >= 0 else ()
        result.append(Output(tonnes[at], known, kept, PRODUCTION if kept else ""))
    return result


def _tonnes_each(rows: Observations, minerals: int) -> Floats:
    """(M,) tonnes per unit of World Mining Data; NaN where the unit is no mass."""
    result = np.full(minerals, np.nan)
    for mineral, unit in zip(rows.mineral, rows.label, strict=True):
        if mineral >= 0:
            result[mineral] = measures.tonnes(str(unit))
    return result


def _iea(seen: Mapping[str, Observations], axes: Axes) -> dict[int, Output]:
    """Refined output of the newest year; the rest of the world is bounds, never one place."""
    rows = supply.newest_rows(seen, REFINING, axes)
    if rows is None:
        return {}
    newest = newest_of(rows.mineral, rows.year, len(axes.minerals))
    return {
        at: Output(named * KILOTONNE, held(named, rest), (int(newest[at]),), REFINING)
        for at, (named, rest) in supply.iea_refining(seen, axes).items()
    }


def _comparable(seen: Mapping[str, Observations], axes: Axes) -> Floats:
    """(M, P) mine output in tonnes as the publisher of the refined output counts it: the only one
    that may be divided by it. NaN where that publisher does not name the place."""
    result = np.full((len(axes.minerals), len(axes.places)), np.nan)
    rows = supply.newest_rows(seen, MINING, axes)
    if rows is not None:
        result[rows.mineral, rows.place] = rows.value * KILOTONNE
    return result


@lru_cache(maxsize=64)
def _imported(view: View, complete: Ids, corrected: Ids) -> dict[str, Trade]:
    axes = axes_on(view.buyer, view.day)
    seen = inputs.observations(
        axes_at_any_time(view.buyer),
        effective.InForce(list(complete), list(corrected), {}),
        "AND indicator = ANY(%(keys)s)",
        keys=[key_of(stage) for stage in view.stages],
    )
    result = {}
    for stage in view.stages:
        key = key_of(stage)
        tonnes, rows = trade.imports(seen, axes, key), rows_of(seen, key, axes)
        if tonnes is not None and rows is not None:
            result[stage] = Trade(tonnes, tuple(newest_years(rows, trade.IMPORT_YEARS)), key)
    return result
