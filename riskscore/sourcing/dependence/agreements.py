"""How much of a buyer's supply comes from places that it has an agreement with."""

from typing import NamedTuple

import numpy as np

from riskscore.engine.arrays import Floats, over
from riskscore.engine.catalogue import PARTNERSHIP_LEVELS
from riskscore.engine.derive.partnerships import partnership
from riskscore.engine.inputs.axes import Axes
from riskscore.releases import effective
from riskscore.scoring.indicators import buyer_tables
from riskscore.scoring.indicators.buyer import Buyer, axes_on
from riskscore.sourcing.buyers import SPAN, last_day, years_of

#: Levels that make a seller a partner by agreement. A trade bloc says nothing of minerals, a forum
#: is talk, and no agreement counts where the seller restricts exports of the mineral to the buyer.
PARTNERS = ("domestic", "trade_agreement", "partner")


class Agreements(NamedTuple):
    """``share01`` (M,): the part of the imports whose seller has an agreement with the member that
    buys, NaN where nothing is bought. ``levels`` (M, P): index of the closest level of any of the
    buyers in ``PARTNERSHIP_LEVELS``, NaN where nobody looked."""

    share01: Floats
    levels: Floats

    def word(self, mineral: int, place: int) -> str | None:
        """The level of a place for a mineral, None where nobody looked."""
        level = self.levels[mineral, place]
        return None if np.isnan(level) else PARTNERSHIP_LEVELS[int(level)]


def of_buyer(buyer: Buyer, year: int, axes: Axes) -> Agreements:
    """The agreements on record on the last day of a year, by each place code of the buyer."""
    shape = (len(axes.minerals), len(axes.places))
    partnered, bought = np.zeros(shape[0]), np.zeros(shape[0])
    closest = np.full(shape, np.nan)
    for code in buyer.codes:
        levels, tonnes = _levels(Buyer.of(code), year, shape), _bought(Buyer.of(code), year, axes)
        closest = np.fmin(closest, levels)
        partnered += np.where(levels < len(PARTNERS), tonnes, 0.0).sum(axis=1)
        bought += tonnes.sum(axis=1)
    return Agreements(over(partnered, bought), closest)


def _levels(buyer: Buyer, year: int, shape: tuple[int, int]) -> Floats:
    stated = buyer_tables.shared(buyer, effective.in_force())
    table = partnership(stated, axes_on(buyer, last_day(year)))
    return np.full(shape, np.nan) if table is None else table.values.T


def _bought(buyer: Buyer, year: int, axes: Axes) -> Floats:
    """(M, P) what one of the buyers buys from outside of all of them, unknown as nothing."""
    table = years_of(buyer, SPAN).get(year)
    if table is None:
        return np.zeros((len(axes.minerals), len(axes.places)))
    return np.where(axes.is_member(), 0.0, np.nan_to_num(table.found.supply.imports))
