"""Indicators of work: listings, conventions, voice, development."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from riskscore.engine.catalogue import GOOD_LEVELS, LISTED_LEVELS, LISTING_LEVELS, Level
from riskscore.engine.derive.complete_years import newest_of
from riskscore.engine.derive.observation_rows import (
    Rule,
    latest_of,
    mean_of_not_nan,
    reached,
    rows_of,
)
from riskscore.engine.inputs.axes import Axes, Observations, Table

LISTS_NOT_ITSELF = ("USA", "PRI", "GUM", "VIR", "ASM", "MNP")
"""The list is made by the United States about others: these places are unknown, not clean."""


def listed_by(levels: Sequence[str]) -> Rule:
    """The rule (P, M) "level of the listing of a mineral from a place" on a row's levels.

    A mining good of the place that is not this mineral counts as "another mining good"; no mining
    good at all as "no mining good". Forced labour of any age outranks child labour.
    """

    def rule(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
        rows = rows_of(observations, "dol.good", axes)
        if rows is None:
            return None
        rows = rows.take((rows.place >= 0) & (rows.value > 0))
        values = np.full((len(axes.places), len(axes.minerals)), np.nan)
        values[axes.is_country()] = levels.index("no_mining_good")
        values[rows.place] = levels.index("another_mining_good")
        for level in GOOD_LEVELS[1:]:
            hit = rows.take((rows.value == GOOD_LEVELS.index(level)) & (rows.mineral >= 0))
            values[hit.place, hit.mineral] = levels.index(level)
        values[[axes.place(code) for code in LISTS_NOT_ITSELF if axes.place(code) >= 0]] = np.nan
        own = newest_of(rows.place, rows.year, len(axes.places))[:, np.newaxis]
        looked = np.maximum(own, reached(rows, len(axes.places)))
        years = np.where(np.isnan(values), 0, looked).astype(np.int16)
        return Table(Level.PLACE_MINERAL, values, None, years)

    return rule


def conventions(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """Table rule: share (0..1) of C138 and C182 ratified, over those with a row for the place."""
    tables = [latest_of(key)(observations, axes) for key in ("dol.c138", "dol.c182")]
    present = [table.values for table in tables if table is not None]
    return Table(Level.PLACE, mean_of_not_nan(np.stack(present))) if present else None


RULES: dict[str, Rule] = {
    "lab.listed": listed_by(LISTED_LEVELS),
    "lab.listing": listed_by(LISTING_LEVELS),
    "lab.advancement": latest_of("dol.advancement"),
    "lab.voice": latest_of("wgi.voice"),
    "lab.ihdi": latest_of("hdr.ihdi"),
    "lab.c138_c182": conventions,
}
