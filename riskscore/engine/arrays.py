"""The array types of the engine, and the two divisions and products that know their zeros."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Strings = npt.NDArray[np.str_] | npt.NDArray[np.object_]
Mass = Floats | float
"""A weight: one number for all units, or one per unit."""


def over(top: Mass, bottom: Mass, otherwise: float = np.nan) -> Floats:
    """top / bottom where bottom is above zero, else ``otherwise``."""
    out = np.full(np.broadcast(top, bottom).shape, otherwise)
    np.divide(top, bottom, out=out, where=np.greater(bottom, 0))
    return out


def masked(x: Floats, mass: Mass) -> Floats:
    """x·mass, 0 where mass is 0 whatever x is (NaN, infinite)."""
    out = np.zeros(x.shape)
    weight = np.broadcast_to(mass, x.shape)
    np.multiply(x, weight, out=out, where=weight != 0)
    return out
