"""The nearest of many mapped areas, layer by layer: traditional areas of peoples.

Such areas are drawn for atlases and are right to kilometres, so their outlines are split into
steps of STEP_DEGREES and searched as points; the distance is then that to the nearest of the
two steps that meet there. Lands with title are measured exactly instead
(:mod:`riskscore.engine.inputs.land_overlap`), which takes a hundred times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from riskscore.engine.arrays import Floats
from riskscore.engine.inputs.borders import EARTH_KM
from riskscore.engine.inputs.geometry import unit_vectors
from riskscore.engine.inputs.land_overlap import REACH_KM
from riskscore.engine.inputs.map_points import NONE, Indices, Nearest
from riskscore.engine.inputs.mapped_area import MappedArea, Points, known_km

STEP_DEGREES = 0.02
"""About 2 km: no distance is wrong by more than half of it, and nearly all by some metres."""


@dataclass(frozen=True, slots=True)
class AreaLayer:
    """Areas of one map, and the area in which one that is not on it is not there."""

    areas: Sequence[BaseGeometry]
    mapped: MappedArea


class _Outlines:
    """The steps of the outlines of one layer: where each begins and ends, and whose it is."""

    def __init__(self, areas: Sequence[BaseGeometry]) -> None:
        self.areas = shapely.STRtree(np.array(areas, dtype=object))
        rings, owner = shapely.get_parts(
            shapely.boundary(np.array(areas, dtype=object)), return_index=True
        )
        degrees, ring = shapely.get_coordinates(
            shapely.segmentize(rings, STEP_DEGREES), return_index=True
        )
        self._at = unit_vectors(degrees[:, 1], degrees[:, 0])
        self._owner = owner[ring]
        # The first position of a ring is its last again; beyond either end there is no step.
        every, same = np.arange(len(ring)), ring[1:] == ring[:-1]
        self._after = every + np.append(same, False)
        self._before = every - np.append(False, same)
        self._tree = cKDTree(self._at)

    def nearest(self, sites: Points, within_km: float) -> tuple[Floats, Indices]:
        """(n,) km to the nearest area, 0 inside, infinite beyond ``within_km``; its index."""
        here = unit_vectors(sites.latitude, sites.longitude)
        most = 2 * np.sin(within_km / 2 / EARTH_KM)
        step = np.asarray(self._tree.query(here, distance_upper_bound=most)[1], np.int64)
        found = np.flatnonzero(step < len(self._at))
        at = step[found]
        chord = np.minimum(
            _to_segment(here[found], self._at[self._before[at]], self._at[at]),
            _to_segment(here[found], self._at[at], self._at[self._after[at]]),
        )
        km, which = np.full(len(sites), np.inf), np.full(len(sites), NONE)
        km[found] = 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0.0, 1.0))
        which[found] = self._owner[at]
        site, area = self.areas.query(
            shapely.points(sites.longitude, sites.latitude), predicate="intersects"
        )
        order = np.lexsort((area, site))  # of several areas the first in the file is named
        inside, first = np.unique(site[order], return_index=True)
        km[inside], which[inside] = 0.0, area[order][first]
        return km, which


def _to_segment(point: Floats, start: Floats, end: Floats) -> Floats:
    """(n,) straight distance from points to segments, all in space."""
    along = end - start
    length = np.einsum("ij,ij->i", along, along)
    ahead = np.einsum("ij,ij->i", point - start, along)
    part = np.clip(np.divide(ahead, length, out=np.zeros_like(ahead), where=length > 0), 0.0, 1.0)
    gap = point - start - part[:, None] * along
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", gap, gap)))


class MapAreas:
    """Layers of areas, each indexed once."""

    def __init__(self, layers: Sequence[AreaLayer]) -> None:
        self.layers = list(layers)
        self._outlines = [_Outlines(layer.areas) for layer in layers]

    def nearest(self, sites: Points) -> Nearest:
        """The nearest area of each layer: 0 km inside, REACH_KM in a mapped area far from all.

        Outside the mapped area only lying on an area is certain. A radius brings areas nearer.
        """
        km = np.full((len(self.layers), len(sites)), np.nan)
        at = np.full(km.shape, NONE)
        within = REACH_KM + float(np.max(sites.radius_km, initial=0.0))
        for number, (layer, outlines) in enumerate(zip(self.layers, self._outlines, strict=True)):
            found, which = outlines.nearest(sites, within)
            found = np.clip(found - sites.radius_km, 0.0, np.inf)
            known = known_km(found, sites.within(layer.mapped), layer.mapped, REACH_KM)
            known = np.where(found == 0, 0.0, known)
            km[number] = np.minimum(known, REACH_KM)
            at[number] = np.where(known <= REACH_KM, which, NONE)
        return Nearest(km, at)
