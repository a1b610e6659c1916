"""From observations to indicators: the domain rules, each a pure function.

A rule takes all observations and the axes and returns a Table, or None where it does not apply
(an importer's indicator when nobody imports) or has no observation to start from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from riskscore.engine.catalogue import INDICATORS, Level
from riskscore.engine.derive import as_published, governance, labour_listings, supply, trade
from riskscore.engine.derive.observation_rows import Rule, rows_of
from riskscore.engine.inputs.axes import Axes, Observations, Table

RULES: dict[str, Rule] = {
    **governance.RULES,
    **supply.RULES,
    **trade.RULES,
    **labour_listings.RULES,
    **as_published.RULES,
}


OF_MINERALS = (
    Level.MINERAL,
    Level.PLACE_MINERAL,
    Level.IMPORTER_MINERAL,
    Level.IMPORTER_PLACE_MINERAL,
)


def derive(observations: Mapping[str, Observations], axes: Axes) -> dict[str, Table]:
    """Tables of every indicator that the observations support, seen from the axes' importer."""
    tables = {key: rule(observations, axes) for key, rule in RULES.items()}
    return {
        key: _dated(table, key, observations, axes)
        for key, table in tables.items()
        if table is not None
    }


def _dated(table: Table, key: str, observations: Mapping[str, Observations], axes: Axes) -> Table:
    """The table with years. A rule that sets none reads lists that leave nobody out, so behind each
    value stands the newest row about its mineral, or of all rows where it is about a place. Rows
    that hold from one day to another (a treaty, a ban) have no age."""
    if table.years is not None:
        return table
    newest, of_mineral = 0, np.zeros(len(axes.minerals), np.int16)
    for name in INDICATORS[key].derived_from:
        rows = rows_of(observations, name, axes)
        if rows is not None:
            rows = rows.take(np.isnat(rows.since))
            newest = max(newest, int(rows.year.max(initial=0)))
            about_minerals = rows.take(rows.mineral >= 0)
            np.maximum.at(of_mineral, about_minerals.mineral, about_minerals.year.astype(np.int16))
    years = of_mineral if table.level in OF_MINERALS else newest
    return replace(table, years=np.where(np.isnan(table.values), 0, years).astype(np.int16))
