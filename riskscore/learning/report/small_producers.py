"""Small producers, below the population: predicted only where the model proves to hold for them.

They never choose, calibrate or judge the model of the population. Their falls are more frequent
and harder to tell, so a line of their own calibrates them, fitted on the choosing years; the
held-out years then say whether they may be told at all.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from riskscore.learning.data.panel import Floats
from riskscore.learning.data.rows import FEWEST_EVENTS, SMALLEST_LEARNT, Flags, Rows
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
from riskscore.learning.report.metrics import baselines

#: They are told where, on the held-out years, the calibration slope lies between these …
SLOPE = (0.8, 1.2)
#: … and the interval of the AUC lies above this.
LEAST_AUC = 0.6


def judged(test: Backtest, seed: int) -> dict[str, Any]:
    """What is said of them on the held-out years, and in ``told`` whether they may be predicted."""
    known = _known(test)
    chosen = known & np.isin(test.rows.year, CHOOSING)
    held = known & (test.rows.year >= FIRST_HELD_OUT)
    events = min(test.rows.outcome[part].sum() for part in (chosen, held))
    if events < FEWEST_EVENTS:
        return {"told": False, "events": int(events)}
    apart = line(test.raw[chosen], test.rows.outcome[chosen])
    rows, predicted = test.rows.where(held), apart(test.raw[held])
    said = _measured(rows, predicted, seed)
    return {
        "told": holds(said),
        **said,
        "slope_with_the_population_s_calibration": measured(
            rows.outcome, test.predicted[held]
        ).calibration_slope,
    }


def holds(said: dict[str, Any]) -> bool:
    """The rule: calibrated, and surely better than chance by more than a little."""
    return bool(SLOPE[0] <= said["calibration_slope"] <= SLOPE[1] and said["auc_ci"][0] > LEAST_AUC)


def calibrated(model: Model, test: Backtest) -> Model:
    """The model with a calibration for small producers, of all that was out of sample."""
    known = _known(test)
    raw, outcome = test.raw[known], test.rows.outcome[known]
    return replace(model, small=(line(raw, outcome), venn_abers(raw, outcome)))


def _known(test: Backtest) -> Flags:
    return test.rows.small & ~np.isnan(test.rows.outcome) & ~np.isnan(test.raw)


def _measured(rows: Rows, predicted: Floats, seed: int) -> dict[str, Any]:
    weights = clustered(rows.place, DRAWS, seed)
    size = np.where(rows.share >= SMALLEST_LEARNT, "0.3 to 1 %", "0.2 to 0.3 %, not learnt from")
    return {
        **measured(rows.outcome, predicted).as_dict(),
        "rate": float(rows.outcome.mean()),
        "predicted": float(predicted.mean()),
        "auc_ci": interval(auc_of_draws(rows.outcome, predicted, weights)),
        **intervals(rows.outcome, predicted, weights),
        "auc_volatility": auc(rows.outcome, baselines(rows)["volatility"]),
        "by_share_of_world": by_group(rows.outcome, predicted, size),
    }
