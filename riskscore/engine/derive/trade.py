"""Indicators of trade: restrictions on exports, agreements with the buyer, the buyer's imports."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.catalogue import AGREEMENT_LEVELS, ALIGNMENT_LEVELS, RESTRICTION_LEVELS, Level
from riskscore.engine.derive.complete_years import last_years, number_of_years
from riskscore.engine.derive.observation_rows import Rule, latest_of, rows_of
from riskscore.engine.formulas.concentration import hhi01
from riskscore.engine.formulas.geopolrisk import geopolrisk_import_risk, partner_risk
from riskscore.engine.inputs.axes import Axes, Observations, Table
from riskscore.engine.inputs.measures import tonnes_each

IMPORT_YEARS = 3
ALIGNMENT = {
    "fta": "trade_agreement",
    "critical_minerals_agreement": "trade_agreement",
    "strategic_partnership": "partner",
    "msp": "partner",
    "msp_forum": "forum",
}


def viewpoints(axes: Axes) -> list[int]:
    """Indices of the importer and of every group it belongs to."""
    groups = [code for code, members in axes.groups.items() if axes.importer in members]
    return [axes.place(code) for code in (axes.importer, *groups) if axes.place(code) >= 0]


def trade_parameter(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(P, M) EC trade parameter, the greatest over the stages.

    1.0 where the Commission assessed the mineral and states nothing for the place; unknown for a
    mineral it states nothing about. Its EU scope replaces its world scope for a buyer in the EU.
    Sales within the buyer's own members face no export restriction.
    """
    rows = observations.get("ec.trade")
    if rows is None or not len(rows):
        return None
    rows = rows.take(rows.mineral >= 0)
    values = np.full((len(axes.places), len(axes.minerals)), np.nan)
    values[np.ix_(axes.is_country(), np.unique(rows.mineral))] = 1.0
    strictest: dict[tuple[int, int], float] = {}
    for place, mineral, value in _stages(rows.take(rows.place >= 0), axes):
        strictest[place, mineral] = max(value, strictest.get((place, mineral), value))
    for (place, mineral), value in strictest.items():
        values[place, mineral] = value
    own = axes.is_member()
    values[own] = np.where(np.isnan(values[own]), np.nan, 1.0)
    return Table(Level.PLACE_MINERAL, values)


def _stages(rows: Observations, axes: Axes) -> list[tuple[int, int, float]]:
    """(place, mineral, t) per stage, the buyer's own scope in place of the world's."""
    scopes = viewpoints(axes) if axes.has_importer else []
    chosen: dict[tuple[int, int, str], float] = {}
    for scope in (-1, *scopes):
        here = rows.take(rows.importer == scope)
        for place, mineral, stage, value in zip(
            here.place, here.mineral, here.stage, here.value, strict=True
        ):
            chosen[int(place), int(mineral), str(stage)] = float(value)
    return [(place, mineral, value) for (place, mineral, _), value in chosen.items()]


def export_restriction(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(P, M) index of the strictest restriction in force; NaN where none is known.

    A row with an importer counts for that importer (or its group) only. A row that has ended, as a
    suspended ban has, leaves what else is in force. The buyer's own members are not restricted.
    """
    rows = observations.get("trade.restriction")
    if rows is None or not len(rows):
        return None
    rows = rows.in_force(axes.as_of)
    targets = [-1, *viewpoints(axes)] if axes.has_importer else [-1]
    hits = (rows.place >= 0) & (rows.mineral >= 0) & np.isin(rows.importer, targets)
    rows = rows.take(hits & (rows.value >= 0) & (rows.value < len(RESTRICTION_LEVELS)))
    values = np.full((len(axes.places), len(axes.minerals)), np.nan)
    np.fmax.at(values, (rows.place, rows.mineral), rows.value)
    values[axes.is_member()] = np.nan
    return Table(Level.PLACE_MINERAL, values)


def alignment(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(P,) closest agreement between importer and place; see ``ALIGNMENT_LEVELS``.

    A group's agreements bind its members. An importer for whom no agreement at all is recorded is
    unknown everywhere: nobody looked.
    """
    rows = observations.get("trade.agreement")
    if not axes.has_importer or rows is None:
        return None
    rows = rows.in_force(axes.as_of)
    rows = rows.take((rows.place >= 0) & np.isin(rows.importer, viewpoints(axes)))
    values = np.full(len(axes.places), np.nan)
    if len(rows):
        values[axes.is_country()] = ALIGNMENT_LEVELS.index("none")
    index = [ALIGNMENT_LEVELS.index(ALIGNMENT[level]) for level in AGREEMENT_LEVELS]
    levels = np.array(index, dtype=np.float64)[rows.value.astype(np.intp)]
    np.fmin.at(values, rows.place, levels)
    for group, members in axes.groups.items():
        spread_to_members(values, axes, group, members)
    values[axes.is_member()] = ALIGNMENT_LEVELS.index("domestic")
    return Table(Level.IMPORTER_PLACE, values)


def spread_to_members(values: Floats, axes: Axes, group: str, members: frozenset[str]) -> None:
    """Give a group's members the agreement that its row holds."""
    at = axes.place(group)
    if at < 0 or np.isnan(values[at]):
        return
    for index in (axes.place(code) for code in members):
        if index >= 0:
            values[index] = np.fmin(values[index], values[at])


def imports(observations: Mapping[str, Observations], axes: Axes, key: str) -> Floats | None:
    """(M, P) yearly imports of the importer's members per seller, mean of three years.

    Of each member the last three years that are complete for it count. What the members sell each
    other is left out, and so is what no country sells. A mineral without any row is NaN: it has no
    customs code of its own.
    """
    rows = rows_of(observations, key, axes)
    if not axes.has_importer or rows is None:
        return None
    inside = axes.is_member()
    rows = rows.take((rows.importer >= 0) & inside[rows.importer])
    rows = last_years(rows, rows.importer, IMPORT_YEARS)
    years = number_of_years(rows, rows.importer, len(axes.places))
    sold = (rows.mineral >= 0) & (rows.place >= 0) & ~inside[rows.place] & ~np.isnan(rows.value)
    rows = rows.take(sold & axes.is_country()[rows.place])
    out = np.zeros((len(axes.minerals), len(axes.places)))
    np.add.at(out, (rows.mineral, rows.place), rows.value / years[rows.importer])
    out[~np.isin(np.arange(len(axes.minerals)), rows.mineral)] = np.nan
    return out


def import_hhi(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """HHI01 of the importer's import value over its sellers."""
    bought = imports(observations, axes, "baci.import_value")
    return None if bought is None else Table(Level.IMPORTER_MINERAL, hhi01(bought))


def home_production(observations: Mapping[str, Observations], axes: Axes) -> Floats:
    """(M,) yearly output of the importer's members in tonnes, mean of the last three complete years
    of each mineral.

    NaN where the unit is no mass.
    """
    made = _tonnes(observations, axes)
    if made is None:
        return np.full(len(axes.minerals), np.nan)
    rows, tonnes = made
    out, inside = np.zeros(len(axes.minerals)), axes.is_member()[rows.place]
    np.add.at(out, rows.mineral[inside], tonnes[inside])
    return out


def output_t(observations: Mapping[str, Observations], axes: Axes) -> Floats:
    """(M, P) yearly output in tonnes, mean of the last three complete years of each mineral; NaN
    where the unit is no mass.

    A place without a row produces nothing.
    """
    out = output_by_place(observations, axes)
    out[np.isnan(out).any(axis=1)] = np.nan
    return out


def output_by_place(observations: Mapping[str, Observations], axes: Axes) -> Floats:
    """The same, NaN only for the places whose own unit is no mass."""
    out = np.zeros((len(axes.minerals), len(axes.places)))
    made = _tonnes(observations, axes)
    if made is None:
        return np.full_like(out, np.nan)
    rows, tonnes = made
    np.add.at(out, (rows.mineral, rows.place), tonnes)
    return out


def _tonnes(
    observations: Mapping[str, Observations], axes: Axes
) -> tuple[Observations, Floats] | None:
    """The rows of countries' output in each mineral's last years, and what each adds to the mean of
    those years in tonnes; None without any row."""
    rows = rows_of(observations, "wmd.production", axes)
    if rows is None:
        return None
    rows = last_years(rows, rows.mineral, IMPORT_YEARS)
    years = number_of_years(rows, rows.mineral, len(axes.minerals))
    rows = rows.take((rows.place >= 0) & axes.is_country()[rows.place])
    factor = tonnes_each(rows.label)
    return rows, rows.value * factor / years[rows.mineral]


def import_risk(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(M,) GeoPolRisk import risk of the buyer, 0..1: ``geopolrisk_import_risk`` of its imports and
    home output in tonnes and of its sellers' political stability."""
    bought = imports(observations, axes, "baci.import_quantity")
    if bought is None:
        return None
    stability = latest_of("wgi.stability", together=True)(observations, axes)
    estimates = np.full(len(axes.places), np.nan) if stability is None else stability.values
    values = geopolrisk_import_risk(
        bought, partner_risk(estimates), home_production(observations, axes)
    )
    return Table(Level.IMPORTER_MINERAL, values)


RULES: dict[str, Rule] = {
    "geo.trade_parameter": trade_parameter,
    "geo.export_restriction": export_restriction,
    "geo.alignment": alignment,
    "con.import_risk": import_risk,
    "con.import_hhi": import_hhi,
}
