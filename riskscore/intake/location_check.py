"""Whether a site lies where its country says: by the sites of that country that are known."""

from functools import cache

import numpy as np
import numpy.typing as npt

from riskscore.engine.inputs.geometry import haversine_km
from riskscore.models import Project

#: Fewer known sites than this say nothing about where a country lies.
FEWEST = 5
FAR_KM = 1500.0
NEAR_KM = 500.0
MOST = 5000
#: What is wrong with a point that :meth:`Surroundings.is_swapped`.
SWAPPED = "far from every known site of {place}, but among them with the axes swapped"


class Surroundings:
    """The known sites of each place, read once per intake."""

    def __init__(self) -> None:
        self._points = cache(_points)

    def nearest_km(self, place: str, latitude: float, longitude: float) -> float:
        """Distance to the nearest known site of the place; NaN where too few are known."""
        points = self._points(place)
        if len(points) < FEWEST:
            return float("nan")
        return float(haversine_km(latitude, longitude, points[:, 0], points[:, 1]).min())

    def is_swapped(self, place: str, latitude: float, longitude: float) -> bool:
        """Whether the point lies far from the place and, with its axes swapped, in its midst."""
        return (
            abs(longitude) <= 90
            and self.nearest_km(place, latitude, longitude) > FAR_KM
            and self.nearest_km(place, longitude, latitude) < NEAR_KM
        )

    def is_disputed(self, place: str, latitude: float, longitude: float) -> bool:
        """Whether the point lies far from every known site of the place."""
        return self.nearest_km(place, latitude, longitude) > FAR_KM


def _points(place: str) -> npt.NDArray[np.float64]:
    known = Project.objects.filter(place=place, state=Project.State.PUBLISHED)
    rows = known.order_by("id").values_list("latitude", "longitude")[:MOST]
    return np.array(list(rows), np.float64).reshape(-1, 2)
