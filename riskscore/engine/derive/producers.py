"""Indicators of concentration that follow the newest complete year and say how far publishers
differ: the rules of ``supply`` over the years of ``output_years``, with the errors of
``publishers_apart``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.derive.complete_years import newest_of
from riskscore.engine.derive.observation_rows import Rule
from riskscore.engine.derive.output_years import Supply, supply
from riskscore.engine.derive.publishers_apart import Apart, apart, rivals
from riskscore.engine.derive.supply import iea_refining, is_refined, newest_rows, ore_rows
from riskscore.engine.formulas.concentration import hhi01, rest_of_world_bounds
from riskscore.engine.indicators.row import Level
from riskscore.engine.inputs.axes import Axes, Observations, Table

Years = npt.NDArray[np.int16]
Z90 = 1.645
"""Standard errors from the middle to the end of a 90 % interval."""


class Stage(NamedTuple):
    """Shares (M, P) and HHI01 (M,) of one stage with standard errors, and the newest and the oldest
    year that count of each mineral; NaN and 0 where the stage of a mineral is unknown."""

    share: Floats
    share_error: Floats
    hhi: Floats
    hhi_error: Floats
    year: Years
    first_year: Years


def mined(made: Supply, far: Apart, axes: Axes) -> Stage:
    """Mine output; unknown for what is only refined, aluminium takes bauxite's."""
    at, year, first = is_refined(axes), made.year.copy(), made.first_year.copy()
    arrays = made.share.copy(), far.share.copy(), made.hhi.copy(), far.hhi.copy()
    for array in arrays:
        array[at] = np.nan
    year[at] = first[at] = 0
    for metal, ore in ore_rows(axes):
        year[metal], first[metal] = year[ore], first[ore]
        for array in arrays:
            array[metal] = array[ore]
    return Stage(*arrays, year, first)


def refined(
    observations: Mapping[str, Observations], axes: Axes, made: Supply | None, far: Apart | None
) -> Stage:
    """Refined output: World Mining Data where that is what it counts, else the IEA's newest year.

    Half the distance of the bounds that the IEA's rest of the world leaves, over 1.645, is a
    standard error of its HHI (bounds as a 90 % interval); how far the USGS lies is added to it in
    squares.
    """
    m, p = len(axes.minerals), len(axes.places)
    share, error = np.full((2, m, p), np.nan)
    hhi, hhi_error = np.full((2, m), np.nan)
    year, first = np.zeros((2, m), dtype=np.int16)
    at = is_refined(axes)
    if made is not None and far is not None:
        share[at], error[at], hhi[at] = made.share[at], far.share[at], made.hhi[at]
        hhi_error[at], year[at], first[at] = far.hhi[at], made.year[at], made.first_year[at]
    rows = newest_rows(observations, "iea.refining", axes)
    newest = np.zeros(m, np.int16) if rows is None else newest_of(rows.mineral, rows.year, m)
    stated = iea_refining(observations, axes)
    for mineral, (named, rest) in stated.items():
        low, high = rest_of_world_bounds(named, rest)
        share[mineral] = named / (np.nansum(named) + rest)
        hhi[mineral], hhi_error[mineral] = (low + high) / 2, (high - low) / 2 / Z90
        year[mineral] = first[mineral] = newest[mineral]
    if stated:
        by_iea = np.isin(np.arange(m), list(stated))
        others = rivals(observations, axes, year, refined=by_iea)
        second = apart(share, hhi, (other for other in others if other.publisher != "iea"))
        error[by_iea] = second.share[by_iea]
        both = np.sqrt(hhi_error**2 + np.nan_to_num(second.hhi) ** 2)
        hhi_error = np.where(by_iea, both, hhi_error)
    return Stage(share, error, hhi, hhi_error, year, first)


def _of_mines(
    observations: Mapping[str, Observations], axes: Axes
) -> tuple[Supply | None, Apart | None]:
    """What World Mining Data states, and how far other publishers of the same year lie from it."""
    made = supply(observations, axes)
    if made is None:
        return None, None
    others = rivals(observations, axes, made.year, refined=is_refined(axes))
    return made, apart(made.newest, hhi01(made.newest), others)


def mining(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(M,) HHI01 of mine output over the years that count."""
    made, far = _of_mines(observations, axes)
    if made is None or far is None:
        return None
    stage = mined(made, far, axes)
    return Table(Level.MINERAL, stage.hhi, stage.hhi_error, stage.year, stage.first_year)


def refining(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(M,) HHI01 of refined output over the years that count."""
    stage = refined(observations, axes, *_of_mines(observations, axes))
    if np.isnan(stage.hhi).all():
        return None
    return Table(Level.MINERAL, stage.hhi, stage.hhi_error, stage.year, stage.first_year)


def place_share(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(P, M) the place's share of world mining or of world refining, whichever is greater, with the
    error and the year of that one."""
    made, far = _of_mines(observations, axes)
    if made is None or far is None:
        return None
    stages = [mined(made, far, axes), refined(observations, axes, made, far)]
    first, second = (np.where(np.isnan(stage.share), -1.0, stage.share) for stage in stages)
    greater = second > first
    share = np.where(greater, second, first)
    error = np.where(greater, stages[1].share_error, stages[0].share_error)
    years = (
        np.where(greater, of_refined[:, None], of_mined[:, None])
        for of_mined, of_refined in (
            (stages[0].year, stages[1].year),
            (stages[0].first_year, stages[1].first_year),
        )
    )
    share = np.where(share < 0, np.nan, share)
    share[:, ~axes.is_country()] = np.nan
    unknown = np.isnan(share)
    return Table(
        Level.PLACE_MINERAL,
        share.T.copy(),
        np.where(unknown, np.nan, error).T.copy(),
        *(np.where(unknown, 0, year).astype(np.int16).T.copy() for year in years),
    )


def largest_share(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(M,) share of the largest producer over the years that count."""
    made, far = _of_mines(observations, axes)
    if made is None or far is None:
        return None
    at = np.nan_to_num(made.share).argmax(axis=1)
    every = np.arange(len(at))
    share, error = made.share[every, at], far.share[every, at]
    return Table(Level.MINERAL, share, error, made.year, made.first_year)


def largest_elsewhere(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(M,) what a second publisher states as the share of the newest year's largest producer; of
    several the farthest."""
    made, far = _of_mines(observations, axes)
    if made is None or far is None or np.isnan(far.top).all():
        return None
    years = np.where(np.isnan(far.top), 0, made.year).astype(np.int16)
    return Table(Level.MINERAL, far.top, None, years)


RULES: dict[str, Rule] = {
    "con.mining_recent": mining,
    "con.refining_recent": refining,
    "con.place_share": place_share,
    "con.largest_share": largest_share,
    "con.largest_elsewhere": largest_elsewhere,
}
