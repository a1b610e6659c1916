"""Moving a part of the imports to another partner: what each formula says of it, and where two
formulas point opposite ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskscore.engine.arrays import Bools, Floats, over
from riskscore.engine.errors import NumberError
from riskscore.engine.sourcing import supply_mix as of
from riskscore.engine.sourcing.supply_mix import Supply

#: A change of an index that is smaller than this is none.
NO_CHANGE = 1e-12


@dataclass(frozen=True, slots=True)
class Moves:
    """What moving tonnes from one partner to each place would change; arrays (P,).

    ``n1``, ``hhi``, ``geopolrisk``: differences after less before, on the scale 0..1.
    ``geopolrisk_part``: the last over GeoPolRisk before. All are 0 for the partner itself.
    """

    tonnes: float
    n1: Floats
    hhi: Floats
    geopolrisk: Floats
    geopolrisk_part: Floats

    def opposite(self) -> Bools:
        """(P,) where fewer eggs lie in one basket and GeoPolRisk rises all the same."""
        return np.asarray((self.hhi < -NO_CHANGE) & (self.geopolrisk > NO_CHANGE), dtype=bool)


def moves(
    supply: Supply, partner: int, part: float, production_hhi01: float, risk01: Floats
) -> Moves:
    """Move a part of all imports from a partner to each place in turn.

    Parameters
    ----------
    supply : Supply
        One mineral: imports (P,), own production ().
    partner : int
        Index of the partner that loses the tonnes.
    part : float
        Of all imports, 0..1; at most what the partner sells is moved.
    production_hhi01 : float
        HHI of world production, for GeoPolRisk.
    risk01 : ndarray, shape (P,)
        GeoPolRisk's instability g of each place.

    Returns
    -------
    Moves
        One change for each place.

    Raises
    ------
    NumberError
        If ``part`` leaves 0..1.
    """
    if not 0 <= part <= 1:
        raise NumberError(f"a part lies between 0 and 1, not {part:g}")
    tonnes = min(part * float(of.imports_t(supply)), float(supply.imports[partner]))
    places = len(supply.imports)
    after = np.tile(supply.imports, (places, 1))
    after[:, partner] -= tonnes
    after[np.arange(places), np.arange(places)] += tonnes
    after[partner] = supply.imports
    moved = Supply(after, np.full(places, float(supply.home)))
    before = of.geopolrisk01(supply, production_hhi01, risk01)
    geopolrisk = of.geopolrisk01(moved, production_hhi01, risk01) - before
    return Moves(
        tonnes,
        of.n1_imports01(moved) - of.n1_imports01(supply),
        of.import_hhi01(moved) - of.import_hhi01(supply),
        geopolrisk,
        over(geopolrisk, before),
    )
