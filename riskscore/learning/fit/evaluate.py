"""How good are the predictions, and how sure is that: metrics with clustered bootstrap intervals.

Rows of one exporter are not independent, so the bootstrap draws exporters, not rows.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from riskscore.learning.data.panel import Floats, Ints
from riskscore.learning.fit.calibrate import line

DRAWS = 1000
LEVEL = (0.025, 0.975)
BINS = 10
SMALLEST = 1e-9


def auc_of_draws(outcome: Floats, score: Floats, weights: Floats) -> Floats:
    """(draws,) area under the ROC curve for each row of ``weights`` (draws, n); ties count half.

    Equals the share of (event, other) pairs in which the event has the higher score (Mann–Whitney).
    """
    _, rank = np.unique(score, return_inverse=True)
    order = np.argsort(rank, kind="stable")
    start = np.flatnonzero(np.diff(rank[order], prepend=-1))
    sorted_outcome, sorted_weights = outcome[order], weights[:, order]
    events = np.add.reduceat(sorted_weights * sorted_outcome, start, axis=1)
    others = np.add.reduceat(sorted_weights * (1 - sorted_outcome), start, axis=1)
    below = np.cumsum(others, axis=1) - others / 2
    pairs = events.sum(axis=1) * others.sum(axis=1)
    result = np.full(len(weights), np.nan)
    np.divide((events * below).sum(axis=1), pairs, out=result, where=pairs > 0)
    return result


def auc(outcome: Floats, score: Floats) -> float:
    """Area under the ROC curve, 0..1; NaN where all outcomes are the same."""
    return float(auc_of_draws(outcome, score, np.ones((1, len(outcome))))[0])


def clustered(cluster: Ints, draws: int, seed: int) -> Floats:
    """(draws, n) weights: how often each row's cluster was drawn, with replacement."""
    generator = np.random.default_rng(seed)
    _, member = np.unique(cluster, return_inverse=True)
    count = int(member.max()) + 1
    drawn = generator.integers(0, count, size=(draws, count))
    weights = np.stack([np.bincount(row, minlength=count) for row in drawn])
    return weights[:, member].astype(np.float64)


def interval(draws: Floats) -> tuple[float, float]:
    """95 % percentile interval of the draws; NaN draws (without any event) are left out."""
    low, high = np.nanquantile(draws, LEVEL)
    return float(low), float(high)


#: Draws of what has to be computed one draw at a time.
FEW_DRAWS = 200


def intervals(outcome: Floats, predicted: Floats, weights: Floats) -> dict[str, Any]:
    """95 % intervals of log loss, Brier skill, average precision and calibration slope over drawn
    weights."""
    each = losses(outcome, predicted)
    some = [row for row in weights[:FEW_DRAWS] if 0 < (row * outcome).sum() < row.sum()]
    precision = [average_precision_score(outcome, predicted, sample_weight=row) for row in some]
    slope = [line(predicted, outcome, row).slope for row in some]
    return {
        "log_loss_ci": interval((weights * each).sum(axis=1) / weights.sum(axis=1)),
        "average_precision_ci": interval(np.array(precision)),
        "calibration_slope_ci": interval(np.array(slope)),
        "brier_skill_ci": _quadratic(outcome, predicted, weights),
    }


def _quadratic(outcome: Floats, predicted: Floats, weights: Floats) -> tuple[float, float]:
    """The interval of the Brier skill; each draw is measured against its own rate."""
    sizes = weights.sum(axis=1)
    # Elementwise and then summed: a matrix product's last bits depend on the machine's library.
    brier = (weights * (predicted - outcome) ** 2).sum(axis=1) / sizes
    rate = (weights * outcome).sum(axis=1) / sizes
    spread = rate * (1 - rate)
    return interval(1 - np.divide(brier, spread, out=np.full_like(brier, np.nan), where=spread > 0))


@dataclass(frozen=True, slots=True)
class Metrics:
    """Metrics of one set of predictions. ``brier_base`` is the Brier score of the observed rate."""

    rows: int
    events: int
    auc: float
    average_precision: float
    brier: float
    brier_base: float
    brier_skill: float
    log_loss: float
    calibration_slope: float
    calibration_intercept: float

    def as_dict(self) -> dict[str, float]:
        """The metrics as a dict, by name."""
        return asdict(self)


def measured(outcome: Floats, predicted: Floats) -> Metrics:
    """Every metric of probabilities against outcomes (1 or 0, both present)."""
    base = float(outcome.mean())
    brier = float(np.mean((predicted - outcome) ** 2))
    fit = line(predicted, outcome)
    return Metrics(
        rows=len(outcome),
        events=int(outcome.sum()),
        auc=auc(outcome, predicted),
        average_precision=float(average_precision_score(outcome, predicted)),
        brier=brier,
        brier_base=base * (1 - base),
        brier_skill=1 - brier / (base * (1 - base)),
        log_loss=log_loss(outcome, predicted),
        calibration_slope=fit.slope,
        calibration_intercept=fit.intercept,
    )


def losses(outcome: Floats, predicted: Floats) -> Floats:
    """(n,) negative log likelihoods, in nats."""
    kept = np.clip(predicted, SMALLEST, 1 - SMALLEST)
    return np.asarray(-(outcome * np.log(kept) + (1 - outcome) * np.log(1 - kept)), np.float64)


def log_loss(outcome: Floats, predicted: Floats) -> float:
    """Mean negative log likelihood, in nats."""
    return float(losses(outcome, predicted).mean())


def calibration_curve(outcome: Floats, predicted: Floats) -> list[dict[str, float]]:
    """Ten bins of equal number: mean prediction, observed rate and number of rows of each."""
    order = np.argsort(predicted, kind="stable")
    return [
        {
            "predicted": float(predicted[part].mean()),
            "observed": float(outcome[part].mean()),
            "rows": float(part.size),
        }
        for part in np.array_split(order, BINS)
        if part.size
    ]


def by_group(
    outcome: Floats, predicted: Floats, group: npt.NDArray[np.generic]
) -> dict[str, dict[str, float]]:
    """Rows, events, rate, mean prediction and AUC (NaN without both outcomes) of each group."""
    results = {}
    for name in np.unique(group):
        rows = group == name
        results[str(name)] = {
            "rows": float(rows.sum()),
            "events": float(outcome[rows].sum()),
            "rate": float(outcome[rows].mean()),
            "predicted": float(predicted[rows].mean()),
            "auc": auc(outcome[rows], predicted[rows]),
        }
    return results
