"""Producers with 0.2 to 1 % of world exports: predicted only where the model holds for them.

They are kept out of everything that chooses, calibrates or evaluates the model of the population
(1 % and more). Falls are more frequent among them and harder to predict, so they get a calibration
of their own, fitted on the choosing years (2008-2016). The held-out years (2017 on) decide whether
their predictions are published: see ``holds``.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from riskscore.learning.data.panel import Floats
from riskscore.learning.data.rows import FEWEST_EVENTS, SMALLEST_TRAINED_ON, Flags, Rows
from riskscore.learning.disruption import CHOOSING, FIRST_HELD_OUT, Backtest
from riskscore.learning.fit.calibrate import line, venn_abers
from riskscore.learning.fit.evaluate import (
    DRAWS,
    auc,
    auc_of_draws,
    by_group,
    clustered,
    interval,
    intervals,
    measured,
)
from riskscore.learning.fit.model import Model
from riskscore.learning.report.gate import SLOPE
from riskscore.learning.report.metrics import baselines

#: Their predictions are published where, on the held-out years, the calibration slope lies within
#: the bounds of the gate, and the AUC above this: each time the whole interval.
LEAST_AUC = 0.6


def evaluated(test: Backtest, seed: int) -> dict[str, Any]:
    """Metrics of small producers on the held-out years, as plain numbers for the card.

    ``told``, a key that stored cards have, is whether their predictions may be published. With
    fewer than FEWEST_EVENTS events in the choosing or the held-out years it is False, and
    ``events`` is how many there are.
    """
    usable = _usable(test)
    chosen = usable & np.isin(test.rows.year, CHOOSING)
    held = usable & (test.rows.year >= FIRST_HELD_OUT)
    events = min(test.rows.outcome[part].sum() for part in (chosen, held))
    if events < FEWEST_EVENTS:
        return {"told": False, "events": int(events)}
    apart = line(test.raw[chosen], test.rows.outcome[chosen])
    rows, predicted = test.rows.where(held), apart(test.raw[held])
    reported = _measured(rows, predicted, seed)
    return {
        "told": holds(reported),
        **reported,
        "slope_with_the_population_s_calibration": measured(
            rows.outcome, test.predicted[held]
        ).calibration_slope,
    }


def holds(reported: dict[str, Any]) -> bool:
    """The rule: the whole interval of the calibration slope lies in SLOPE, that of the AUC above
    LEAST_AUC."""
    low, high = reported["calibration_slope_ci"]
    return bool(SLOPE[0] < low and high < SLOPE[1] and reported["auc_ci"][0] > LEAST_AUC)


def calibrated(model: Model, test: Backtest) -> Model:
    """The model with a calibration for small producers, fitted on all out-of-sample predictions
    of them."""
    usable = _usable(test)
    raw, outcome = test.raw[usable], test.rows.outcome[usable]
    return replace(model, small_producers=(line(raw, outcome), venn_abers(raw, outcome)))


def _usable(test: Backtest) -> Flags:
    return test.rows.small_producers & ~np.isnan(test.rows.outcome) & ~np.isnan(test.raw)


def _measured(rows: Rows, predicted: Floats, seed: int) -> dict[str, Any]:
    weights = clustered(rows.place, DRAWS, seed)
    size = np.where(
        rows.share >= SMALLEST_TRAINED_ON, "0.3 to 1 %", "0.2 to 0.3 %, not learnt from"
    )
    return {
        **measured(rows.outcome, predicted).as_dict(),
        "rate": float(rows.outcome.mean()),
        "predicted": float(predicted.mean()),
        "auc_ci": interval(auc_of_draws(rows.outcome, predicted, weights)),
        **intervals(rows.outcome, predicted, weights),
        "auc_volatility": auc(rows.outcome, baselines(rows)["volatility"]),
        "by_share_of_world": by_group(rows.outcome, predicted, size),
    }
