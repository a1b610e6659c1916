"""Indicators from files that may not be shipped: NaN until an operator loads the file."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from riskscore.engine.catalogue import FUNDAMENTAL, Level
from riskscore.engine.derive.observation_rows import Rule, latest_of, mean_of_not_nan, rows_of
from riskscore.engine.inputs.axes import Axes, Observations, Table


def conventions(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """Table rule: share (0..1) of the fundamental conventions ratified, over those with a row."""
    tables = [latest_of(f"ilo.c{number}")(observations, axes) for number in FUNDAMENTAL]
    present = [table.values for table in tables if table is not None]
    return Table(Level.PLACE, mean_of_not_nan(np.stack(present))) if present else None


def restriction(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(P, M) level of the strictest restriction in the inventory's newest year; else NaN."""
    rows = rows_of(observations, "oecd.restriction", axes)
    if rows is None:
        return None
    newest = int(rows.year.max())
    rows = rows.take((rows.year == newest) & (rows.place >= 0) & (rows.mineral >= 0))
    values = np.full((len(axes.places), len(axes.minerals)), np.nan)
    np.fmax.at(values, (rows.place, rows.mineral), rows.value)
    years = np.where(np.isnan(values), 0, newest).astype(np.int16)
    return Table(Level.PLACE_MINERAL, values, None, years)


RULES: dict[str, Rule] = {
    "lab.rights": latest_of("ituc.rating"),
    "lab.conventions": conventions,
    "lab.slavery": latest_of("walkfree.prevalence"),
    "geo.oecd_restriction": restriction,
}
