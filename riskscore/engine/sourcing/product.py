"""Tonnes of what a mine counts as tonnes of what is traded, where chemistry says how many."""

from __future__ import annotations

from dataclasses import dataclass

#: Standard atomic weights of the elements: IUPAC (2021), 10.1515/pac-2019-0603.
LITHIUM, OXYGEN, CARBON = 6.94, 15.999, 12.011
CARBONATE = 2 * LITHIUM + CARBON + 3 * OXYGEN


@dataclass(frozen=True, slots=True)
class Product:
    """``factor``: tonnes traded per tonne counted. ``exact``: False where the true factor is
    greater or unknown. ``words``: what was assumed."""

    factor: float
    exact: bool
    words: str


#: By mineral and unit of a year's capacity or output; lithium is traded as carbonate equivalent.
FACTORS = {
    ("lithium", "t Li"): CARBONATE / (2 * LITHIUM),
    # World Mining Data counts lithium as oxide.
    ("lithium", "t"): CARBONATE / (2 * LITHIUM + OXYGEN),
}
MASS_T = {"t": 1.0, "t Li": 1.0, "kg": 1e-3, "ct": 2e-7, "kt": 1e3}


def product(mineral: str, unit: str, trade_stage: str) -> Product | None:
    """How tonnes of a unit become tonnes of the traded product; None where the unit is no mass.

    A tonne of metal is in at least a tonne of ore or concentrate, so for minerals that are traded
    as ore the result is the least that it can be.
    """
    if (mineral, unit) in FACTORS:
        return Product(
            FACTORS[mineral, unit], exact=True, words="tonnes of lithium carbonate equivalent"
        )
    if unit not in MASS_T:
        return None
    if trade_stage == "extraction":
        words = "a tonne of content is taken for a tonne of ore or concentrate: the least it can be"
        return Product(MASS_T[unit], exact=False, words=words)
    words = "tonnes of content are taken for tonnes of product"
    return Product(MASS_T[unit], exact=False, words=words)
