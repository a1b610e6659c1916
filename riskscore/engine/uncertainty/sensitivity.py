"""Which source of uncertainty moves the scores: Sobol' indices of a method on its units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from riskscore.engine.arrays import Counts, Floats
from riskscore.engine.counter import keys_of
from riskscore.engine.frame import Frame
from riskscore.engine.method import Fitted
from riskscore.engine.spec.noise import FACTORS, Noise, Sample
from riskscore.engine.uncertainty.intervals import draw, slices
from riskscore.engine.uncertainty.sobol import Indices, indices

Target = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Indices per factor of ``factors``; see ``sobol.Indices`` for shapes."""

    factors: tuple[str, ...]
    indices: Indices


def score_of_each_unit(values: Floats, _nominal: Floats) -> Floats:
    """(draws, n) the scores themselves: one set of indices per unit."""
    return values


def mean_rank_shift(values: Floats, nominal: Floats) -> Floats:
    """(draws,) mean absolute change of rank against the nominal scores (COINr's target)."""
    not_nan = ~np.isnan(nominal)
    before = _ranks(nominal[not_nan])
    return np.array([np.abs(_ranks(row[not_nan]) - before).mean() for row in values])


def _ranks(scores: Floats) -> Floats:
    ranked = np.sort(scores)
    return np.asarray(len(scores) - np.searchsorted(ranked, scores, side="right") + 1.0)


def sensitivity(
    fitted: Fitted,
    frame: Frame,
    noise: Noise | None = None,
    *,
    node: str = "",
    target: Target = mean_rank_shift,
    n: int = 256,
) -> Sensitivity:
    """Indices of the factors that the noise settings leave on, for one node (root by default).

    Each factor is a whole family of draws (all errors, all weights, …): sample row j takes the
    family's draw number j from A or from B. All n·(factors + 2) runs are made; nothing is skipped.
    """
    noise = noise or fitted.method.uncertainty
    factors = active_factors(noise)
    code = node or fitted.root.code
    nominal, keys = fitted.score(frame).scores[code], keys_of(frame.keys)

    def run(numbers: dict[str, Counts]) -> Floats:
        sample = Sample(numbers)
        values = np.empty((n, len(frame)))
        for rows in slices(len(frame), n):
            values[:, rows] = draw(fitted, frame, noise, sample, keys, rows)[code]
        return target(values, nominal)

    a = {factor: np.arange(n, dtype=np.int64) for factor in FACTORS}
    b = {factor: np.arange(n, 2 * n, dtype=np.int64) for factor in FACTORS}
    swapped = np.stack([run({**a, factor: b[factor]}) for factor in factors])
    return Sensitivity(factors, indices(run(a), run(b), swapped, seed=noise.seed))


def active_factors(noise: Noise) -> tuple[str, ...]:
    """The factors that can move anything under these settings."""
    on = {
        "errors": noise.errors,
        "unknown": noise.unknown == "between",
        "weights": noise.weights > 0,
        "scaling": bool(noise.scaling),
        "aggregation": bool(noise.aggregation),
    }
    return tuple(factor for factor in FACTORS if on[factor])
