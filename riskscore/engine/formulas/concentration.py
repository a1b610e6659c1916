"""Concentration of supply. Every name states its scale: ``hhi01`` is 0..1, ``hhi10k`` 0..10,000.

All functions take amounts (any unit, ≥ 0) or shares, one producer per element; what matters is the
last axis, so a matrix (minerals, producers) gives one number per mineral. A NaN element is a
producer without a figure: it is left out. A row without figures, or with a total of zero, gives
NaN (nothing to concentrate), never 0.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import NumberError


def _amounts(amounts: npt.ArrayLike) -> Floats:
    """Amounts as floats with unknown as 0; raises NumberError on negative or infinite ones."""
    array = np.asarray(amounts, dtype=np.float64)
    if np.isinf(array).any() or (array < 0).any():
        raise NumberError("amounts must be finite and not negative; drop or correct the row")
    return np.nan_to_num(array, nan=0.0)


def shares(amounts: npt.ArrayLike) -> Floats:
    """Each amount over the total of its row.

    Amounts are first divided by the row's largest, so that 1e300 does not overflow the total nor
    subnormal amounts underflow it.

    Parameters
    ----------
    amounts : array_like, shape (..., producers)
        Amounts of one unit, finite and ≥ 0; NaN counts as 0.

    Returns
    -------
    ndarray, shape (..., producers)
        Shares 0..1; NaN in a row that totals 0.

    Raises
    ------
    NumberError
        If an amount is negative or infinite.

    Examples
    --------
    >>> shares([3.0, 1.0]).tolist()
    [0.75, 0.25]
    """
    array = _amounts(amounts)
    if array.ndim == 0 or array.shape[-1] == 0:
        return np.full(array.shape, np.nan)
    largest = array.max(axis=-1, keepdims=True)
    scaled = np.divide(array, largest, out=np.full_like(array, np.nan), where=largest > 0)
    return cast(Floats, scaled / scaled.sum(axis=-1, keepdims=True))


def hhi01(amounts: npt.ArrayLike) -> Floats:
    """Herfindahl–Hirschman index Σ s² of the shares s.

    Parameters
    ----------
    amounts : array_like, shape (..., producers)
        Amounts of one unit, finite and ≥ 0; NaN counts as 0.

    Returns
    -------
    ndarray, shape (...)
        0..1, where 1 is one producer; NaN where nothing is produced.

    Raises
    ------
    NumberError
        If an amount is negative or infinite.

    References
    ----------
    Hirschman, A. O. (1964), The paternity of an index, American Economic Review 54(5).

    Examples
    --------
    >>> float(hhi01([50.0, 50.0]))
    0.5
    """
    part = shares(amounts)
    if part.ndim == 0 or part.shape[-1] == 0:
        return np.full(part.shape[:-1], np.nan)
    return np.asarray((part * part).sum(axis=-1), dtype=np.float64)


def hhi10k(amounts: npt.ArrayLike) -> Floats:
    """Herfindahl–Hirschman index on the scale of competition law.

    Parameters
    ----------
    amounts : array_like, shape (..., producers)
        Amounts of one unit, finite and ≥ 0; NaN counts as 0.

    Returns
    -------
    ndarray, shape (...)
        0..10,000, that is 10,000 · ``hhi01``; NaN where nothing is produced.

    Raises
    ------
    NumberError
        If an amount is negative or infinite.

    References
    ----------
    US Department of Justice and Federal Trade Commission (2023), Merger Guidelines, section 2.1.

    Examples
    --------
    >>> float(hhi10k([50.0, 50.0]))
    5000.0
    """
    return np.asarray(1e4 * hhi01(amounts))


def hhi_normalised(amounts: npt.ArrayLike) -> Floats:
    """HHI without the part that the number of producers alone makes: (HHI − 1/n)/(1 − 1/n).

    Amounts of 0 count as producers: give only those that belong to the market.

    Parameters
    ----------
    amounts : array_like, shape (..., producers)
        Amounts of one unit, finite and ≥ 0; n is the number of those that are not NaN.

    Returns
    -------
    ndarray, shape (...)
        0 (all equal) to 1 (one producer); NaN for n < 2.

    Raises
    ------
    NumberError
        If an amount is negative or infinite.

    Examples
    --------
    >>> hhi_normalised([[1.0, 1.0], [1.0, 0.0]]).tolist()
    [0.0, 1.0]
    """
    n = np.sum(~np.isnan(np.asarray(amounts, dtype=np.float64)), axis=-1).astype(np.float64)
    even = np.divide(1.0, n, out=np.full_like(n, np.nan), where=n > 1)
    return np.asarray((hhi01(amounts) - even) / (1.0 - even))


def effective_number(amounts: npt.ArrayLike) -> Floats:
    """Number of equal producers that would be as concentrated: 1/HHI.

    Parameters
    ----------
    amounts : array_like, shape (..., producers)
        Amounts of one unit, finite and ≥ 0; NaN counts as 0.

    Returns
    -------
    ndarray, shape (...)
        1 and more; NaN where nothing is produced.

    Raises
    ------
    NumberError
        If an amount is negative or infinite.

    Examples
    --------
    >>> float(effective_number([25.0, 25.0, 25.0, 25.0]))
    4.0
    """
    return np.asarray(1.0 / hhi01(amounts))


def concentration_ratio(amounts: npt.ArrayLike, k: int = 1) -> Floats:
    """Share of the k largest producers (CRk).

    Parameters
    ----------
    amounts : array_like, shape (..., producers)
        Amounts of one unit, finite and ≥ 0; NaN counts as 0.
    k : int
        How many producers, 1 or more.

    Returns
    -------
    ndarray, shape (...)
        0..1; NaN where nothing is produced.

    Raises
    ------
    NumberError
        If k < 1, or an amount is negative or infinite.

    Examples
    --------
    >>> float(concentration_ratio([50.0, 25.0, 15.0, 10.0], k=2))
    0.75
    """
    if k < 1:
        raise NumberError(f"CRk needs k >= 1, got {k}")
    part = np.sort(shares(amounts), axis=-1)
    return np.asarray(part[..., -k:].sum(axis=-1))


def wgi_risk01(estimate: npt.ArrayLike) -> Floats:
    """Governance risk of a Worldwide Governance Indicator: clip((2.5 − estimate)/5, 0, 1).

    Parameters
    ----------
    estimate : array_like
        The World Bank's estimate, about −2.5 (worst) to 2.5 (best).

    Returns
    -------
    ndarray, the shape of ``estimate``
        0 (best) to 1 (worst); NaN stays NaN.

    References
    ----------
    GeoPolRisk, Journal of Open Source Software, 10.21105/joss.09600.

    Examples
    --------
    >>> wgi_risk01([2.5, 0.0, -3.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.clip((2.5 - np.asarray(estimate, dtype=np.float64)) / 5.0, 0.0, 1.0)


def wgi_risk10(estimate: npt.ArrayLike) -> Floats:
    """Governance risk as the European Commission uses it: (2.5 − estimate)·2, not clipped.

    Parameters
    ----------
    estimate : array_like
        The World Bank's estimate, about −2.5 (worst) to 2.5 (best).

    Returns
    -------
    ndarray, the shape of ``estimate``
        About 0 (best) to 10 (worst); NaN stays NaN.

    References
    ----------
    European Commission (2017), Methodology for the EU list of critical raw materials, section 2.1.

    Examples
    --------
    >>> wgi_risk10([2.5, 0.0, -2.5]).tolist()
    [0.0, 5.0, 10.0]
    """
    return np.asarray((2.5 - np.asarray(estimate, dtype=np.float64)) * 2.0)


def hhi_wgi(
    amounts: npt.ArrayLike, governance: npt.ArrayLike, trade: npt.ArrayLike = 1.0
) -> Floats:
    """Concentration weighted by governance risk g and trade parameter t: HHI_WGI,t = Σ s²·g·t.

    Parameters
    ----------
    amounts : array_like, shape (..., producers)
        Amounts of one unit, finite and ≥ 0; NaN counts as 0.
    governance : array_like, broadcastable to ``amounts``
        Risk of each producer, from ``wgi_risk10`` or ``wgi_risk01``.
    trade : array_like, broadcastable to ``amounts``
        Trade parameter of each producer; 1 is neutral.

    Returns
    -------
    ndarray, shape (...)
        On the scale of ``governance``: with ``wgi_risk10`` the Commission's 0..10 (up to 15 with
        t = 1.5), with ``wgi_risk01`` 0..1. NaN if a producer's risk or trade parameter is NaN.

    Raises
    ------
    NumberError
        If an amount is negative or infinite.

    References
    ----------
    European Commission (2017), Methodology for the EU list of critical raw materials, section 2.1.

    Examples
    --------
    >>> float(hhi_wgi([50.0, 50.0], wgi_risk10([0.0, 0.5])))
    2.25
    """
    part = shares(amounts)
    weight = np.asarray(governance, dtype=np.float64) * np.asarray(trade, dtype=np.float64)
    terms = np.where(part > 0, part * part * weight, part)
    return np.asarray(terms.sum(axis=-1))


def rest_of_world_bounds(named: npt.ArrayLike, rest: float) -> tuple[float, float]:
    """Lowest and highest HHI when a part of the output is only published as "rest of world".

    Lowest: the rest is split without end and adds nothing. Highest: it comes in blocks as large as
    the smallest named producer (which holds when the named ones are the largest). Shares are over
    the sum of named and rest, whatever total the publisher prints.

    Parameters
    ----------
    named : array_like, shape (producers,)
        Amounts of the named producers, finite and ≥ 0.
    rest : float
        Amount of all others together, in the same unit.

    Returns
    -------
    tuple of float
        Lowest and highest HHI, 0..1; both NaN where nothing is produced.

    Raises
    ------
    NumberError
        If an amount is negative or infinite.

    Examples
    --------
    >>> rest_of_world_bounds([50.0, 25.0], 25.0)
    (0.3125, 0.375)
    """
    amounts = _amounts(named)
    amounts = amounts[amounts > 0]
    rest = float(_amounts(rest))
    total = float(amounts.sum()) + rest
    if not len(amounts) or total <= 0:
        return (float("nan"), float("nan"))
    part = amounts / total
    left, block = rest / total, float(part.min())
    whole, remainder = divmod(left, block)
    low = float((part * part).sum())
    return low, low + whole * block * block + remainder * remainder


def delta_hhi01(amounts: npt.ArrayLike, producer: int, change: float) -> float:
    """Change of the HHI when the amount of one producer changes.

    Parameters
    ----------
    amounts : array_like, shape (producers,)
        Amounts before, of one unit; NaN counts as 0.
    producer : int
        Which producer; the index just past the end adds a new one.
    change : float
        What is added to its amount; −amount removes the producer.

    Returns
    -------
    float
        HHI (0..1) after less before; negative where the market becomes less concentrated.

    Raises
    ------
    NumberError
        If less than nothing would be left, or an amount is negative or infinite.

    Examples
    --------
    >>> delta_hhi01([50.0, 50.0], 2, 100.0)
    -0.125
    """
    before = np.nan_to_num(np.asarray(amounts, dtype=np.float64))
    after = np.append(before, 0.0) if producer == len(before) else before.copy()
    after[producer] += change
    if after[producer] < 0:
        raise NumberError(f"producer {producer} cannot lose more than {before[producer]:g}")
    return float(hhi01(after) - hhi01(before))


def merger_delta_hhi10k(first_share: float, second_share: float) -> float:
    """Rise of the HHI when two producers become one: 10,000 · 2·a·b.

    Parameters
    ----------
    first_share, second_share : float
        Shares a and b of the two, 0..1.

    Returns
    -------
    float
        Rise, 0..5,000.

    Examples
    --------
    >>> merger_delta_hhi10k(0.25, 0.25)
    1250.0
    """
    return 2.0e4 * first_share * second_share
