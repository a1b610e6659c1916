"""Sobol' sensitivity indices: how much of an output's variance each input makes, alone and in all.

With matrices A and B of independent draws and A_B^i (A with column i from B),
S_i = mean(y_B·(y_ABi − y_A)) / V and ST_i = mean((y_A − y_ABi)²) / (2V), V the variance of y_A and
y_B together. Sources: Saltelli et al. (2010); Jansen (1999); estimators as in COINr.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from riskscore.engine.arrays import Floats
from riskscore.engine.counter import key_of, uniforms
from riskscore.engine.errors import NumberError


@dataclass(frozen=True, slots=True)
class Indices:
    """Per factor: first-order and total index, with their 5 % and 95 % bootstrap quantiles.

    Arrays are (factors,) for one output, (factors, outputs) for several.
    """

    first: Floats
    total: Floats
    first_low: Floats
    first_high: Floats
    total_low: Floats
    total_high: Floats


def estimate(ya: Floats, yb: Floats, yab: Floats) -> tuple[Floats, Floats]:
    """S_i and ST_i from (N,) or (N, outputs) runs and (factors, N[, outputs]) swapped runs.

    An output that never varies has no shares: NaN.
    """
    both = np.concatenate((ya, yb))
    # Centring changes neither index and keeps a large mean from drowning the differences.
    centre = both.mean(axis=0)
    variance = both.var(axis=0, ddof=1)
    ya, yb, yab = ya - centre, yb - centre, yab - centre
    n = ya.shape[0]
    first = (yb[None] * (yab - ya[None])).mean(axis=1)
    total = ((ya[None] - yab) ** 2).sum(axis=1) / (2 * n)
    scale = np.where(variance > 0, variance, np.nan)
    return np.asarray(first / scale), np.asarray(total / scale)


def indices(
    ya: npt.ArrayLike, yb: npt.ArrayLike, yab: npt.ArrayLike, *, bootstrap: int = 200, seed: int = 0
) -> Indices:
    """Indices of stored runs, with a bootstrap over the N rows."""
    a, b, ab = (np.asarray(y, dtype=np.float64) for y in (ya, yb, yab))
    if a.shape != b.shape or ab.shape[1:] != a.shape:
        raise NumberError(f"runs differ in shape: {a.shape}, {b.shape} and swapped {ab.shape}")
    n = a.shape[0]
    first, total = estimate(a, b, ab)
    keys = np.arange(n, dtype=np.uint64)
    spread = []
    for number in range(bootstrap):
        at = (uniforms(seed, "bootstrap", keys, [number])[0] * n).astype(np.intp)
        spread.append(np.stack(estimate(a[at], b[at], ab[:, at])))
    ends = np.quantile(np.stack(spread or [np.stack((first, total))]), (0.05, 0.95), axis=0)
    return Indices(first, total, ends[0, 0], ends[1, 0], ends[0, 1], ends[1, 1])


def sobol_indices(
    function: Callable[[Floats], Floats],
    bounds: npt.ArrayLike,
    n: int = 1024,
    *,
    seed: int = 0,
    bootstrap: int = 200,
) -> Indices:
    """Indices of ``function`` over independent uniform inputs within ``bounds`` (factors, 2).

    ``function`` takes (rows, factors) and returns (rows,) or (rows, outputs). ``n`` is best a power
    of two: the inputs are a scrambled Sobol' sequence; n·(factors + 2) rows are evaluated.
    """
    limits = np.asarray(bounds, dtype=np.float64)
    d = len(limits)
    rng = np.random.default_rng([seed & 0xFFFFFFFF, int(key_of("sobol") % np.uint64(2**31))])
    points = qmc.Sobol(2 * d, rng=rng).random(n)
    points = np.tile(limits[:, 0], 2) + points * np.tile(np.ptp(limits, axis=1), 2)
    a, b = points[:, :d], points[:, d:]
    swapped = []
    for i in range(d):
        mixed = a.copy()
        mixed[:, i] = b[:, i]
        swapped.append(function(mixed))
    return indices(function(a), function(b), np.stack(swapped), bootstrap=bootstrap, seed=seed)
