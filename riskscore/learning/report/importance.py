"""Which features a model uses, and how: permutation importance and partial dependence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from riskscore.learning.data.panel import Floats
from riskscore.learning.fit.evaluate import auc

Predictor = Callable[[Floats], Floats]
#: Rows of the background over which a partial dependence is averaged.
BACKGROUND = 400
POINTS = 9
#: So often each feature is shuffled.
REPEATS = 10


def permutation(
    predictor: Predictor, x: Floats, outcome: Floats, about: Mapping[str, str], seed: int
) -> list[dict[str, Any]]:
    """Fall of the AUC when one feature's values are shuffled, greatest first.

    ``about`` says what each column of ``x`` is, by name and in the order of the columns. Each
    column is shuffled REPEATS times: ``auc_fall`` is the mean of the falls, ``auc_fall_sd`` their
    standard deviation, and ``auc_fall_least`` and ``auc_fall_most`` the ends. A feature whose falls
    lie on both sides of 0 cannot be told from noise. Features that say nearly the same share their
    importance: a small number does not mean that the feature says nothing.
    """
    generator = np.random.default_rng(seed)
    full = auc(outcome, predictor(x))
    results = []
    for number, (name, words) in enumerate(about.items()):
        falls = [
            full - auc(outcome, predictor(_shuffled(x, number, generator))) for _ in range(REPEATS)
        ]
        results.append({"feature": name, "about": words, **_spread(falls)})
    return sorted(results, key=lambda row: (-row["auc_fall"], row["feature"]))


def _shuffled(x: Floats, column: int, generator: np.random.Generator) -> Floats:
    result = x.copy()
    result[:, column] = generator.permutation(x[:, column])
    return result


def _spread(falls: Sequence[float]) -> dict[str, float]:
    return {
        "auc_fall": float(np.mean(falls)),
        "auc_fall_sd": float(np.std(falls, ddof=1)),
        "auc_fall_least": min(falls),
        "auc_fall_most": max(falls),
        "repeats": len(falls),
    }


def partial_dependence(
    predictor: Predictor, x: Floats, columns: Mapping[str, int], seed: int
) -> dict[str, list[tuple[float, float]]]:
    """(value, mean prediction) at nine quantiles of each feature, all else as it was."""
    generator = np.random.default_rng(seed)
    rows = generator.choice(len(x), min(BACKGROUND, len(x)), replace=False)
    results = {}
    for name, column in columns.items():
        values = np.unique(np.nanquantile(x[:, column], np.linspace(0.05, 0.95, POINTS)))
        results[name] = [
            (float(value), _mean_with(predictor, x[rows], column, value)) for value in values
        ]
    return results


def _mean_with(predictor: Predictor, x: Floats, column: int, value: float) -> float:
    changed = x.copy()
    changed[:, column] = value
    return float(predictor(changed).mean())
