"""Simulations that ask whether a 90 % interval holds what it should: in tests and benchmarks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from riskscore.engine import Fitted, Frame
from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.counter import normals
from riskscore.engine.spec.noise import Noise
from riskscore.engine.spec.tree import Node
from riskscore.engine.uncertainty.intervals import spread

#: Roundings of a sum in another order are no miss.
HAIR = 1e-9
#: Seeds of simulated errors lie far from those of the draws.
FIRST_SEED = 10_000


@dataclass(frozen=True)
class Coverage:
    """Shares of the units whose true value lies within, below and above their interval."""

    inside: float
    below: float
    above: float
    units: int

    @classmethod
    def of(cls, truth: Floats, low: Floats, high: Floats) -> "Coverage":
        known = ~np.isnan(truth) & ~np.isnan(low)
        below = float((truth < low - HAIR)[known].mean())
        above = float((truth > high + HAIR)[known].mean())
        return cls(1 - below - above, below, above, int(known.sum()))


def dimensions(root: Node) -> list[str]:
    """The root and its child nodes."""
    return [root.code, *(child.code for child in root.children if isinstance(child, Node))]


def within_their_own(fitted: Fitted, frame: Frame) -> dict[str, Coverage]:
    """Scores within the intervals that are drawn around them."""
    scores, sure = fitted.score(frame).scores, spread(fitted, frame)
    return {
        code: Coverage.of(scores[code], sure.low[code], sure.high[code])
        for code in dimensions(fitted.root)
    }


def hidden(frame: Frame, column: str) -> Frame:
    """The frame with one column unknown."""
    values = frame.values.copy()
    values[:, frame.index(column)] = np.nan
    return replace(frame, values=values, repeated=True)


def masked(
    fitted: Fitted, frame: Frame, column: str, beside: tuple[str, ...] = ()
) -> dict[str, Coverage]:
    """Full scores of the units where a column is known, within the intervals that they have when it
    is hidden; with ``beside`` only units where those columns are known too."""
    result = fitted.score(frame)
    known = ~np.isnan(result.scores[result.root])
    for name in (column, *beside):
        known &= ~np.isnan(result.scaled[:, result.leaves.index(name)])
    if not known.any():
        return {}
    sure = spread(fitted, hidden(frame.take(known), column))
    found = {}
    for code in (result.root, dimension_of(fitted.root, column)):
        truth = result.scores[code][known]
        if (~np.isnan(truth) & ~np.isnan(sure.low[code])).any():
            found[code] = Coverage.of(truth, sure.low[code], sure.high[code])
    return found


def dimension_of(root: Node, leaf: str) -> str:
    """The child of the root below which a leaf lies."""
    path = next(one.path for one in root.leaves() if one.code == leaf)
    return path.split("/")[1]


def measured_again(frame: Frame, correlation: float, number: int) -> Frame:
    """The frame as another year of measuring might show it: each value moved by its standard error,
    with the parts that sources and places share."""
    assert frame.standard_errors is not None
    values, errors = frame.values.copy(), np.nan_to_num(frame.standard_errors)
    numbers = np.array([FIRST_SEED + number])
    for i, column in enumerate(frame.columns):
        if not errors[:, i].any():
            continue
        row = INDICATORS.get(column)
        source = row.sources[0] if row is not None else ""
        rho = correlation if source else 0.0
        keys, at = np.unique(frame.error_keys[column], return_inverse=True)
        z = np.sqrt(rho) * normals(FIRST_SEED, f"source:{source}", keys, numbers)
        z += np.sqrt(1 - rho) * normals(FIRST_SEED, f"column:{column}", keys, numbers)
        values[:, i] += errors[:, i] * z[0][at]
    return replace(frame, values=values, repeated=True)


def errors_alone(
    fitted: Fitted, frame: Frame, noise: Noise, simulations: int
) -> dict[str, Coverage]:
    """Take the frame for the truth, measure it many times with its standard errors, and ask how
    often the interval around the measured score holds the true one; of each node the units that
    have an error in it."""
    truth = fitted.score(frame).scores
    exact = _exact(fitted, frame, noise)
    total = {code: np.zeros(2) for code in truth if code in dimensions(fitted.root)}
    units = {code: int((~exact[code] & ~np.isnan(truth[code])).sum()) for code in total}
    for sure in _measured(fitted, frame, noise, simulations):
        for code in total:
            found = Coverage.of(np.where(exact[code], np.nan, truth[code]), *sure[code])
            total[code] += (found.below, found.above)
    means = {code: sums / simulations for code, sums in total.items()}
    return {
        code: Coverage(1 - float(sums.sum()), float(sums[0]), float(sums[1]), units[code])
        for code, sums in means.items()
    }


def _exact(fitted: Fitted, frame: Frame, noise: Noise) -> Mapping[str, Bools]:
    """(n,) where the interval of a node has no width, as nothing in it has an error."""
    sure = spread(fitted, frame, noise)
    return {code: sure.high[code] - sure.low[code] < HAIR for code in sure.low}


def _measured(
    fitted: Fitted, frame: Frame, noise: Noise, simulations: int
) -> Iterator[dict[str, tuple[Floats, Floats]]]:
    for number in range(simulations):
        again = measured_again(frame, noise.correlation, number)
        sure = spread(fitted, again, replace(noise, seed=number))
        yield {code: (sure.low[code], sure.high[code]) for code in sure.low}
