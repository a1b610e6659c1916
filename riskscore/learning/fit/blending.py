"""Which members the blend holds: all of them, less those that the rolling origin speaks against.

Members that err differently are worth averaging even where none is better alone, so a member has
to do harm before it is left out: the blend without it must have a log loss that is lower by more
than one standard error of the difference, exporters drawn whole. Held-out years are never asked.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from riskscore.learning.data.panel import Floats, Ints
from riskscore.learning.fit.calibrate import line
from riskscore.learning.fit.estimators import blend
from riskscore.learning.fit.evaluate import auc, clustered, log_loss, losses

DRAWS = 400
Parts = Mapping[str, Floats]


def kept(parts: Parts, outcome: Floats, place: Ints, seed: int) -> tuple[str, ...]:
    """Names of the members to blend, of (n,) out-of-sample probabilities by member."""
    names = tuple(parts)
    weights = clustered(place, DRAWS, seed)
    while len(names) > 1:
        whole = losses(outcome, calibrated(parts, names, outcome))
        harm = {}
        for name in names:
            rest = tuple(other for other in names if other != name)
            gain = whole - losses(outcome, calibrated(parts, rest, outcome))
            drawn = (weights * gain).sum(axis=1) / weights.sum(axis=1)
            harm[name] = float(gain.mean() - drawn.std())
        worst = max(names, key=lambda name: harm[name])
        if harm[worst] <= 0:
            break
        names = tuple(name for name in names if name != worst)
    return names


def calibrated(parts: Parts, names: tuple[str, ...], outcome: Floats) -> Floats:
    """(n,) probability of the blend of these members, calibrated for itself so that blends
    compare fairly.
    """
    raw = blend({name: parts[name] for name in names})
    return line(raw, outcome)(raw)


def compared(parts: Parts, outcome: Floats) -> list[dict[str, Any]]:
    """AUC and log loss of every possible blend, for the card."""
    blends = [names for size in range(1, len(parts) + 1) for names in combinations(parts, size)]
    results = []
    for names in blends:
        reported = calibrated(parts, names, outcome)
        brier = float(np.mean((reported - outcome) ** 2))
        row = {
            "auc": auc(outcome, reported),
            "log_loss": log_loss(outcome, reported),
            "brier": brier,
        }
        results.append({"members": " + ".join(names), **row})
    return results
