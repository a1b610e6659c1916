"""The numbers of a back-test: against named baselines, with intervals, by year and by group."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from riskscore.learning.data import features
from riskscore.learning.data.mineral_groups import group_of
from riskscore.learning.data.panel import Floats
from riskscore.learning.data.rows import Rows
from riskscore.learning.disruption import CHOOSING, LAST_TRAINING_YEAR, Backtest
from riskscore.learning.fit.evaluate import (
    DRAWS,
    auc,
    auc_of_draws,
    by_group,
    calibration_curve,
    clustered,
    interval,
    intervals,
    log_loss,
    measured,
)

#: An exporter with a tenth of the world's trade.
LARGE = 0.1


def baselines(rows: Rows) -> dict[str, Floats]:
    """(n,) scores of the single numbers that the model must beat; NaN takes the median."""
    column = {name: rows.x[:, features.NAMES.index(name)] for name in features.NAMES}
    return {
        "volatility": _filled(column[features.VOLATILITY]),
        "governance": _filled(-column[features.GOVERNANCE]),
        "persistence": _filled(column[features.PERSISTENCE]),
    }


def _filled(values: Floats) -> Floats:
    return np.where(np.isnan(values), np.nanmedian(values), values)


def reported(test: Backtest, seed: int, minerals: Sequence[str]) -> dict[str, Any]:
    """All metrics of the held-out years, as plain numbers for the card."""
    held = test.held
    rows, predicted = test.rows.where(held), test.predicted[held]
    scores = {**baselines(rows), "logistic": test.plain[held]}
    metrics = measured(rows.outcome, predicted)
    chosen = test.chosen
    return {
        **metrics.as_dict(),
        **_against(rows, predicted, scores, seed),
        "log_loss_logistic": log_loss(rows.outcome, scores["logistic"]),
        "trained_on": f"feature years to {LAST_TRAINING_YEAR}",
        "held_out": [int(rows.year.min()), int(rows.year.max())],
        "calibration_curve": calibration_curve(rows.outcome, predicted),
        "raw_calibration_slope": measured(rows.outcome, test.raw[held]).calibration_slope,
        "members": list(test.fixed),
        "choosing": {
            "years": [CHOOSING[0], CHOOSING[-1]],
            "blends": test.blends,
            **measured(test.rows.outcome[chosen], test.predicted[chosen]).as_dict(),
        },
        "still_down": _later(rows, predicted),
        **_groups(rows, predicted, minerals),
    }


def _against(rows: Rows, predicted: Floats, scores: dict[str, Floats], seed: int) -> dict[str, Any]:
    """AUC of the model and of each baseline, and their paired differences, with intervals."""
    weights = clustered(rows.place, DRAWS, seed)
    drawn = auc_of_draws(rows.outcome, predicted, weights)
    results: dict[str, Any] = {
        "auc_ci": interval(drawn),
        **_quadratic(rows.outcome, predicted, weights),
        **intervals(rows.outcome, predicted, weights),
    }
    for name, score in scores.items():
        theirs = auc(rows.outcome, score)
        difference = drawn - auc_of_draws(rows.outcome, score, weights)
        results[f"auc_{name}"] = theirs
        suffix = "" if name == "volatility" else f"_to_{name}"
        results[f"auc_difference{suffix}"] = auc(rows.outcome, predicted) - theirs
        results[f"auc_difference{suffix}_ci"] = interval(difference)
    return results


def _quadratic(outcome: Floats, predicted: Floats, weights: Floats) -> dict[str, Any]:
    """The interval of the Brier skill; each draw is measured against its own rate."""
    sizes = weights.sum(axis=1)
    # Elementwise and then summed: a matrix product's last bits depend on the machine's library.
    brier = (weights * (predicted - outcome) ** 2).sum(axis=1) / sizes
    rate = (weights * outcome).sum(axis=1) / sizes
    return {"brier_skill_ci": interval(1 - brier / (rate * (1 - rate)))}


def _later(rows: Rows, predicted: Floats) -> dict[str, float]:
    """The same predictions against the secondary target: fallen, and still down a year later."""
    not_nan = ~np.isnan(rows.later)
    return {
        "rows": int(not_nan.sum()),
        "events": int(rows.later[not_nan].sum()),
        "auc": auc(rows.later[not_nan], predicted[not_nan]),
        "auc_volatility": auc(rows.later[not_nan], baselines(rows)["volatility"][not_nan]),
    }


def _groups(rows: Rows, predicted: Floats, minerals: Sequence[str]) -> dict[str, Any]:
    groups = np.array([group_of(minerals[number]) for number in rows.mineral])
    size = np.where(rows.share >= LARGE, "at least 10 %", "below 10 %")
    return {
        "by_year": by_group(rows.outcome, predicted, rows.year),
        "by_mineral_group": by_group(rows.outcome, predicted, groups),
        "by_share_of_world": by_group(rows.outcome, predicted, size),
        "volatility_by_year": by_group(rows.outcome, baselines(rows)["volatility"], rows.year),
    }
