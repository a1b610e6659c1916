"""Whether points lie in the countries that they are said to lie in, many at a time.

Outlines are shapes in (longitude, latitude) degrees, within ±180°, as the bundle keeps them for its
maps: at 1:50 million, moved by up to a kilometre.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.inputs.borders import LABEL_KM, boundary_distance

#: A point of another country is believed to be of the stated one this near to the border.
BORDER_KM = 2.0
KM_OF_A_DEGREE = 111.2
#: Nearer to the poles a degree of longitude is taken as long as here.
MOST_LATITUDE = 85.0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A point that does not lie where it is said to. ``seen``: the country that it lies in, "" at
    sea or where no outline is. ``instead``: which change would put it there, "" for none known."""

    seen: str
    instead: str


#: What people do to points: from (latitude, longitude) as written to those that were meant.
SLIPS: dict[str, Callable[[float, float], tuple[float, float]]] = {
    "with latitude and longitude exchanged": lambda lat, lon: (lon, lat),
    "with the sign of the longitude changed": lambda lat, lon: (lat, -lon),
    "with the sign of the latitude changed": lambda lat, lon: (-lat, lon),
    "with both signs changed": lambda lat, lon: (-lat, -lon),
}
EXCHANGED = "with latitude and longitude exchanged"


class Outlines:
    """Countries' outlines by code, ready to be asked about many points."""

    def __init__(self, shapes: Mapping[str, BaseGeometry]) -> None:
        self._shapes = dict(shapes)
        shapely.prepare(list(self._shapes.values()))
        self._codes = list(self._shapes)
        self._tree = shapely.STRtree(list(self._shapes.values()))

    def __contains__(self, code: object) -> bool:
        return code in self._shapes

    def shape(self, code: str) -> BaseGeometry:
        """The outline of a country. Raises KeyError where there is none."""
        return self._shapes[code]

    def elsewhere(
        self, places: Sequence[str], latitude: Floats, longitude: Floats
    ) -> list[Elsewhere | None]:
        """Of each point, None where it lies in its place, or where that has no outline.

        A point in another country is elsewhere unless the border is within BORDER_KM; a point in no
        country unless the coast is within LABEL_KM.
        """
        known = np.array([place in self._shapes for place in places], bool)
        inside = ~known
        for place in {place for place, is_known in zip(places, known, strict=True) if is_known}:
            here = np.array([other == place for other in places], bool)
            inside[here] = self._in(place, longitude[here], latitude[here])
        result: list[Elsewhere | None] = [None] * len(places)
        for at in np.flatnonzero(~inside).tolist():
            result[at] = self._outside(places[at], float(latitude[at]), float(longitude[at]))
        return result

    def _in(self, place: str, longitude: Floats, latitude: Floats) -> Bools:
        result: Bools = shapely.intersects_xy(self._shapes[place], longitude, latitude)
        return result

    def _outside(self, place: str, latitude: float, longitude: float) -> Elsewhere | None:
        seen = self.seen(latitude, longitude)
        if self._is_near(place, latitude, longitude, BORDER_KM if seen else LABEL_KM):
            return None
        slips = (
            words
            for words, meant in SLIPS.items()
            if abs(meant(latitude, longitude)[0]) <= 90
            and bool(shapely.intersects_xy(self._shapes[place], *meant(latitude, longitude)[::-1]))
        )
        return Elsewhere(seen, "" if latitude == longitude == 0 else next(slips, ""))

    def seen(self, latitude: float, longitude: float) -> str:
        """The country that a point lies in, "" for none; the first by code on a border."""
        found = self._tree.query(shapely.Point(longitude, latitude))
        codes = sorted(self._codes[at] for at in found)
        point = (longitude, latitude)
        return next((c for c in codes if shapely.intersects_xy(self._shapes[c], *point)), "")

    def _is_near(self, place: str, latitude: float, longitude: float, km: float) -> bool:
        """Whether a place is within a distance: in degrees where those decide, else measured."""
        shape, point = self._shapes[place], shapely.Point(longitude, latitude)
        degrees = km / KM_OF_A_DEGREE
        if shapely.dwithin(shape, point, 0.99 * degrees):
            return True
        wide = degrees / math.cos(math.radians(min(abs(latitude) + degrees, MOST_LATITUDE)))
        is_possible = abs(longitude) > 179 or abs(latitude) > MOST_LATITUDE
        if not (is_possible or shapely.dwithin(shape, point, 1.01 * wide)):
            return False
        return boundary_distance(shape, longitude, latitude) <= km
