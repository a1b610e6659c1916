"""The array types of the engine; a division safe at 0, and a product safe at weight 0."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
Strings = npt.NDArray[np.str_] | npt.NDArray[np.object_]
Mass = Floats | float
"""A weight: one number for all units, or one per unit."""


def over(top: npt.ArrayLike, bottom: npt.ArrayLike, otherwise: float = np.nan) -> Floats:
    """Top / bottom where bottom is above zero, else ``otherwise``; broadcasts."""
    above, below = np.asarray(top), np.asarray(bottom)
    out = np.full(np.broadcast_shapes(above.shape, below.shape), otherwise)
    np.divide(above, below, out=out, where=below > 0)
    return out


def masked(x: npt.ArrayLike, mass: npt.ArrayLike) -> Floats:
    """The product x·mass, but 0 where mass is 0 even if x is NaN or infinite; broadcasts."""
    value, weight = np.asarray(x), np.asarray(mass)
    out = np.zeros(np.broadcast_shapes(value.shape, weight.shape))
    np.multiply(value, weight, out=out, where=weight != 0)
    return out
