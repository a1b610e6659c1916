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
    """Sobol' indices of the families of uncertainty.

    Parameters
    ----------
    factors : tuple of str
        Names of the families, out of ``noise.FACTORS``.
    indices : Indices
        Per factor; see ``sobol.Indices`` for shapes.
    """

    factors: tuple[str, ...]
    indices: Indices


def score_of_each_unit(values: Floats, _nominal: Floats) -> Floats:
    """Target that keeps the scores themselves: one set of indices per unit.

    Parameters
    ----------
    values : ndarray, shape (draws, n)
        Drawn scores.

    Returns
    -------
    ndarray, shape (draws, n)
        The same.
    """
    return values


def mean_rank_shift(values: Floats, nominal: Floats) -> Floats:
    """Target of COINr: mean absolute change of rank against the nominal scores.

    Parameters
    ----------
    values : ndarray, shape (draws, n)
        Drawn scores.
    nominal : ndarray, shape (n,)
        The scores as they stand; units that are not assessed (NaN) are left out.

    Returns
    -------
    ndarray, shape (draws,)
        In ranks.

    Examples
    --------
    >>> mean_rank_shift(np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([1.0, 2.0])).tolist()
    [0.0, 1.0]
    """
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
    """Which family of uncertainty moves the scores: Sobol' indices of a method on its units.

    Each factor is a whole family of draws (all errors, all weights, …): sample row j takes the
    family's draw number j from A or from B. All n·(factors + 2) runs are made; nothing is skipped.

    Parameters
    ----------
    fitted : Fitted
        The fitted method.
    frame : Frame
        The units.
    noise : Noise, optional
        What to vary; the method's ``uncertainty`` by default.
    node : str
        Code of the node to watch; the root by default.
    target : callable
        Maps (draws, units) values and (units,) nominal scores to (draws,) or (draws, outputs).
    n : int
        Rows per matrix.

    Returns
    -------
    Sensitivity
        The families that are switched on, and their indices.

    References
    ----------
    Saltelli, A. et al. (2010), Variance based sensitivity analysis of model output, Computer
    Physics Communications 181(2). Jansen, M. J. W. (1999), Analysis of variance designs for model
    output, Computer Physics Communications 117.

    Examples
    --------
    >>> from riskscore.engine import Method
    >>> spec = {
    ...     "code": "demo",
    ...     "version": 1,
    ...     "bands": [{"code": "low", "from": 0}, {"code": "high", "from": 50}],
    ...     "root": {
    ...         "code": "risk",
    ...         "children": [
    ...             {"column": "a", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...             {"column": "b", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...         ],
    ...     },
    ... }
    >>> frame = Frame.from_columns({"a": [2.0, 8.0, 5.0], "b": [7.0, 3.0, float("nan")]})
    >>> sensitivity(Method.from_dict(spec).fit(), frame, n=16).factors
    ('errors', 'unknown', 'weights')
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
    """List the families that can move anything under these settings.

    Parameters
    ----------
    noise : Noise
        The settings.

    Returns
    -------
    tuple of str
        Some of ``noise.FACTORS``, in that order.

    Examples
    --------
    >>> active_factors(Noise(errors=False, unknown="known"))
    ('weights',)
    """
    on = {
        "errors": noise.errors,
        "unknown": noise.unknown == "between",
        "weights": noise.weights > 0,
        "scaling": bool(noise.scaling),
        "aggregation": bool(noise.aggregation),
    }
    return tuple(factor for factor in FACTORS if on[factor])
