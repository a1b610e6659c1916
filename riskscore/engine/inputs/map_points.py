"""The nearest of many mapped points, layer by layer: communities, places of languages.

A distance is that of the project's point on the sphere; no outline and no radius, since a point of
a register stands for land of unknown extent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats
from riskscore.engine.inputs.geometry import LOCALITY_KM, Localities
from riskscore.engine.inputs.mapped_area import MappedArea, Points, known_km

Indices = npt.NDArray[np.int64]
NONE = -1


@dataclass(frozen=True, slots=True)
class PointLayer:
    """Points of one map, and the area in which a point that is not on it is not there."""

    points: Localities
    mapped: MappedArea


@dataclass(frozen=True, slots=True)
class Nearest:
    """Per layer and project, (layers, n): km to the nearest feature, NaN where the layer knows
    nothing, and the feature's index in the layer, NONE where none is near."""

    km: Floats
    at: Indices

    @property
    def least_km(self) -> Floats:
        """(n,) km to the nearest of any layer; NaN where no layer knows."""
        return least(self.km)


def least(km: Floats) -> Floats:
    """(n,) the smallest known element of each column; NaN where there is none."""
    if not len(km):
        return np.full(km.shape[1], np.nan)
    return np.asarray(np.fmin.reduce(km, axis=0))


class MapPoints:
    """Layers of points, each indexed once."""

    def __init__(self, layers: Sequence[PointLayer]) -> None:
        self.layers = list(layers)

    def nearest(self, sites: Points) -> Nearest:
        """The nearest point of each layer, as far as the layer knows."""
        km = np.full((len(self.layers), len(sites)), np.nan)
        at = np.full(km.shape, NONE)
        for number, layer in enumerate(self.layers):
            found, which = layer.points.nearest(sites.latitude, sites.longitude)
            covered = sites.within(layer.mapped)
            km[number] = known_km(found, covered, layer.mapped, LOCALITY_KM)
            at[number] = np.where(np.isnan(km[number]), NONE, which)
        return Nearest(km, at)
