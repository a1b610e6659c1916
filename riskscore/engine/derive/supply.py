"""Indicators of concentration: who mines, who refines, and how much of it the place holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.catalogue import WGI_LABELS, Level
from riskscore.engine.derive.complete_years import newest_of, windows
from riskscore.engine.derive.observation_rows import (
    Rule,
    latest_of,
    mean_of_not_nan,
    rows_of,
)
from riskscore.engine.formulas.concentration import (
    concentration_ratio,
    hhi01,
    hhi_wgi,
    rest_of_world_bounds,
    shares,
    wgi_risk01,
)
from riskscore.engine.inputs.axes import Axes, Observations, Table

SUPPLY_YEARS = 3
"""Years of production that a mean covers: a strike or a flood is not a change of structure."""

REFINERY_OUTPUT = frozenset(
    (
        "aluminium",
        "arsenic",
        "bismuth",
        "cadmium",
        "gallium",
        "germanium",
        "indium",
        "mercury",
        "rhenium",
        "selenium",
        "sulfur",
        "tellurium",
    )
)
"""Minerals whose World Mining Data figures are refinery output; all others are mine output."""

ORE_OF = {"aluminium": "bauxite"}
"""A refined metal whose mining is listed under the name of its ore."""

GOVERNED = 0.9
"""Least share of Σ s² whose producers' governance is known, for a governance-weighted HHI."""


class Output(NamedTuple):
    """``amounts``: (years, M, P) output of each mineral in its own last years, oldest first, 0
    where a producer is not listed and NaN where the year is unknown; ``years``: (years, M) which
    those are, 0 where unknown."""

    amounts: Floats
    years: npt.NDArray[np.int16]

    @property
    def newest(self) -> npt.NDArray[np.int16]:
        """(M,) the newest year of each mineral; 0 where there is none."""
        return np.asarray(self.years.max(axis=0, initial=0))

    @property
    def oldest(self) -> npt.NDArray[np.int16]:
        """(M,) the oldest year of each mineral that counts; 0 where there is none."""
        far = np.iinfo(np.int16).max
        first = np.where(self.years > 0, self.years, far).min(axis=0, initial=far)
        return np.where(first == far, 0, first).astype(np.int16)


def production(
    observations: Mapping[str, Observations], axes: Axes, count: int = SUPPLY_YEARS
) -> Floats | None:
    """(years, M, P) output of each mineral over its last ``count`` complete years: ``output``."""
    made = output(observations, axes, count)
    return None if made is None else made.amounts


def output(
    observations: Mapping[str, Observations], axes: Axes, count: int = SUPPLY_YEARS
) -> Output | None:
    """Output of each mineral over its own last ``count`` complete years; None without any row.

    World Mining Data is exhaustive: a place without a row produces nothing. A mineral without any
    row in a year is unknown there (all NaN).
    """
    yearly = yearly_output(observations, axes)
    if yearly is None:
        return None
    years, amounts = yearly
    stated = ~np.isnan(amounts).all(axis=2)
    newest = np.where(stated, years[:, np.newaxis], 0).max(axis=0, initial=0)
    begins = windows(newest, count)
    counts = stated & (begins > 0) & (years[:, np.newaxis] >= begins)
    # Each mineral's years moved to the end of the axis, in their order.
    order = np.argsort(counts, axis=0, kind="stable")[-count:]
    order = order[len(order) - int(counts.sum(axis=0).max(initial=0)) :]
    chosen = np.take_along_axis(counts, order, axis=0)
    found = np.take_along_axis(amounts, order[:, :, np.newaxis], axis=0)
    found[~chosen] = np.nan
    return Output(found, np.where(chosen, years[order], 0).astype(np.int16))


def yearly_output(
    observations: Mapping[str, Observations], axes: Axes
) -> tuple[npt.NDArray[np.int16], Floats] | None:
    """The complete years of any mineral (Y,), oldest first, and (Y, M, P) output in each: 0 where a
    producer is not listed, NaN where the mineral's year is not complete. None without any row."""
    rows = rows_of(observations, "wmd.production", axes)
    if rows is None:
        return None
    rows = rows.take((rows.place >= 0) & (rows.mineral >= 0) & (rows.value > 0))
    rows = rows.take(axes.is_country()[rows.place])
    years, at = np.unique(rows.year, return_inverse=True)
    out = np.zeros((len(years), len(axes.minerals), len(axes.places)))
    np.add.at(out, (at, rows.mineral, rows.place), rows.value)
    out[out.sum(axis=2) == 0] = np.nan
    return years.astype(np.int16), out


def is_refined(axes: Axes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(M,) true where World Mining Data states refinery output."""
    return np.array([code in REFINERY_OUTPUT for code in axes.minerals], dtype=bool)


def mean_hhi(output: Floats) -> Floats:
    """(M,) mean over the years of the HHI01 of each year."""
    return mean_of_not_nan(hhi01(output))


def ore_rows(axes: Axes) -> list[tuple[int, int]]:
    """(metal, ore) index pairs of ``ORE_OF`` that both exist on the axes."""
    pairs = [(axes.mineral(metal), axes.mineral(ore)) for metal, ore in ORE_OF.items()]
    return [(metal, ore) for metal, ore in pairs if metal >= 0 and ore >= 0]


def mining(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """HHI01 of mine output; unknown for what is only refined, aluminium takes bauxite's."""
    output = production(observations, axes)
    if output is None:
        return None
    stated = mean_hhi(output)
    values = np.where(is_refined(axes), np.nan, stated)
    for metal, ore in ore_rows(axes):
        values[metal] = stated[ore]
    return Table(Level.MINERAL, values)


def refined_shares(observations: Mapping[str, Observations], axes: Axes) -> Floats:
    """(M, P) share of world refining; NaN where unknown, also for places the IEA does not name."""
    out = np.full((len(axes.minerals), len(axes.places)), np.nan)
    output = production(observations, axes)
    if output is not None:
        refined = is_refined(axes)
        out[refined] = mean_of_not_nan(shares(output))[refined]
    for mineral, (named, rest) in iea_refining(observations, axes).items():
        out[mineral] = named / (np.nansum(named) + rest)
    return out


def iea_refining(
    observations: Mapping[str, Observations], axes: Axes
) -> dict[int, tuple[Floats, float]]:
    """Per mineral: (P,) refined output of the named places in kt (NaN elsewhere), and the rest's.

    Each mineral's newest complete year. "Rest of world" never counts as one country.
    """
    rows = newest_rows(observations, "iea.refining", axes)
    if rows is None:
        return {}
    country = axes.is_country()
    out = {}
    for mineral in np.unique(rows.mineral):
        here = rows.take(rows.mineral == mineral)
        named = np.full(len(axes.places), np.nan)
        places = here.take(country[here.place])
        named[places.place] = places.value
        rest = here.value[here.place == axes.place("ROW")].sum()
        out[int(mineral)] = (named, float(rest))
    return out


def newest_rows(
    observations: Mapping[str, Observations], key: str, axes: Axes
) -> Observations | None:
    """The rows of each mineral's newest complete year; None without any. A mineral that is not
    stated in the last three years for which most minerals are has no rows."""
    rows = rows_of(observations, key, axes)
    if rows is None:
        return None
    rows = rows.take((rows.mineral >= 0) & (rows.place >= 0))
    newest = newest_of(rows.mineral, rows.year, len(axes.minerals))
    continued = windows(newest, SUPPLY_YEARS) > 0
    return rows.take((rows.year == newest[rows.mineral]) & continued[rows.mineral])


def refining(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """HHI01 of refined output: World Mining Data where it states it, else the middle of the IEA's
    bounds; half their distance over 1.645 is the standard error (bounds as a 90 % interval)."""
    output = production(observations, axes)
    stated = iea_refining(observations, axes)
    if output is None and not stated:
        return None
    values, errors = np.full((2, len(axes.minerals)), np.nan)
    if output is not None:
        values = np.where(is_refined(axes), mean_hhi(output), np.nan)
    for mineral, (named, rest) in stated.items():
        low, high = rest_of_world_bounds(named, rest)
        values[mineral], errors[mineral] = (low + high) / 2, (high - low) / 2 / 1.645
    return Table(Level.MINERAL, values, errors)


def own_share(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(P, M) the place's share of world mining or of world refining, whichever is greater."""
    output = production(observations, axes)
    if output is None:
        return None
    mined = mean_of_not_nan(shares(output))
    for metal, ore in ore_rows(axes):
        mined[metal] = np.fmax(mined[metal], mined[ore])
    values = np.fmax(mined, refined_shares(observations, axes)).T.copy()
    values[~axes.is_country()] = np.nan
    return Table(Level.PLACE_MINERAL, values)


def top_share(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """CR1: share of the largest producer, mean over the years."""
    output = production(observations, axes)
    return (
        None
        if output is None
        else Table(Level.MINERAL, mean_of_not_nan(concentration_ratio(output, 1)))
    )


def hhi_governance(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """Σ s²·g with g = clip((2.5 − mean of six WGI)/5, 0, 1), on the mean shares of three years.

    Producers without governance are left out and the rest scaled up; below 90 % of Σ s² known the
    value is unknown.
    """
    output, estimate = production(observations, axes), governance_estimate(observations, axes)
    if output is None or estimate is None:
        return None
    values = governed_hhi(mean_of_not_nan(shares(output)), wgi_risk01(estimate))
    return Table(Level.MINERAL, values)


def governance_estimate(observations: Mapping[str, Observations], axes: Axes) -> Floats | None:
    """(P,) mean of the six governance estimates of each place, about -2.5 to 2.5; None: no rows."""
    tables = [latest_of(f"wgi.{name}", together=True)(observations, axes) for name in WGI_LABELS]
    present = [table.values for table in tables if table is not None]
    return mean_of_not_nan(np.stack(present)) if present else None


def governed_hhi(share: Floats, risk: Floats, trade: Floats | float = 1.0) -> Floats:
    """(M,) Σ s²·g·t of the shares (M, P), by the risk g (P,) and the trade parameter t (M, P).

    Producers without governance are left out and the rest scaled up; NaN below 90 % of Σ s² known,
    and where the trade parameter of a producer is NaN.
    """
    squares = np.nan_to_num(share) ** 2
    total, seen = squares.sum(axis=1), squares[:, ~np.isnan(risk)].sum(axis=1)
    governed = np.where(np.isnan(risk), np.nan, share)
    weighted = hhi_wgi(governed, np.nan_to_num(risk), trade)
    # hhi_wgi renormalises the shares of those it sees; bring it back to the whole market's Σ s².
    back = np.divide(total, hhi01(governed))
    fit = seen >= GOVERNED * total
    return np.where(fit & (total > 0), weighted * back, np.nan)


RULES: dict[str, Rule] = {
    "con.mining": mining,
    "con.refining": refining,
    "con.own_share": own_share,
    "con.hhi_governance": hhi_governance,
    "con.top_share": top_share,
}
