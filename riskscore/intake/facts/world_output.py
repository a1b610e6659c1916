"""Whether a site would give more of a mineral than the world makes: a slip, unless it says why."""

from collections.abc import Collection
from typing import Any

from riskscore.engine.inputs.measures import tonnes
from riskscore.engine.sourcing.product import FACTORS, product
from riskscore.releases import effective
from riskscore.sources.checks import figure_checks
from riskscore.sources.checks.fault import Fault

_WORLD = f"""
SELECT DISTINCT ON (mineral_id) mineral_id, label, year, sum(value) AS output
FROM {effective.OBSERVATIONS} o
WHERE indicator = 'wmd.production' AND mineral_id = ANY(%(minerals)s)
GROUP BY mineral_id, label, year ORDER BY mineral_id, year DESC, output DESC
"""  # noqa: S608 - our own names


class WorldOutput:
    """What the world made of some minerals in the newest year that is on record."""

    def __init__(self, minerals: Collection[str]) -> None:
        parameters = {**effective.in_force().parameters, "minerals": list(minerals)}
        rows = effective.fetch(_WORLD, parameters)
        self._of = {mineral: (label, int(year), output) for mineral, label, year, output in rows}

    def fault(self, mineral: str, amount: float | None, unit: str, reason: str) -> Fault | None:
        """More than the world makes, and no reason; nothing is said where either is unknown, or
        where the unit counts something else than output does (``t ore``)."""
        label, year, output = self._of.get(mineral, ("", 0, 0.0))
        own, counted = _factor(mineral, unit), _factor(mineral, label)
        if amount is None or not output or own is None or counted is None:
            return None
        return figure_checks.beyond_the_world(
            amount * own, output * counted, mineral=mineral, year=year, reason=reason
        )


def _factor(mineral: str, unit: str) -> float | None:
    """Tonnes of what is compared per one of the unit; None for what is no plain mass."""
    if (mineral, unit) in FACTORS:
        known: Any = product(mineral, unit, "")
        return float(known.factor)
    mass = tonnes(unit)
    return mass if mass == mass else None
