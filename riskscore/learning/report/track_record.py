"""Frozen predictions of a year against what happened in it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from riskscore.learning.data.panel import Floats, Panel
from riskscore.learning.data.targets import fallen
from riskscore.learning.fit.evaluate import auc

#: Probabilities by (place, mineral) code.
Probabilities = Mapping[tuple[str, str], float]
#: Years of trade from which a fall is measured.
HISTORY = 3


def evaluated(panel: Panel, year: int, frozen: Probabilities) -> dict[str, Any] | None:
    """Metrics of the predictions for a year; None when the panel does not reach that year.

    Pairs without an outcome are left out; the AUC is None where all outcomes are the same.
    """
    column = year - 1 - int(panel.years[0])
    if not HISTORY - 1 <= column < len(panel.years) - 1:
        return None
    outcome = fallen(panel, column)
    predicted = np.array([frozen.get(pair, np.nan) for pair in _pairs(panel)])
    not_nan = ~np.isnan(outcome) & ~np.isnan(predicted)
    return _measured(outcome[not_nan], predicted[not_nan]) if not_nan.any() else None


def _pairs(panel: Panel) -> list[tuple[str, str]]:
    return [
        (panel.places[place], panel.minerals[mineral])
        for place, mineral in zip(panel.place, panel.mineral, strict=True)
    ]


def _measured(outcome: Floats, predicted: Floats) -> dict[str, Any]:
    rate, area = float(outcome.mean()), auc(outcome, predicted)
    return {
        "rows": int(outcome.size),
        "events": int(outcome.sum()),
        "predicted_events": float(predicted.sum()),
        "auc": None if np.isnan(area) else area,
        "brier": float(np.mean((predicted - outcome) ** 2)),
        "brier_base": rate * (1 - rate),
    }
