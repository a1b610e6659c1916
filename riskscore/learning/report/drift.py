"""Whether today's inputs still look like those of the training rows.

PSI, the population stability index: ``sum((a - e) ln(a / e))`` over ten bins of equal number in
the reference, ``e`` and ``a`` being the parts of the reference and of today in a bin. NaN is a bin
of its own. By custom 0.1 is worth a look and 0.25 is an alert.
"""

import numpy as np

from riskscore.learning.data.panel import Floats

BINS = 10
#: Empty bins count as this part, so that the logarithm stays finite.
SMALLEST = 1e-4
LOOK, ALERT = 0.1, 0.25


def psi(reference: Floats, current: Floats) -> float:
    """Population stability index of one column; 0 means the same distribution."""
    not_nan = reference[~np.isnan(reference)]
    edges = (
        np.unique(np.quantile(not_nan, np.linspace(0, 1, BINS + 1)[1:-1]))
        if not_nan.size
        else not_nan
    )
    expected, actual = _parts(reference, edges), _parts(current, edges)
    return float(((actual - expected) * np.log(actual / expected)).sum())


def _parts(values: Floats, edges: Floats) -> Floats:
    not_nan = ~np.isnan(values)
    bins = np.searchsorted(edges, values[not_nan], side="right")
    counts = np.bincount(bins, minlength=len(edges) + 1).astype(np.float64)
    every = np.append(counts, (~not_nan).sum())
    return np.maximum(every / max(len(values), 1), SMALLEST)


def drifted(reference: Floats, current: Floats, names: tuple[str, ...]) -> dict[str, float]:
    """PSI of each column of two (n, k) tables, by name."""
    return {name: psi(reference[:, k], current[:, k]) for k, name in enumerate(names)}
