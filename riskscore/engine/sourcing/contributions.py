"""How much of a weighted mean each of its members makes: with it less without it, made exact.

What a member adds to a mean depends on who is there before it, so the mean is taken over orders:
Shapley's value, by which contributions add up to the whole. The mean of nobody is 0. Each next one
is drawn with a chance in proportion to its weight. Were all orders alike, as in the plain value, a
member of all but no weight would still come first as often as the others, and be said to make a
great part of a mean that it does not move; members of equal weight get the plain value.

Members that are drawn so arrive at moments of chance, each with its weight as its rate. By Owen's
formula its contribution is then an integral over that moment, and no order need be looked at,
however many members there are. Aumann and Shapley's own path, all weights growing together from
nothing, has no answer here: a mean does not change as they grow, but jumps where they begin.

References
----------
Shapley, L. S. (1953), A value for n-person games. Owen, G. (1972), Multilinear extensions of games,
Management Science 18(5). Aumann, R. J. and Shapley, L. S. (1974), Values of non-atomic games.
Kalai, E. and Samet, D. (1987), On weighted Shapley values, Int. Journal of Game Theory 16(3).
"""

from __future__ import annotations

import numpy as np

from riskscore.engine.arrays import Floats

#: Width of the trapezoid rule over a logarithm; its error falls as exp(−π² / width).
STEP = 0.3
#: Where both integrals begin, in front of the largest weight, and end, behind the smallest.
TAIL, END = 36.0, np.log(745.0)
SMALLEST = 1e-300


def of_mean(weights: Floats, values: Floats) -> Floats:
    """What each member adds to Σ weight · value ÷ Σ weight.

    Parameters
    ----------
    weights : ndarray, shape (n,)
        Finite and ≥ 0.
    values : ndarray, shape (n, D)
        A column with an unknown value is unknown for all.

    Returns
    -------
    ndarray, shape (n, D)
        Each column adds up to its mean; 0 for a member of weight 0.

    Examples
    --------
    Of weights 3 and 1 the second comes first once in four times and makes its value, 80, then;
    else it moves the first one's 40 to 50: 80/4 + 10 · 3/4 = 27.5.

    >>> of_mean(np.array([3.0, 1.0]), np.array([[40.0], [80.0]])).round(9).tolist()
    [[22.5], [27.5]]
    """
    result = np.zeros(values.shape)
    # Less than this part of the largest adds less than anybody can see.
    there = weights > weights.max(initial=0.0) * 1e-15
    if there.any():
        result[there] = _shapley(weights[there] / weights[there].max(), values[there])
    result[:, np.isnan(values).any(axis=0)] = np.nan
    return result


def _shapley(weight: Floats, values: Floats) -> Floats:
    """(n, D) the sum over moments: the chance to arrive then, times what is added then."""
    if len(weight) == 1:
        return values.copy()
    logs = np.arange(-TAIL, END - np.log(weight.min()) + STEP, STEP)
    return np.asarray(sum(_arriving(moment, logs, weight, values) for moment in np.exp(logs)))


def _arriving(moment: float, logs: Floats, weight: Floats, values: Floats) -> Floats:
    """(n, D) what each adds to the mean of those who came before, if it arrives at a moment.

    1 ÷ W, for the weight W of those who are there, is ∫ exp(−x W) dx over x > 0. The mean over who
    is there is then a product over members, each absent still with chance exp(−weight · moment).
    """
    x = np.exp(logs)[:, np.newaxis]
    absent, gone = np.exp(-weight * moment), np.exp(-x * weight)
    factor = np.maximum(absent + (1.0 - absent) * gone, SMALLEST)
    logged = np.log(factor)
    others = np.exp(logged.sum(axis=1, keepdims=True) - logged) * (x * STEP)
    pull = weight * gone * (1.0 - absent) / factor
    moved = others * -np.expm1(-x * weight)
    first = (others * gone).sum(axis=0) * weight + (moved * pull).sum(axis=0)
    added = first[:, np.newaxis] * values - moved.T @ (pull @ values)
    return np.asarray((weight * absent * moment * STEP)[:, np.newaxis] * added)
