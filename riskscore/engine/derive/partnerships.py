"""The buyer's partnership with a place about one mineral: agreements, less what the place itself
keeps back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.derive.observation_rows import Rule
from riskscore.engine.derive.trade import (
    ALIGNMENT,
    export_restriction,
    spread_to_members,
    viewpoints,
)
from riskscore.engine.indicators.levels import AGREEMENT_LEVELS, PARTNERSHIP_LEVELS
from riskscore.engine.indicators.row import Level
from riskscore.engine.inputs.axes import Axes, Observations, Table

TRADE_BLOCS = frozenset({"rcep", "cptpp"})
"""Agreements among many about tariffs. They say nothing of minerals, and leave their members free
to license or ban exports; a member may also have an agreement with the buyer alone."""


def partnership(observations: Mapping[str, Observations], axes: Axes) -> Table | None:
    """(P, M) closest agreement between importer and place; see ``PARTNERSHIP_LEVELS``.

    A trade bloc is one whatever kind its row states. Where the place restricts exports of the
    mineral to this buyer, no agreement with it counts: "restricted". A group's agreements bind its
    members. An importer for whom no agreement at all is recorded is unknown everywhere.
    """
    rows = observations.get("trade.agreement")
    if not axes.has_importer or rows is None:
        return None
    rows = rows.in_force(axes.as_of)
    rows = rows.take((rows.place >= 0) & np.isin(rows.importer, viewpoints(axes)))
    places = np.full(len(axes.places), np.nan)
    if len(rows):
        places[axes.is_country()] = PARTNERSHIP_LEVELS.index("none")
    np.fmin.at(places, rows.place, _levels(rows))
    for group, members in axes.groups.items():
        spread_to_members(places, axes, group, members)
    values = np.repeat(places[:, None], len(axes.minerals), axis=1)
    restricted = export_restriction(observations, axes)
    if restricted is not None:
        agreed = values < PARTNERSHIP_LEVELS.index("restricted")
        kept_back = agreed & ~np.isnan(restricted.values)
        values[kept_back] = PARTNERSHIP_LEVELS.index("restricted")
    values[axes.is_member()] = PARTNERSHIP_LEVELS.index("domestic")
    return Table(Level.IMPORTER_PLACE_MINERAL, values)


def _levels(rows: Observations) -> Floats:
    """The level of each agreement, by its kind and its name."""
    index = [PARTNERSHIP_LEVELS.index(ALIGNMENT[level]) for level in AGREEMENT_LEVELS]
    kinds = np.array(index, dtype=np.float64)[rows.value.astype(np.intp)]
    is_bloc = np.isin([str(name).strip().casefold() for name in rows.stage], list(TRADE_BLOCS))
    return np.where(is_bloc, PARTNERSHIP_LEVELS.index("trade_bloc"), kinds)


RULES: dict[str, Rule] = {"geo.partnership": partnership}
