"""Rolling origin: each year is predicted by a model that saw only what was known before it."""

from collections.abc import Iterable

import numpy as np

from riskscore.learning.fit import MEMBERS, Member, fit, predict_each
from riskscore.learning.panel import Floats
from riskscore.learning.rows import Rows


def known_before(rows: Rows, year: int) -> Rows:
    """Rows whose outcome was published when ``year`` was: their own year lies before it."""
    return rows.where(rows.year < year)


def rolling(
    rows: Rows, years: Iterable[int], seed: int, members: tuple[Member, ...] = MEMBERS
) -> dict[str, Floats]:
    """(n,) out-of-sample probability of each member; NaN outside the years or the population."""
    found = {member.name: np.full(len(rows), np.nan) for member in members}
    for year in years:
        fitted = fit(known_before(rows, year), seed, members)
        chosen = np.flatnonzero((rows.year == year) & rows.inside)
        for name, part in predict_each(fitted, rows.x[chosen]).items():
            found[name][chosen] = part
    return found
