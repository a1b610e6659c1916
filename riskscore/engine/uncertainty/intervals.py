"""How sure we are: intervals, ranks and band probabilities from many draws of a score.

Each draw changes what is uncertain (see ``noise``): observations within their standard errors,
unknown cells between their best and worst case, weights, and choices of scale and aggregation.
Draws are named by seed, stream, public key and number, so a unit's draws are the same whichever
units stand beside it. Memory stays bounded by working through blocks of units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, Strings
from riskscore.engine.counter import Keys, keys_of
from riskscore.engine.frame import Frame
from riskscore.engine.method import Fitted
from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.evaluate_tree import evaluate
from riskscore.engine.spec.noise import Noise, Sample
from riskscore.engine.spec.tree import Band, Node
from riskscore.engine.uncertainty.drawing import Drawing

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
CELLS = 1 << 17
"""Cells of a (draws, units) array worked on at once: 1 MB."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What the draws show; NaN where a node is not assessed.

    Parameters
    ----------
    keys : ndarray of str, shape (n,)
        Names of the units.
    low, median, high : mapping of str to ndarray, shape (n,)
        5 %, 50 % and 95 % quantiles, on the method's scale, of the root and its child nodes.
    bands : ndarray, shape (n, bands)
        Share (0..1) of the draws in each of the method's bands.
    rank_low, rank_median, rank_high : ndarray, shape (n,), optional
        The same quantiles of the rank among the assessed units, from 1, the highest score; ties
        share the better rank.
    """

    keys: Strings
    low: Mapping[str, Floats]
    median: Mapping[str, Floats]
    high: Mapping[str, Floats]
    bands: Floats
    rank_low: Floats | None = None
    rank_median: Floats | None = None
    rank_high: Floats | None = None


def spread(
    fitted: Fitted, frame: Frame, noise: Noise | None = None, *, ranks: bool = False
) -> Spread:
    """Draw scores many times and return their intervals.

    Parameters
    ----------
    fitted : Fitted
        The fitted method.
    frame : Frame
        The units; their standard errors are what the observations vary by.
    noise : Noise, optional
        What to vary, how often, from which seed; the method's ``uncertainty`` by default.
    ranks : bool
        Also return rank intervals; needs (draws, n) numbers of memory.

    Returns
    -------
    Spread
        90 % intervals of the root and its child nodes, and band probabilities.

    References
    ----------
    Saisana, M., Saltelli, A. and Tarantola, S. (2005), Uncertainty and sensitivity analysis
    techniques as tools for the quality assessment of composite indicators, Journal of the Royal
    Statistical Society A 168(2).

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
    >>> frame = Frame.from_columns({"a": [2.0], "b": [2.0]}, keys=["x"])
    >>> sure = spread(Method.from_dict(spec).fit(), frame)  # equal parts: weights move nothing
    >>> sure.low["risk"].round(6).tolist(), sure.bands.tolist()
    ([20.0], [[1.0, 0.0]])
    """
    noise = noise or fitted.method.uncertainty
    n, codes = len(frame), _watched(fitted.root)
    quantiles = {code: np.full((3, n), np.nan) for code in codes}
    bands = np.full((n, max(1, len(fitted.method.bands))), np.nan)
    kept = np.empty((noise.draws, n)) if ranks else None
    order = neighbours(frame)
    sorted_frame = frame.take(order)
    sample, keys = Sample.plain(noise.draws), keys_of(sorted_frame.keys)
    factors: dict[str, Floats] = {}
    for rows in slices(n, noise.draws):
        values = draw(fitted, sorted_frame, noise, sample, keys, rows, factors)
        at = order[rows]
        for code in codes:
            quantiles[code][:, at] = _quantiles(values[code])
        bands[at] = _in_bands(values[codes[0]], fitted.method.bands)
        if kept is not None:
            kept[:, at] = values[codes[0]]
    result = Spread(
        keys=frame.keys,
        low={code: array[0] for code, array in quantiles.items()},
        median={code: array[1] for code, array in quantiles.items()},
        high={code: array[2] for code, array in quantiles.items()},
        bands=bands,
    )
    return result if kept is None else _with_ranks(result, kept)


def neighbours(frame: Frame) -> npt.NDArray[np.intp]:
    """Order the units so that those of one place (and mineral) stand together.

    A block of them then needs each shared draw once.

    Parameters
    ----------
    frame : Frame
        The units.

    Returns
    -------
    ndarray of int, shape (n,)
        Positions in the new order.
    """
    shared = {keys.tobytes(): keys for keys in frame.error_keys.values()}
    if not shared:
        return np.arange(len(frame))
    fewest_first = sorted(shared.values(), key=lambda keys: len(np.unique(keys)))
    return np.lexsort(fewest_first[:3][::-1])


def draw(
    fitted: Fitted,
    frame: Frame,
    noise: Noise,
    sample: Sample,
    keys: Keys,
    rows: slice,
    factors: dict[str, Floats] | None = None,
) -> dict[str, Floats]:
    """Draw the values of every node for some units.

    Parameters
    ----------
    fitted, frame, noise
        As for ``spread``.
    sample : Sample
        Which draw number each factor uses.
    keys : ndarray of uint64, shape (n,)
        Keys of the units, from ``counter.keys_of``.
    rows : slice
        Which b of the n units.
    factors : dict, optional
        Carries the drawn weights from one call to the next of the same settings.

    Returns
    -------
    dict of str to ndarray, shape (draws, b)
        On the method's scale, by node code; NaN where the score is not assessed.
    """
    number = sum(1 for _ in fitted.root.leaves())
    size = len(range(*rows.indices(len(frame))))
    with np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore"):
        scratch = np.empty((number, size)), np.empty((number, size))
        block = Block(frame, rows, fitted.root, *scratch, fitted.method.scale)
        scores = evaluate(fitted.root, block).by_code()
        drawing = Drawing(block, noise, sample, keys[rows], scores, factors)
        drawing.node(fitted.root)
    for code, values in drawing.values.items():
        values[:, np.isnan(scores[code].value)] = np.nan
    return drawing.values


def probability_riskier(
    fitted: Fitted, frame: Frame, first: str, second: str, noise: Noise | None = None
) -> float:
    """Share of draws in which one unit scores above another; ties count half.

    Errors that the two share (one place, one source) cancel, as they should.

    Parameters
    ----------
    fitted : Fitted
        The fitted method.
    frame : Frame
        A frame that holds both units.
    first, second : str
        Their keys.
    noise : Noise, optional
        As for ``spread``.

    Returns
    -------
    float
        0..1; NaN where one of the two is not assessed.

    Raises
    ------
    ValueError
        If the frame has no unit of that key.

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
    >>> frame = Frame.from_columns({"a": [2.0, 8.0], "b": [2.0, 8.0]}, keys=["x", "y"])
    >>> probability_riskier(Method.from_dict(spec).fit(), frame, "x", "y")
    0.0
    """
    noise = noise or fitted.method.uncertainty
    names = list(np.asarray(frame.keys).astype(str))
    pair = frame.take(np.array([names.index(first), names.index(second)]))
    sample = Sample.plain(noise.draws)
    values = draw(fitted, pair, noise, sample, keys_of(pair.keys), slice(None))[fitted.root.code]
    if np.isnan(values).any():
        return float("nan")
    return float(((values[:, 0] > values[:, 1]) + 0.5 * (values[:, 0] == values[:, 1])).mean())


def _watched(root: Node) -> list[str]:
    """Codes of the root and of its child nodes."""
    return [root.code, *(child.code for child in root.children if isinstance(child, Node))]


def slices(n: int, draws: int) -> list[slice]:
    """Cut n units into blocks whose (draws, units) arrays stay near 1 MB.

    Parameters
    ----------
    n, draws : int
        Number of units and of draws.

    Returns
    -------
    list of slice
        At least 16 units each, but for the last.
    """
    step = max(16, CELLS // draws)
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]


def _quantiles(values: Floats) -> Floats:
    """(3, b) quantiles over the draws, linear between order statistics; NaN where any draw is."""
    ranked = np.sort(np.ascontiguousarray(values.T), axis=1)
    last = values.shape[0] - 1
    out = np.empty((3, values.shape[1]))
    for i, share in enumerate((LOW, MIDDLE, HIGH)):
        below = int(share * last)
        above, part = min(below + 1, last), share * last - below
        out[i] = ranked[:, below] + (ranked[:, above] - ranked[:, below]) * part
    out[:, np.isnan(ranked[:, -1])] = np.nan
    return out


def _in_bands(values: Floats, bands: tuple[Band, ...]) -> Floats:
    """(b, bands) share of the draws in each band."""
    starts = np.array([band.start for band in bands[1:]])
    above = np.stack([(values >= start).mean(axis=0) for start in starts]) if len(starts) else None
    edge = np.ones((1, values.shape[1]))
    upper = edge if above is None else np.concatenate((edge, above))
    shares = upper - np.concatenate((upper[1:], np.zeros((1, values.shape[1]))))
    shares[:, np.isnan(values[0])] = np.nan
    return np.asarray(shares.T)


def _with_ranks(result: Spread, kept: Floats) -> Spread:
    """Ranks of every draw (in place of its values), then their quantiles per unit."""
    for row in kept:
        not_nan = row[~np.isnan(row)]
        above = len(not_nan) - np.searchsorted(np.sort(not_nan), row, side="right")
        row[:] = np.where(np.isnan(row), np.nan, above + 1.0)
    out = np.empty((3, kept.shape[1]))
    for start in range(0, kept.shape[1], 4096):
        rows = slice(start, start + 4096)
        out[:, rows] = _quantiles(kept[:, rows])
    return replace(result, rank_low=out[0], rank_median=out[1], rank_high=out[2])
