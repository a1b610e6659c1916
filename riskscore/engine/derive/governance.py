"""Indicators of states: governance, armed violence, treaties."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from riskscore.engine.catalogue import Level
from riskscore.engine.derive.observation_rows import (
    Rule,
    by_year,
    latest,
    latest_of,
    mean_of_not_nan,
    newest_years,
    rows_of,
)
from riskscore.engine.inputs.axes import Axes, Observations, Table

VIOLENCE_YEARS = 3
"""Years that the mean of conflict deaths covers: a war year neither vanishes nor stays for ever."""


def deaths_per_million(*keys: str) -> Rule:
    """Σ of the keys' deaths per million people and year, mean over the last three years.

    The last three years that are complete for every key count. A place without any row is
    unknown; a row that says 0 is 0. The population is the newest the
    Human Development Report states, in millions; without it the rate is unknown.
    """

    def rule(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
        people = rows_of(observations, "hdr.population", axes)
        counted = [rows_of(observations, key, axes) for key in keys]
        rows = [part for part in counted if part is not None]
        if people is None or len(rows) < len(keys):
            return None
        size = len(axes.places)
        of_all = rows[0].take(np.all([np.isin(rows[0].year, part.year) for part in rows], axis=0))
        if not len(of_all):
            return None
        years = newest_years(of_all, VIOLENCE_YEARS)
        deaths = mean_of_not_nan(np.sum([by_year(part, years, size) for part in rows], axis=0))
        population = latest(people, size)[0]
        not_nan = ~np.isnan(deaths) & (population > 0)
        rate = np.divide(deaths, population, out=np.full(size, np.nan), where=not_nan)
        vintage = np.where(not_nan, years[-1], 0).astype(np.int16)
        return Table(Level.PLACE, rate, None, vintage)

    return rule


def c169(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """1 where ILO C169 is ratified on the day of the facts, else 0.

    The list of ratifications is complete, so a country that it leaves out has not ratified; what
    is not a country (a group, the rest of the world) is unknown.
    """
    rows = observations.get("ilo.c169")
    if rows is None or not len(rows):
        return None
    values = np.where(axes.is_country(), 0.0, np.nan)
    bound = rows.in_force(axes.as_of)
    bound = bound.take((bound.value > 0) & (bound.place >= 0))
    values[bound.place] = 1.0
    return Table(Level.PLACE, values)


RULES: dict[str, Rule] = {
    "geo.stability": latest_of("wgi.stability"),
    "geo.law": latest_of("wgi.law"),
    "geo.corruption": latest_of("wgi.corruption"),
    "geo.regulation": latest_of("wgi.regulation"),
    "geo.violence": deaths_per_million("ucdp.state", "ucdp.onesided"),
    "geo.gang_violence": deaths_per_million("ucdp.nonstate"),
    "ind.c169": c169,
    "ind.law": latest_of("wgi.law"),
    "ind.voice": latest_of("wgi.voice"),
}
