"""Distances on the Earth: to the nearest of many points, and to mapped lands.

Coordinates are degrees; distances are kilometres on a sphere of the Earth's mean radius (error
below 0.6 % against the ellipsoid). NaN coordinates give NaN distances.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from riskscore.engine.arrays import Floats
from riskscore.engine.borders import EARTH_KM, boundary_distance

LOCALITY_KM = 150.0
"""Beyond this distance a locality says nothing: the indicator is unknown there."""


def unit_vectors(latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> Floats:
    """(n, 3) points of the unit sphere; no seam at the antimeridian or the poles."""
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
        lat, lon = (np.asarray(x, dtype=np.float64) for x in (latitude, longitude))
        out = np.full(lat.shape, np.nan)
        placed = np.isfinite(lat) & np.isfinite(lon)
        if not len(self) or not placed.any():
            return out
        _, at = self._tree.query(unit_vectors(lat[placed], lon[placed]))
        km = haversine_km(lat[placed], lon[placed], self.latitude[at], self.longitude[at])
        out[placed] = np.where(km <= within, km, np.nan)
        return out


class Lands:
    """Mapped lands (polygons in longitude, latitude), and the area that the map covers.

    Outside ``mapped`` nothing is known: no polygon there is no absence of land.
    """

    def __init__(self, lands: Iterable[BaseGeometry], mapped: BaseGeometry) -> None:
        self.lands = np.array(list(lands), dtype=object)
        self.mapped = mapped
        self._tree = shapely.STRtree(self.lands)

    def distance_km(
        self, latitude: npt.ArrayLike, longitude: npt.ArrayLike, within: float = 50.0
    ) -> Floats:
        """(n,) distance to the nearest land, 0 inside; NaN outside the mapped area.

        Beyond ``within`` the answer is ``within``: far enough for any method that stops there.
        """
        lat, lon = (np.asarray(x, dtype=np.float64) for x in (latitude, longitude))
        out = np.full(lat.shape, np.nan)
        known = np.isfinite(lat) & np.isfinite(lon)
        known &= shapely.intersects_xy(self.mapped, np.nan_to_num(lon), np.nan_to_num(lat))
        for at in np.flatnonzero(known):
            out[at] = self._distance(float(lat[at]), float(lon[at]), within)
        return out

    def _distance(self, lat: float, lon: float, within: float) -> float:
        rise = np.degrees(within / EARTH_KM)
        wide = rise / max(float(np.cos(np.radians(min(abs(lat) + rise, 89.0)))), 1e-3)
        box = shapely.box(lon - wide, lat - rise, lon + wide, lat + rise)
        best = within
        for land in self.lands[self._tree.query(box)]:
            if shapely.intersects_xy(land, lon, lat):
                return 0.0
            best = min(best, boundary_distance(land, lon, lat))
        return best


def overlap_share(footprint: BaseGeometry, land: BaseGeometry) -> float:
    """Share 0..1 of a footprint's area that lies on the land, in a local equal-area projection."""
    centre = shapely.centroid(footprint)
    shrink = float(np.cos(np.radians(centre.y)))

    def flat(shape: BaseGeometry) -> BaseGeometry:
        moved: BaseGeometry = shapely.transform(shape, lambda xy: xy * (shrink, 1.0))
        return moved

    whole, ground = flat(footprint), flat(land)
    if whole.area == 0:
        return float(shapely.intersects(whole, ground))
    return float(shapely.intersection(whole, ground).area / whole.area)
