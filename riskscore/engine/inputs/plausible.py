"""Between which values a figure of a unit can lie: what is outside is a missing code or a slip."""

from __future__ import annotations

import re
from math import inf

from riskscore.engine.catalogue import Indicator, Level

#: By the words of the catalogue, where observations may lie elsewhere than the unit names.
#: Governance estimates are in standard deviations: 5 is beyond any.
RANGES: dict[str, tuple[float, float]] = {
    "0/1": (0, 1),
    "factor 0.8..1.5": (0.1, 10),
    "estimate, about -2.5 to 2.5": (-5, 5),
    "per 1,000 people": (0, 1000),
}
AMOUNT = (0.0, inf)
_NAMED = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)$")


def adds_up(row: Indicator) -> bool:
    """Whether an observation is an amount of a mineral that is summed over places, as trade is."""
    of_mineral = row.level in (Level.PLACE_MINERAL, Level.IMPORTER_PLACE_MINERAL)
    return of_mineral and not row.levels and plausible(row) == AMOUNT


def plausible(row: Indicator) -> tuple[float, float]:
    """The lowest and highest value of an observation; any other unit counts something."""
    return RANGES.get(row.unit) or named_range(row.unit) or AMOUNT


def possible(row: Indicator) -> tuple[float, float]:
    """The lowest and highest value of the unit as its words name it; else what is plausible."""
    return named_range(row.unit) or plausible(row)


def named_range(unit: str) -> tuple[float, float] | None:
    """The ends that a unit names, like "HHI 0..1"; None where it names none."""
    found = _NAMED.search(unit)
    return (float(found[1]), float(found[2])) if found else None
