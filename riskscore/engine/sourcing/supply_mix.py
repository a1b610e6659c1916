"""Where supply comes from, and how far it hangs on few: the figures every page of sourcing shows.

Amounts are tonnes a year of one mineral at one stage. The last axis is the partner; axes before it
(buyers, minerals, projects) are free, and every function gives one number for each of their cells.
NaN is unknown and makes unknown what is computed from it; no imports at all is 0 tonnes, and then
shares have no answer (NaN), never 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Counts, Floats, over
from riskscore.engine.errors import NumberError
from riskscore.engine.formulas.concentration import hhi01
from riskscore.engine.formulas.geopolrisk import geopolrisk_import_risk

EU_TEST01 = 0.65
"""Share of one third country above which the EU sees a dependence: Regulation (EU) 2024/1252,
Article 5(1)(b)."""


@dataclass(frozen=True, slots=True)
class Supply:
    """A supply by partner, and what the buyer makes itself.

    Parameters
    ----------
    imports : ndarray, shape (..., P)
        Tonnes a year by partner, each ≥ 0; what the buyer's own members sell each other is 0. NaN
        where no trade is on record.
    home : ndarray, shape (...)
        Own production in tonnes a year; NaN where it is unknown.

    Raises
    ------
    NumberError
        If an amount is negative or infinite, or the shapes do not fit.
    """

    imports: Floats
    home: Floats

    def __post_init__(self) -> None:
        if self.imports.shape[:-1] != self.home.shape:
            raise NumberError(
                f"imports {self.imports.shape} and own production {self.home.shape} do not fit: "
                "one amount of own production for each row of imports"
            )
        for amounts in (self.imports, self.home):
            if (amounts < 0).any() or np.isinf(amounts).any():
                raise NumberError("tonnes must be finite and not negative; correct the row")


def imports_t(supply: Supply) -> Floats:
    """(...) tonnes imported; NaN where no trade is on record."""
    return np.asarray(supply.imports.sum(axis=-1), dtype=np.float64)


def import_share01(supply: Supply) -> Floats:
    """(..., P) each partner's share of the imports; NaN where nothing is imported."""
    return over(supply.imports, imports_t(supply)[..., np.newaxis])


def largest_partner(supply: Supply) -> Counts:
    """(...) index of the largest partner, of equals the first; -1 where nothing is imported."""
    found = np.argmax(np.nan_to_num(supply.imports), axis=-1).astype(np.int64)
    return np.where(np.nan_to_num(imports_t(supply)) > 0, found, -1)


def n1_imports01(supply: Supply) -> Floats:
    """(...) N-1: the share of the imports that is lost when the largest partner stops."""
    return over(supply.imports.max(axis=-1), imports_t(supply))


def n1_supply01(supply: Supply) -> Floats:
    """(...) the share of imports and own production that is lost with the largest partner."""
    return over(supply.imports.max(axis=-1), imports_t(supply) + supply.home)


def import_hhi01(supply: Supply) -> Floats:
    """(...) HHI of the imported tonnes over partners."""
    known = ~np.isnan(imports_t(supply))
    return np.where(known, hhi01(supply.imports), np.nan)


def supply_hhi01(supply: Supply) -> Floats:
    """(...) HHI of supply: partners, and own production as one supplier."""
    together = np.concatenate([supply.imports, supply.home[..., np.newaxis]], axis=-1)
    unknown = np.isnan(imports_t(supply) + supply.home)
    return np.where(unknown, np.nan, hhi01(together))


def share_of01(supply: Supply, partners: npt.ArrayLike) -> Floats:
    """(...) the share of the imports that comes from some partners together.

    ``partners`` is a mask (P,), or weights 0..1 by partner.
    """
    part = np.asarray(supply.imports @ np.asarray(partners, dtype=np.float64))
    return over(part, imports_t(supply))


def above_eu_test(supply: Supply) -> Bools:
    """(...) whether one partner holds more than 65 % of the imports."""
    return np.asarray(np.nan_to_num(n1_imports01(supply)) > EU_TEST01, dtype=bool)


def geopolrisk01(supply: Supply, production_hhi01: npt.ArrayLike, risk01: npt.ArrayLike) -> Floats:
    """(...) GeoPolRisk of the supply: HHI of world production × Σ g·f ÷ (F + P).

    ``production_hhi01`` broadcasts to (...), ``risk01`` (P,) is the partners' instability g.
    """
    import_risk = geopolrisk_import_risk(supply.imports, risk01, supply.home)
    return np.asarray(np.asarray(production_hhi01, dtype=np.float64) * import_risk)


def expected_loss01(supply: Supply, probability01: npt.ArrayLike, loss01: float) -> Floats:
    """(...) share of the imports that is expected to fail: Σ share · probability · loss.

    ``probability01`` broadcasts to (..., P): the chance that the partner's exports fall by at
    least ``loss01`` next year; NaN where no model says, which counts as no loss. So the result is
    a lower bound.
    """
    chance = np.nan_to_num(np.asarray(probability01, dtype=np.float64))
    return np.asarray((import_share01(supply) * chance).sum(axis=-1) * loss01)


def joined(parts: npt.ArrayLike, own: npt.ArrayLike) -> Floats:
    """(..., P) imports of a group: the sum of its members' less what they trade among themselves.

    ``parts`` (members, ..., P), ``own`` (P,) true for the members. A member without any trade on
    record adds nothing; where no member has one, the group's is unknown.
    """
    tonnes = np.asarray(parts, dtype=np.float64)
    whole = np.where(np.isnan(tonnes).all(axis=0), np.nan, np.nansum(tonnes, axis=0))
    return np.where(np.asarray(own, dtype=bool) & ~np.isnan(whole), 0.0, whole)
