"""What a new source does to a buyer's supply: whose tonnes it takes the place of.

Two rules, both always shown: the largest partner gives way first, or all give way in proportion.
The imports in total stay what they are; the new source counts at its place, as every other
partner there.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import NumberError


class Rule(StrEnum):
    """Who gives way to the new tonnes."""

    LARGEST_FIRST = "largest_first"
    PRO_RATA = "pro_rata"


def displaced(imports: npt.ArrayLike, place: int, tonnes: npt.ArrayLike, rule: Rule) -> Floats:
    """Imports after new tonnes from one place have taken the place of others'.

    Parameters
    ----------
    imports : array_like, shape (P,)
        Tonnes a year by partner.
    place : int
        Index of the place that the new tonnes come from.
    tonnes : array_like, shape (n,)
        New tonnes, one row of the answer for each. No more than what others supply can be
        displaced; what goes beyond that is left out.
    rule : Rule
        Who gives way. Tonnes of the place itself stay.

    Returns
    -------
    ndarray, shape (n, P)
        Tonnes by partner; each row adds up to the imports before. Zero new tonnes give the
        imports back bit for bit.

    Raises
    ------
    NumberError
        If new tonnes are negative or not finite.

    Examples
    --------
    >>> displaced([6.0, 3.0, 1.0], 2, [4.0], Rule.LARGEST_FIRST).tolist()
    [[2.0, 3.0, 5.0]]
    >>> displaced([6.0, 3.0, 1.0], 2, [4.5], Rule.PRO_RATA).tolist()
    [[3.0, 1.5, 5.5]]
    """
    before = np.asarray(imports, dtype=np.float64)
    new = np.asarray(tonnes, dtype=np.float64)
    if not np.isfinite(new).all() or (new < 0).any():
        raise NumberError("new tonnes must be finite and not negative")
    others = before.copy()
    others[place] = 0.0
    new = np.minimum(new, others.sum())
    gone = _largest_first(others, new) if rule is Rule.LARGEST_FIRST else _pro_rata(others, new)
    after = np.asarray(np.maximum(before - gone, 0.0), dtype=np.float64)
    after[:, place] = before[place] + new
    return after


def _largest_first(others: Floats, new: Floats) -> Floats:
    """(n, P) what each gives up when the largest gives all it has before the next gives any."""
    order = np.argsort(-others, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(others[order])[:-1]])
    given = np.clip(new[:, np.newaxis] - before, 0.0, others[order])
    gone = np.empty(given.shape)
    gone[:, order] = given
    return gone


def _pro_rata(others: Floats, new: Floats) -> Floats:
    """(n, P) what each gives up when all give the same part."""
    total = others.sum()
    part = new / total if total > 0 else np.zeros_like(new)
    return np.asarray(part[:, np.newaxis] * others)
