"""From observations to indicators: the domain rules, each a pure function.

A rule takes all observations and the axes and returns a Table, or None where it does not apply
(an importer's indicator when nobody imports) or has no observation to start from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from riskscore.engine.catalogue import INDICATORS, Level
from riskscore.engine.derive import (
    as_published,
    governance,
    labour_listings,
    partnerships,
    producers,
    supply,
    trade,
)
from riskscore.engine.derive.governance import VIOLENCE_YEARS
from riskscore.engine.derive.observation_rows import Rule, newest_years, rows_of
from riskscore.engine.inputs.axes import Axes, Observations, Table

RULES: dict[str, Rule] = {
    **governance.RULES,
    **supply.RULES,
    **producers.RULES,
    **trade.RULES,
    **partnerships.RULES,
    **labour_listings.RULES,
    **as_published.RULES,
}


MEANS: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("geo.violence", "geo.gang_violence"), ("ucdp.state", VIOLENCE_YEARS)),
    **dict.fromkeys(
        ("con.mining", "con.refining", "con.own_share", "con.hhi_governance", "con.top_share"),
        ("wmd.production", supply.SUPPLY_YEARS),
    ),
    "con.import_risk": ("baci.import_quantity", trade.IMPORT_YEARS),
    "con.import_hhi": ("baci.import_value", trade.IMPORT_YEARS),
}
"""Indicators that are means: over how many of the last years for which the key has any row."""

OF_MINERALS = (
    Level.MINERAL,
    Level.PLACE_MINERAL,
    Level.IMPORTER_MINERAL,
    Level.IMPORTER_PLACE_MINERAL,
)


def derive(observations: Mapping[str, Observations], axes: Axes) -> dict[str, Table]:
    """Make the table of every indicator that the observations support.

    Parameters
    ----------
    observations : mapping of str to Observations
        Publishers' values by observation key, each in its publisher's unit.
    axes : Axes
        Places and minerals of the tables, the importer, and the day that the facts describe.

    Returns
    -------
    dict of str to Table
        By indicator key; an indicator without observations has no entry.

    Examples
    --------
    >>> from datetime import date
    >>> axes = Axes(("CHL",), ("copper",), "WLD", frozenset(), date(2025, 1, 1))
    >>> derive({}, axes)
    {}
    """
    tables = {key: rule(observations, axes) for key, rule in RULES.items()}
    return {
        key: _from(_dated(table, key, observations, axes), key, observations, axes)
        for key, table in tables.items()
        if table is not None
    }


def _from(table: Table, key: str, observations: Mapping[str, Observations], axes: Axes) -> Table:
    """Give a table its first years: those of the newest facts, or where its mean begins."""
    years = np.zeros(table.values.shape, np.int16) if table.years is None else table.years
    if table.first_years is not None or key not in MEANS:
        return replace(table, first_years=years if table.first_years is None else table.first_years)
    stated, count = MEANS[key]
    begins = np.minimum(years, _begins(observations, stated, count, axes, table.level))
    if key == "con.refining":  # what the IEA states is of its newest year alone
        begins = np.where(supply.is_refined(axes), begins, years)
    return replace(table, first_years=begins.astype(np.int16))


def _begins(
    observations: Mapping[str, Observations], key: str, count: int, axes: Axes, level: Level
) -> npt.NDArray[np.integer] | int:
    """The first of the last ``count`` years: (M,) of each mineral's output, else of all rows."""
    never = np.iinfo(np.int16).max
    if level in OF_MINERALS and key == "wmd.production":
        made = supply.output(observations, axes, count)
        return never if made is None else np.where(made.oldest > 0, made.oldest, never)
    rows = rows_of(observations, key, axes)
    return never if rows is None else newest_years(rows, count)[0]


def _dated(table: Table, key: str, observations: Mapping[str, Observations], axes: Axes) -> Table:
    """Give a table its years: the year of the newest fact behind each value, 0 where there is none.

    A table whose rule set years is returned as it is. Every other rule reads lists that are
    complete in each edition (a place that is not on the list has a value, too), so the year is
    that of the newest row of a complete year: of the rows about the same mineral where the table
    has minerals, else of all rows. Rows that are in force from one day to another (a treaty, a ban)
    have no year.
    """
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
