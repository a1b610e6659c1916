"""Between which values a figure of a unit can lie: what is outside is a missing code or a slip."""

from __future__ import annotations

import re
from math import inf

from riskscore.engine.catalogue import Indicator, Level
from riskscore.engine.inputs.measures import DRY_MASS, MASS, VOLUME, UnitDoubt, measure

MONEY = "thousand USD"
#: By the words of the catalogue, where observations may lie elsewhere than the unit names.
#: Governance estimates are in standard deviations: 5 is beyond any.
RANGES: dict[str, tuple[float, float]] = {
    "0/1": (0, 1),
    "factor 0.8..1.5": (0.1, 10),
    "estimate, about -2.5 to 2.5": (-5, 5),
    # A tenth of the lowest prevalence of the Global Slavery Index 2023 (0.5, Switzerland), and five
    # times its highest (104.6, North Korea): a share or a percentage is not taken for it.
    "per 1,000 people": (0.05, 500),
    # More than any country has, and fewer than any: 1,426 million at most in the bundle.
    "millions": (1e-5, 2_000),
    # Three times the greatest of the bundle and more: 770,581 in Rwanda in 1994.
    "deaths": (0, 3_000_000),
    # World trade in all goods is some 25 thousand million thousand USD a year.
    MONEY: (0, 3e10),
}
AMOUNT = (0.0, inf)
#: The most of anything that one place can state, in t and in m3: five times the world's coal, and
#: for reserves more than the crust of a country holds. It catches slips by thousands, not less.
MOST: dict[str, float] = {MASS: 5e10, DRY_MASS: 5e10, VOLUME: 1e14}
RESERVES_OF_A_YEAR = 1_000
#: What is counted, never measured: no half of it exists.
WHOLE = frozenset({"deaths"})
_NAMED = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)$")


def adds_up(row: Indicator) -> bool:
    """Whether an observation is an amount of a mineral that is summed over places, as trade is."""
    of_mineral = row.level in (Level.PLACE_MINERAL, Level.IMPORTER_PLACE_MINERAL)
    is_amount = row.unit == MONEY or (row.unit not in RANGES and named_range(row.unit) is None)
    return of_mineral and not row.levels and is_amount


def plausible(row: Indicator, unit: str = "") -> tuple[float, float]:
    """The lowest and highest value of an observation; ``unit``: in which it is stated, where the
    catalogue's own words name none. Any other unit counts something."""
    return RANGES.get(row.unit) or named_range(row.unit) or _amount(row, unit or row.unit)


def possible(row: Indicator) -> tuple[float, float]:
    """The lowest and highest value of the unit as its words name it; else what is plausible."""
    return named_range(row.unit) or plausible(row)


def named_range(unit: str) -> tuple[float, float] | None:
    """The ends that a unit names, like "HHI 0..1"; None where it names none."""
    found = _NAMED.search(unit)
    return (float(found[1]), float(found[2])) if found else None


def _amount(row: Indicator, unit: str) -> tuple[float, float]:
    try:
        known = measure(unit)
    except UnitDoubt:
        return AMOUNT
    if known is None or known.dimension not in MOST:
        return AMOUNT
    years = RESERVES_OF_A_YEAR if row.key.endswith(".reserves") else 1
    return 0.0, years * MOST[known.dimension] / float(known.factor)
