"""Figures: degrees, shares and their sums, and what one site can give in a year."""

from collections.abc import Iterable
from math import isfinite

from riskscore.engine.inputs.bound_shares import ROUNDING, Peak
from riskscore.engine.inputs.measures import DRY_MASS, MASS, VOLUME, Measure, UnitDoubt, measure
from riskscore.sources.checks.fault import Fault

BOUNDS = {"latitude": 90, "longitude": 180}
#: The most of anything that one site moves in a year, in t and in m3. Escondida moves some 0.5e9 t
#: of rock, and no field gives 0.3e12 m3 of gas: twice and three times as much is a slip.
MOST = {MASS: 1e9, DRY_MASS: 1e9, VOLUME: 1e12}
NOT_A_SHARE = Fault("not a share: it must be between 0 and 1", "Write a number from 0 to 1.")


def degree(value: float, axis: str) -> Fault | None:
    """A ``latitude`` or ``longitude`` that is nowhere on Earth."""
    bound = BOUNDS[axis]
    if isfinite(value) and abs(value) <= bound:
        return None
    return Fault(
        f"the {axis} must be between −{bound} and {bound}",
        f"It lies outside ±{bound} degrees: check for swapped axes, and for metres.",
    )


def part(value: float | None) -> Fault | None:
    """A part of a whole: above 0, at most 1; None is unknown."""
    if value is None or 0 < value <= 1:
        return None
    return Fault("not a share: it must be above 0 and at most 1", "Write 0.51, or in a file 51%.")


def weight(value: float | None) -> Fault | None:
    """How grave, or how far to be believed: 0 to 1."""
    return None if value is None or 0 <= value <= 1 else NOT_A_SHARE


def whole(shares: Iterable[float | None]) -> Fault | None:
    """Shares of one thing at one time, None unknown, that are more than all of it."""
    total = sum(share or 0.0 for share in shares)
    if total <= 1 + ROUNDING:
        return None
    return Fault(
        f"with it the shares add up to {_percent(total)}, which is more than all",
        "Correct the shares, or give those that ended a last day (until).",
    )


def bound(most: Peak) -> Fault | None:
    """Contracts that bind more at once than there is."""
    if not most.is_too_much:
        return None
    since = "" if most.day == most.day.min else f" from {most.day} on"
    return Fault(
        f"the shares of {most.mineral or 'the output'} add up to {_percent(most.share)}{since}, "
        "which is more than all",
        "Correct the shares, or give contracts that ended a last day (until).",
    )


def _percent(share: float) -> str:
    """Rounded, but never to a hundred of what is more."""
    return f"{share * 100:.3f}".rstrip("0").rstrip(".") + "%"


def amounts(
    amount: float | None, low: float | None, high: float | None
) -> tuple[str, Fault] | None:
    """What is wrong with an amount and its range, and in which of the three."""
    for name, value in (("amount", amount), ("low", low), ("high", high)):
        if value is not None and value < 0:
            return name, Fault("negative", "Write 0 or more, or nothing if unknown.")
    if (low is None) != (high is None):
        half = "low" if low is None else "high"
        return half, Fault("half a range", "Fill in low and high, or neither.")
    if low is None or high is None:
        return None if amount is not None else ("amount", _NEITHER)
    if not (low < high or low == amount == high):
        return "high", Fault("not above low", "Correct low or high.")
    if amount is not None and not low <= amount <= high:
        return "amount", Fault("outside its own range", "Correct amount, low or high.")
    return None


def reasoned(amount: float | None, reason: str) -> Fault | None:
    """A range alone, which nobody says why it is one."""
    if amount is not None or reason.strip():
        return None
    return Fault("a range without its reason", "Say why a range, and why this one.")


_NEITHER = Fault(
    "neither an amount nor a range",
    "State amount, or low, high and reason; leave it out if nothing is known.",
)


def yearly(value: float | None, unit: str) -> Fault | None:
    """What no site can give in a year; nothing is said of a unit that nobody knows."""
    known = of_a_year(unit)
    if value is None or known is None:
        return None
    if known.dimension not in MOST:
        return Fault(
            f"{unit!r} measures {known.dimension}, and not what a site gives in a year",
            "State a mass or a volume, such as t.",
        )
    most = MOST[known.dimension] / float(known.factor)
    if value <= most:
        return None
    return Fault(
        f"no site gives more than {most:,.4g} {unit} in a year",
        "Check the number and its unit: t and kt, decimal points and thousands.",
    )


def of_a_year(unit: str) -> Measure | None:
    """What a yearly unit measures: ``kt/year``, ``t Li``; None if nobody knows."""
    words = unit.split()
    for count in range(len(words), 0, -1):
        try:
            if (known := measure(" ".join(words[:count]))) is not None:
                return known
        except UnitDoubt:
            return None
    return None


def beyond_the_world(
    tonnes: float | None, world: float, *, mineral: str, year: int, reason: str
) -> Fault | None:
    """More of a mineral from one site than the world made in a year, and no reason beside it."""
    if tonnes is None or reason.strip() or not world or tonnes <= world:
        return None
    return Fault(
        f"more {mineral.replace('_', ' ')} than the whole world made in {year} ({world:,.0f} t)",
        "Check the number and its unit; if it is so, say why in reason.",
    )
