"""The ``scaling`` section of a leaf."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from riskscore.engine.catalogue import Indicator
from riskscore.engine.scaling.fitted import (
    Borda,
    DistanceToMax,
    DistanceToReference,
    DistanceToTarget,
    FractionOfMax,
    MinMax,
    PercentileRank,
    Rank,
    ZScore,
)
from riskscore.engine.scaling.fixed import Goalposts, Identity, Logistic, OrdinalTable, Scaling
from riskscore.engine.spec.reader import SpecReader

Scale = dict[str, Any]


def parse_scaling(
    leaf: SpecReader, row: Indicator | None, scale: tuple[float, float], direction: int
) -> Scaling:
    """The scaling of a leaf. ``row`` is its catalogue row, if any; ``scale`` the output ends."""
    section = leaf.kind_section("scaling", "scaling")
    kind = section.choice("kind", READERS)
    lo, hi = section.pair("range") if section.has("range") else scale
    scaling = READERS[kind](section, row, {"lo": lo, "hi": hi, "direction": direction})
    section.done()
    return scaling


def _goalposts(section: SpecReader, row: Indicator | None, scale: Scale) -> Scaling:
    start, end = section.number("from"), section.number("to")
    log = section.flag("log", default=False)
    if start == end or not math.isfinite((scale["hi"] - scale["lo"]) / (end - start)):
        raise section.error("goalposts", f"'from' and 'to' must differ, got {start:g} and {end:g}")
    if log and min(start, end) <= 0:
        raise section.error("goalposts", "on a logarithm 'from' and 'to' must both be above 0")
    if row is not None and (end > start) != (row.worse > 0):
        raise section.error(
            "direction",
            f"{row.key} is riskier when {'higher' if row.worse > 0 else 'lower'}; "
            f"from {start:g} to {end:g} says the opposite",
        )
    if scale["direction"] < 0 and end > start:
        raise section.error("direction", "'from' scores lowest, 'to' highest: swap them instead")
    scale = {**scale, "direction": 1}
    clip = section.flag("clip", default=True)
    if log and not clip:
        raise section.error("goalposts", "a logarithm needs 'clip: true', or it meets zero")
    return Goalposts(start=start, end=end, log=log, clip=clip, **scale)


def _table(section: SpecReader, row: Indicator | None, scale: Scale) -> Scaling:
    scores = section.section("scores", "scores of the table")
    names = {name: scores.as_number(value, name) for name, value in scores.items()}
    levels = row.levels if row is not None else ()
    if levels and set(names) != set(levels):
        wrong = sorted(set(names) ^ set(levels))
        raise section.error("ordinal table", f"scores must name each level once: see {wrong}")
    if not names:
        raise section.error("ordinal table", "'scores' must not be empty")
    keys = [float(levels.index(name)) if levels else _level(section, name) for name in names]
    return OrdinalTable(values=tuple(keys), scores=tuple(names.values()), **scale)


def _level(section: SpecReader, name: str) -> float:
    try:
        return float(name)
    except ValueError:
        raise section.error("ordinal table", f"level {name!r} must be a number here") from None


def _logistic(section: SpecReader, _row: Indicator | None, scale: Scale) -> Scaling:
    steepness = section.number("steepness")
    if steepness <= 0:
        raise section.error("range", "'steepness' must be above 0; use 'direction' to turn it")
    return Logistic(midpoint=section.number("midpoint"), steepness=steepness, **scale)


def _identity(_section: SpecReader, _row: Indicator | None, scale: Scale) -> Scaling:
    return Identity(**scale)


def _minmax(section: SpecReader, _row: Indicator | None, scale: Scale) -> Scaling:
    return MinMax(clip=section.flag("clip", default=True), **scale)


def _zscore(section: SpecReader, _row: Indicator | None, scale: Scale) -> Scaling:
    spread = section.number("spread", 1.0)
    if spread <= 0:
        raise section.error("range", "'spread' must be above 0")
    return ZScore(centre=section.number("centre", 0.0), spread=spread, **scale)


def _to_max(section: SpecReader, _row: Indicator | None, scale: Scale) -> Scaling:
    return DistanceToMax(cap=section.flag("cap", default=False), **scale)


def _to_reference(section: SpecReader, _row: Indicator | None, scale: Scale) -> Scaling:
    return DistanceToReference(
        unit=section.text("unit"), cap=section.flag("cap", default=False), **scale
    )


def _to_target(section: SpecReader, _row: Indicator | None, scale: Scale) -> Scaling:
    cap = section.flag("cap", default=False)
    return DistanceToTarget(target=section.number("target"), cap=cap, **scale)


READERS: dict[str, Callable[[SpecReader, Indicator | None, Scale], Scaling]] = {
    "goalposts": _goalposts,
    "table": _table,
    "logistic": _logistic,
    "identity": _identity,
    "minmax": _minmax,
    "zscore": _zscore,
    "percentile_rank": lambda _section, _row, scale: PercentileRank(**scale),
    "rank": lambda _section, _row, scale: Rank(**scale),
    "borda": lambda _section, _row, scale: Borda(**scale),
    "distance_to_max": _to_max,
    "distance_to_reference": _to_reference,
    "distance_to_target": _to_target,
    "fraction_of_max": lambda _section, _row, scale: FractionOfMax(**scale),
}
