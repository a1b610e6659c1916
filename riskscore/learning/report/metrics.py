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
    measured,
)

#: An exporter with a tenth of the world's trade.
LARGE = 0.1
PERIODS = {"choosing": "that choose", "held_out": "held out"}
#: How the model in use is chosen, in the words of the card.
RULE = (
    "the blend is used only if its lead over the plain logistic regression is certain, in AUC and "
    "in log loss, on the years that choose and on those held out; a tie keeps the simpler model"
)


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
    chosen = test.chosen
    return {
        **_measured(rows, predicted, seed),
        **_against(rows, predicted, baselines(rows), seed),
        "trained_on": f"feature years to {LAST_TRAINING_YEAR}",
        "held_out": [int(rows.year.min()), int(rows.year.max())],
        "calibration_curve": calibration_curve(rows.outcome, predicted),
        "raw_calibration_slope": measured(rows.outcome, test.raw[held]).calibration_slope,
        "members": list(test.used.fixed),
        "simpler": _simpler(test, seed),
        "choosing": {
            "years": [CHOOSING[0], CHOOSING[-1]],
            "blends": test.blends,
            **measured(test.rows.outcome[chosen], test.predicted[chosen]).as_dict(),
        },
        "still_down": _later(rows, predicted),
        **_groups(rows, predicted, minerals),
    }


def _measured(rows: Rows, predicted: Floats, seed: int) -> dict[str, Any]:
    """Metrics of one set of predictions with their intervals."""
    weights = clustered(rows.place, DRAWS, seed)
    return {
        **measured(rows.outcome, predicted).as_dict(),
        "auc_ci": interval(auc_of_draws(rows.outcome, predicted, weights)),
        **intervals(rows.outcome, predicted, weights),
    }


def _simpler(test: Backtest, seed: int) -> dict[str, Any]:
    """Both models on the held-out years, how far the blend leads when, and which is used."""
    rows = test.rows.where(test.held)
    return {
        "name": "the plain logistic regression",
        "used": test.is_plain,
        "leads": {period: each.as_dict() for period, each in test.leads.items()},
        "held_out": {
            name: _measured(rows, one.predicted[test.held], seed)
            for name, one in (("logistic", test.plain), ("blend", test.blended))
        },
        "members_of_the_blend": list(test.blended.fixed),
    }


def choice(test: Backtest) -> str:
    """Which of the two models is used and why, in a sentence for the card."""
    found = "; ".join(
        f"on the years {PERIODS[period]} the blend leads by {each.auc:+.4f} in AUC "
        f"[{each.auc_ci[0]:+.4f}, {each.auc_ci[1]:+.4f}] and by {each.log_loss:+.4f} in log loss "
        f"[{each.log_loss_ci[0]:+.4f}, {each.log_loss_ci[1]:+.4f}]"
        for period, each in test.leads.items()
    )
    tie = "It ties, so the plain logistic regression is used"
    verdict = tie if test.is_plain else "Its lead is certain, so the blend is used"
    return f"Rule: {RULE}. Found: {found}. {verdict}."


def _against(rows: Rows, predicted: Floats, scores: dict[str, Floats], seed: int) -> dict[str, Any]:
    """AUC of each baseline, and the model's paired differences to it, with intervals."""
    weights = clustered(rows.place, DRAWS, seed)
    drawn = auc_of_draws(rows.outcome, predicted, weights)
    results: dict[str, Any] = {}
    for name, score in scores.items():
        theirs = auc(rows.outcome, score)
        difference = drawn - auc_of_draws(rows.outcome, score, weights)
        results[f"auc_{name}"] = theirs
        suffix = "" if name == "volatility" else f"_to_{name}"
        results[f"auc_difference{suffix}"] = auc(rows.outcome, predicted) - theirs
        results[f"auc_difference{suffix}_ci"] = interval(difference)
    return results


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
