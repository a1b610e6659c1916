"""Distances on the Earth to the nearest of many points.

Coordinates are degrees; distances are kilometres on a sphere of the Earth's mean radius (error
below 0.6 % against the ellipsoid). NaN coordinates give NaN distances.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from riskscore.engine.arrays import Floats
from riskscore.engine.inputs.borders import EARTH_KM

LOCALITY_KM = 150.0
"""Beyond this distance a locality says nothing: the indicator is unknown there."""


def unit_vectors(latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> Floats:
    """(n, 3) points on the unit sphere, where neither ±180° nor the poles are special."""
    lat, lon = (np.radians(np.asarray(x, dtype=np.float64)) for x in (latitude, longitude))
    return np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=-1)


def haversine_km(
    latitude: npt.ArrayLike, longitude: npt.ArrayLike, to_lat: npt.ArrayLike, to_lon: npt.ArrayLike
) -> Floats:
    """Great-circle distance; exact to rounding for near points. Source: Sinnott (1984)."""
    a, b, c, d = (
        np.radians(np.asarray(x, dtype=np.float64)) for x in (latitude, longitude, to_lat, to_lon)
    )
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


class Localities:
    """Points on the map, indexed on the unit sphere."""

    def __init__(self, latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> None:
        self.latitude = np.asarray(latitude, dtype=np.float64)
        self.longitude = np.asarray(longitude, dtype=np.float64)
        self._tree = cKDTree(unit_vectors(self.latitude, self.longitude).reshape(-1, 3))

    def __len__(self) -> int:
        return len(self.latitude)

    def nearest_km(
        self, latitude: npt.ArrayLike, longitude: npt.ArrayLike, within: float = LOCALITY_KM
    ) -> Floats:
        """(n,) distance to the nearest point; NaN (unknown) beyond ``within`` or without points."""
        km, _ = self.nearest(latitude, longitude)
        return np.where(km <= within, km, np.nan)

    def nearest(
        self, latitude: npt.ArrayLike, longitude: npt.ArrayLike
    ) -> tuple[Floats, npt.NDArray[np.int64]]:
        """(n,) distance to the nearest point, however far, and its index; NaN and -1 for none."""
        lat, lon = (np.asarray(x, dtype=np.float64) for x in (latitude, longitude))
        km, which = np.full(lat.shape, np.nan), np.full(lat.shape, -1, dtype=np.int64)
        placed = np.isfinite(lat) & np.isfinite(lon)
        if not len(self) or not placed.any():
            return km, which
        _, at = self._tree.query(unit_vectors(lat[placed], lon[placed]))
        km[placed] = haversine_km(lat[placed], lon[placed], self.latitude[at], self.longitude[at])
        which[placed] = at
        return km, which
