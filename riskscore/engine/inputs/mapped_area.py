"""Where a map speaks: the area in which what is not on it is not there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from riskscore.engine.arrays import Bools, Floats


@dataclass(frozen=True, slots=True)
class MappedArea:
    """Polygons in (longitude, latitude), or whole countries by their codes; both may be given.

    Without either the map never speaks of absence: only what lies near is known.
    """

    polygon: BaseGeometry | None = None
    places: frozenset[str] = frozenset()

    @property
    def tells_absence(self) -> bool:
        """Whether what is not on the map is absent anywhere."""
        return self.polygon is not None or bool(self.places)


@dataclass(frozen=True, slots=True)
class Points:
    """Where n projects lie: degrees, the code of the country ("" unknown), km of their radius."""

    latitude: Floats
    longitude: Floats
    place: npt.NDArray[np.str_]
    radius_km: Floats

    def __len__(self) -> int:
        return len(self.latitude)

    def within(self, area: MappedArea) -> Bools:
        """(n,) whether each lies in the area."""
        result = np.isin(self.place, sorted(area.places))
        if area.polygon is not None:
            result |= shapely.intersects_xy(area.polygon, self.longitude, self.latitude)
        return result


def known_km(km: Floats, covered: Bools, area: MappedArea, reach_km: float) -> Floats:
    """What a layer says of measured distances: km, NaN where it knows nothing.

    In the mapped area every distance is known. A map that tells no absence knows what lies within
    its reach; one that does knows nothing outside.
    """
    known = covered if area.tells_absence else km <= reach_km
    return np.where(known, km, np.nan)
