"""Concentration of supply. Every name states its scale: ``hhi01`` is 0..1, ``hhi10k`` 0..10,000.

All functions take amounts (any unit, ≥ 0) or shares, one producer per element; what matters is the
last axis, so a matrix (minerals, producers) gives one number per mineral. NaN elements are
producers of whom nothing is known: they are left out. No known producer, or a total of zero, gives
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
    """Each amount over the total of its row (0..1); a row that totals 0 becomes NaN.

    Amounts are first divided by the row's largest, so that 1e300 does not overflow the total nor
    subnormal amounts underflow it.
    """
    array = _amounts(amounts)
    if array.ndim == 0 or array.shape[-1] == 0:
        return np.full(array.shape, np.nan)
    largest = array.max(axis=-1, keepdims=True)
    scaled = np.divide(array, largest, out=np.full_like(array, np.nan), where=largest > 0)
    return cast(Floats, scaled / scaled.sum(axis=-1, keepdims=True))


def hhi01(amounts: npt.ArrayLike) -> Floats:
    """Herfindahl–Hirschman index Σ s², 0..1 (1 = one producer)."""
    part = shares(amounts)
    if part.ndim == 0 or part.shape[-1] == 0:
        return np.full(part.shape[:-1], np.nan)
    return np.asarray((part * part).sum(axis=-1), dtype=np.float64)


def hhi10k(amounts: npt.ArrayLike) -> Floats:
    """The same on the antitrust scale, 0..10,000."""
    return np.asarray(1e4 * hhi01(amounts))


def hhi_normalised(amounts: npt.ArrayLike) -> Floats:
    """HHI* = (HHI − 1/n)/(1 − 1/n), 0..1, with n producers of known amount; NaN for n < 2.

    Amounts of 0 count as producers: give only those that belong to the market.
    """
    n = np.sum(~np.isnan(np.asarray(amounts, dtype=np.float64)), axis=-1).astype(np.float64)
    even = np.divide(1.0, n, out=np.full_like(n, np.nan), where=n > 1)
    return np.asarray((hhi01(amounts) - even) / (1.0 - even))


def effective_number(amounts: npt.ArrayLike) -> Floats:
    """1/HHI: the number of equal producers that would be as concentrated."""
    return np.asarray(1.0 / hhi01(amounts))


def concentration_ratio(amounts: npt.ArrayLike, k: int = 1) -> Floats:
    """CRk: the share (0..1) of the k largest producers."""
    if k < 1:
        raise NumberError(f"CRk needs k >= 1, got {k}")
    part = np.sort(shares(amounts), axis=-1)
    return np.asarray(part[..., -k:].sum(axis=-1))


def cr1(amounts: npt.ArrayLike) -> Floats:
    """Share of the largest producer, 0..1."""
    return concentration_ratio(amounts, 1)


def cr3(amounts: npt.ArrayLike) -> Floats:
    """Share of the three largest producers, 0..1."""
    return concentration_ratio(amounts, 3)


def wgi_risk01(estimate: npt.ArrayLike) -> Floats:
    """Governance risk clip((2.5 − estimate)/5, 0, 1) of a WGI estimate."""
    return np.clip((2.5 - np.asarray(estimate, dtype=np.float64)) / 5.0, 0.0, 1.0)


def wgi_risk10(estimate: npt.ArrayLike) -> Floats:
    """Governance risk (2.5 − estimate)·2 as the European Commission uses it: 0..10, not clipped."""
    return np.asarray((2.5 - np.asarray(estimate, dtype=np.float64)) * 2.0)


def hhi_wgi(
    amounts: npt.ArrayLike, governance: npt.ArrayLike, trade: npt.ArrayLike = 1.0
) -> Floats:
    """HHI_WGI,t = Σ s²·g·t: squared shares weighted by governance risk and trade parameter.

    The scale is the scale of ``governance``: with ``wgi_risk10`` it is the Commission's 0..10 (up
    to 15 with t = 1.5), with ``wgi_risk01`` 0..1. Source: EC criticality methodology 2017, §2.1.
    A producer of unknown governance or trade parameter makes the result NaN: decide first.
    """
    part = shares(amounts)
    weight = np.asarray(governance, dtype=np.float64) * np.asarray(trade, dtype=np.float64)
    terms = np.where(part > 0, part * part * weight, part)
    return np.asarray(terms.sum(axis=-1))


def rest_of_world_bounds(named: npt.ArrayLike, rest: float) -> tuple[float, float]:
    """Lowest and highest HHI01 when part of the output is only known as "rest of world".

    Lowest: the rest is split without end and adds nothing. Highest: it comes in blocks as large as
    the smallest named producer (which holds when the named ones are the largest). Shares are over
    the sum of named and rest, whatever total the publisher prints.
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
    """HHI01 after less before, when one producer's amount changes by ``change``.

    ``change = −amount`` removes the producer; a producer's index just past the end adds a new one.
    Negative: the market becomes less concentrated. Raises NumberError when less than nothing would
    be left.
    """
    before = np.nan_to_num(np.asarray(amounts, dtype=np.float64))
    after = np.append(before, 0.0) if producer == len(before) else before.copy()
    after[producer] += change
    if after[producer] < 0:
        raise NumberError(f"producer {producer} cannot lose more than {before[producer]:g}")
    return float(hhi01(after) - hhi01(before))


def merger_delta_hhi10k(first_share: float, second_share: float) -> float:
    """Rise of the HHI (0..10,000) when two producers of these shares (0..1) become one: 2·a·b."""
    return 2.0e4 * first_share * second_share
