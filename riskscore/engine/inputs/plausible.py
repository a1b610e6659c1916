"""Between which values a figure of a unit can lie: what is outside is a missing code or a slip."""

from __future__ import annotations

from math import inf

from riskscore.engine.catalogue import Indicator

#: By the words of the catalogue. Governance estimates are in standard deviations: 5 is beyond any.
RANGES: dict[str, tuple[float, float]] = {
    "0..1": (0, 1),
    "share 0..1": (0, 1),
    "0/1": (0, 1),
    "0..100": (0, 100),
    "factor 0.8..1.5": (0.1, 10),
    "estimate, about -2.5 to 2.5": (-5, 5),
    "per 1,000 people": (0, 1000),
}
AMOUNT = (0.0, inf)


def plausible(row: Indicator) -> tuple[float, float]:
    """The lowest and highest value of an observation; any other unit counts something."""
    return RANGES.get(row.unit, AMOUNT)
