"""Rolling origin: each year is predicted by a model fitted on what was published before it."""

from collections.abc import Iterable, Mapping

import numpy as np

from riskscore.learning.data.panel import Floats
from riskscore.learning.data.rows import Flags, Rows
from riskscore.learning.fit.estimators import MEMBERS, Fitted, Member, fit, predict_each


def published_before(rows: Rows, year: int) -> Rows:
    """The rows whose outcome was published when ``year`` began: those of earlier feature years."""
    return rows.where(rows.year < year)


def rolling(
    rows: Rows, years: Iterable[int], seed: int, members: tuple[Member, ...] = MEMBERS
) -> dict[str, Floats]:
    """(n,) out-of-sample probability by member.

    NaN outside ``years``, and for rows that are neither in the population nor small producers.
    """
    results = {member.name: np.full(len(rows), np.nan) for member in members}
    for year in years:
        fitted = fit(published_before(rows, year), seed, members)
        fill(results, fitted, rows, rows.year == year)
    return results


def fill(result: Mapping[str, Floats], fitted: Fitted, rows: Rows, when: Flags) -> None:
    """Write the members' predictions of these rows into ``result``, group by group."""
    # Apart: the last bits of a matrix product depend on how many rows it has.
    for group in (rows.inside, rows.small_producers):
        chosen = np.flatnonzero(when & group)
        if chosen.size:
            for name, part in predict_each(fitted, rows.x[chosen]).items():
                result[name][chosen] = part
