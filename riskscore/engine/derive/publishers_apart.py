"""How far publishers differ about who produces: World Mining Data beside the USGS and the IEA.

Where a second publisher states the share of a largest producer more than 5 points away in the same
year, nobody outside can say which holds. The value stays that of World Mining Data (of the IEA for
refining), and the sample standard deviation of the two figures, |a − b| / √2, is its standard
error; of several publishers the farthest counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Floats, over
from riskscore.engine.derive.observation_rows import rows_of
from riskscore.engine.formulas.concentration import rest_of_world_bounds
from riskscore.engine.inputs.axes import Axes, Observations

APART = 0.05
"""Points of share between publishers, from which the error of the value is widened."""
MINED, REFINED = ("mine production",), ("refinery", "smelter", "primary production")


@dataclass(frozen=True, slots=True)
class Rival:
    """What another publisher states: (M, P) shares of one year, NaN for places that it does not
    name, and (M,) HHI01, the middle of the bounds that its rest of the world leaves."""

    publisher: str
    share: Floats
    hhi: Floats


@dataclass(frozen=True, slots=True)
class Apart:
    """``share``: (M, P) and ``hhi``: (M,) standard errors, NaN where publishers agree or are alone;
    ``top``: (M,) the second publisher's share of the largest producer, whether near or far."""

    share: Floats
    hhi: Floats
    top: Floats


def rivals(
    observations: Mapping[str, Observations],
    axes: Axes,
    year: npt.NDArray[np.integer],
    *,
    refined: Bools,
) -> Iterator[Rival]:
    """Second publishers' figures of the (M,) years; of refineries where ``refined``, else of mines.

    The USGS counts several stages of one mineral; two stages are two figures and never summed.
    """
    for key, at in (("iea.mining", ~refined), ("iea.refining", refined)):
        rows = _of_years(observations, key, axes, year, at)
        if rows is not None:
            yield _stated("iea", rows, axes)
    for words, at in ((MINED, ~refined), (REFINED, refined)):
        rows = _of_years(observations, "usgs.production", axes, year, at)
        for stage in sorted(set(rows.stage.tolist())) if rows is not None else ():
            if rows is not None and any(word in str(stage).casefold() for word in words):
                yield _stated("usgs", rows.take(rows.stage == stage), axes)


def apart(share: Floats, hhi: Floats, others: Iterator[Rival]) -> Apart:
    """How far other publishers lie from (M, P) shares and (M,) HHI01 of one publisher and year."""
    every = np.arange(len(share))
    known = np.nan_to_num(share)
    largest = known.argmax(axis=1)
    error, error_hhi = np.full(share.shape, np.nan), np.full(hhi.shape, np.nan)
    top, farthest = np.full(hhi.shape, np.nan), np.full(hhi.shape, -1.0)
    for other in others:
        theirs = other.share[every, largest]
        distance = np.abs(theirs - known[every, largest])
        further = distance > farthest
        top[further], farthest[further] = theirs[further], distance[further]
        far = _difference(known, other.share, largest) > APART
        points = np.where(far[:, None], np.abs(other.share - known) / np.sqrt(2), np.nan)
        error = np.fmax(error, points)
        error_hhi = np.fmax(error_hhi, np.where(far, np.abs(other.hhi - hhi) / np.sqrt(2), np.nan))
    error[np.isnan(share)] = np.nan
    return Apart(error, np.where(np.isnan(hhi), np.nan, error_hhi), top)


def _difference(known: Floats, theirs: Floats, largest: npt.NDArray[np.integer]) -> Floats:
    """(M,) points between two publishers about the largest producer of either; 0 where unknown."""
    every = np.arange(len(known))
    second = np.nan_to_num(theirs).argmax(axis=1)
    points = [np.abs(theirs[every, at] - known[every, at]) for at in (largest, second)]
    return np.asarray(np.nan_to_num(np.fmax.reduce(points)))


def _of_years(
    observations: Mapping[str, Observations],
    key: str,
    axes: Axes,
    year: npt.NDArray[np.integer],
    minerals: Bools,
) -> Observations | None:
    """The rows about some minerals, each in its own year; None without any."""
    rows = rows_of(observations, key, axes)
    if rows is None:
        return None
    rows = rows.take((rows.mineral >= 0) & (rows.place >= 0) & (rows.value >= 0))
    rows = rows.take((rows.year == year[rows.mineral]) & minerals[rows.mineral])
    return rows if len(rows) else None


def _stated(publisher: str, rows: Observations, axes: Axes) -> Rival:
    amounts = np.full((len(axes.minerals), len(axes.places)), np.nan)
    amounts[rows.mineral, rows.place] = rows.value
    elsewhere = axes.place("ROW")
    rest = np.nan_to_num(amounts[:, elsewhere]) if elsewhere >= 0 else np.zeros(len(amounts))
    amounts[:, ~axes.is_country()] = np.nan
    total = np.nansum(amounts, axis=1) + rest
    bounds = [rest_of_world_bounds(*pair) for pair in zip(amounts, rest, strict=True)]
    return Rival(publisher, over(amounts, total[:, None]), np.mean(bounds, axis=1))
