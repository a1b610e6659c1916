"""Which country a point lies in, how far from a country it lies, and which of the two to believe.

Outlines are polygons in (longitude, latitude) degrees. Distances are kilometres on a sphere.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

EARTH_KM = 6371.0088
# A label is believed while the site lies this near to the labelled country: outlines at scale
# 1:50 million are off by kilometres at land borders, where the label is usually right.
LABEL_KM = 25.0
# The azimuthal projection turns a segment beyond the antipode inside out; so far away only the
# vertices count.
FAR_KM = 9000.0
# Outlines are straight in degrees (the 49th parallel is one line), so long segments are split
# before they are projected; at 0.5° the middle of a segment is then right to some 30 m.
SPLIT_DEGREES = 0.5

Floats = NDArray[np.float64]
Point = tuple[float, float]
Ring = Sequence[Point]
Polygon = Sequence[Ring]


@dataclass(frozen=True, slots=True)
class Placed:
    """The place decided for a site.

    ``rule``: ``label`` (believed, or nothing speaks against it), ``coordinates`` (the site lies
    in another country, far from the labelled one) or ``nearest`` (it lies in none, off a coast
    far from the labelled one). ``seen`` is the country that the coordinates alone give, ``km``
    the distance to the labelled country (NaN: it has no outline).
    """

    place: str
    rule: str
    seen: str
    km: float


class Borders:
    """Countries' outlines, indexed."""

    def __init__(self, outlines: Iterable[tuple[str, Sequence[Polygon]]]) -> None:
        """``outlines``: (place code, its polygons), a code may come several times. A polygon is
        its outer ring and then its holes; a ring may cross the antimeridian."""
        pieces: dict[str, list[BaseGeometry]] = defaultdict(list)
        for code, polygons in outlines:
            pieces[code] += [part for polygon in polygons for part in cut(polygon)]
        self.codes = np.array(sorted(pieces), dtype=object)
        self._shapes = np.array([shapely.union_all(pieces[code]) for code in self.codes])
        self._tree = shapely.STRtree(self._shapes)
        self._at = {code: at for at, code in enumerate(self.codes)}

    def __contains__(self, code: object) -> bool:
        return code in self._at

    def containing(self, lon: Floats, lat: Floats) -> NDArray[np.object_]:
        """The country that each point lies in, "" for none; the first by code on a border."""
        result = np.full(len(lon), "", dtype=object)
        points, shapes = self._tree.query(shapely.points(lon, lat), predicate="intersects")
        for point, shape in sorted(zip(points, shapes, strict=True), reverse=True):
            result[point] = self.codes[shape]
        return result

    def distance(self, code: str, lon: float, lat: float) -> float:
        """Kilometres from a point to a country, 0 inside it; KeyError for an unknown country."""
        shape = self._shapes[self._at[code]]
        if shapely.intersects_xy(shape, lon, lat):
            return 0.0
        return boundary_distance(shape, lon, lat)

    def nearest(self, lon: float, lat: float) -> tuple[str, float]:
        """The nearest country and its distance in kilometres."""
        distances = [self.distance(code, lon, lat) for code in self.codes]
        at = int(np.argmin(distances))
        return str(self.codes[at]), distances[at]

    def place(
        self, labels: Sequence[str], lon: Floats, lat: Floats, label_km: float = LABEL_KM
    ) -> list[Placed]:
        """Decide each site's country from its label and its coordinates.

        The label wins if the site lies within ``label_km`` of the labelled country, else the
        coordinates; off every coast, the nearest country stands for the coordinates. A labelled
        country without an outline is believed: nothing speaks against it.
        """
        inside = self.containing(lon, lat)
        return [
            self._decide(label, str(seen), float(x), float(y), label_km)
            for label, seen, x, y in zip(labels, inside, lon, lat, strict=True)
        ]

    def _decide(self, label: str, seen: str, lon: float, lat: float, label_km: float) -> Placed:
        if seen == label or label not in self:
            return Placed(label, "label", seen, 0.0 if seen == label else math.nan)
        km = self.distance(label, lon, lat)
        if km <= label_km:
            return Placed(label, "label", seen, km)
        if seen:
            return Placed(seen, "coordinates", seen, km)
        return Placed(self.nearest(lon, lat)[0], "nearest", seen, km)


def cut(polygon: Polygon) -> list[BaseGeometry]:
    """A polygon as parts that lie within ±180°: rings unwrapped, cut at 180°, wrapped again."""
    shell, *holes = [unwrapped(ring) for ring in polygon]
    whole = shapely.make_valid(shapely.Polygon(shell, holes))
    parts = []
    for turn in (-360.0, 0.0, 360.0):
        part = shapely.intersection(whole, shapely.box(-180.0 + turn, -90.0, 180.0 + turn, 90.0))
        areal = [piece for piece in shapely.get_parts(part) if piece.area > 0]
        parts += [_moved(piece, -turn) for piece in areal]
    return parts


def _moved(shape: BaseGeometry, turn: float) -> BaseGeometry:
    moved: BaseGeometry = shapely.transform(shape, lambda xy: xy + np.array((turn, 0.0)))
    return moved


def unwrapped(ring: Ring) -> list[Point]:
    """A ring without jumps of more than 180° of longitude; it may then leave ±180°.

    A ring around a pole does not close when unwrapped, and stays as it is.
    """
    turn, points = 0.0, [ring[0]]
    for (before, _), (lon, lat) in pairwise(ring):
        if lon - before > 180.0:
            turn -= 360.0
        elif before - lon > 180.0:
            turn += 360.0
        points.append((lon + turn, lat))
    return points if turn == 0.0 else list(ring)


def boundary_distance(shape: BaseGeometry, lon: float, lat: float) -> float:
    """Kilometres from a point to the nearest boundary of a shape.

    The boundary is projected azimuthally around the point, so distances to its vertices are exact
    on the sphere.
    """
    return min(_line_distance(line, lon, lat) for line in _lines(shape))


def _lines(shape: BaseGeometry) -> Iterable[Floats]:
    for line in shapely.get_parts(shapely.segmentize(shapely.boundary(shape), SPLIT_DEGREES)):
        yield shapely.get_coordinates(line)


def _line_distance(line: Floats, lon: float, lat: float) -> float:
    points = azimuthal(line[:, 0], line[:, 1], lon, lat)
    radii = np.hypot(points[:, 0], points[:, 1])
    near = (radii[:-1] < FAR_KM) & (radii[1:] < FAR_KM)
    starts, steps = points[:-1][near], np.diff(points, axis=0)[near]
    lengths = np.maximum((steps**2).sum(axis=1), np.finfo(float).tiny)
    along = np.clip(-(starts * steps).sum(axis=1) / lengths, 0.0, 1.0)
    feet = starts + along[:, None] * steps
    return float(min(radii.min(), np.hypot(feet[:, 0], feet[:, 1]).min(initial=math.inf)))


def azimuthal(lons: Floats, lats: Floats, lon: float, lat: float) -> Floats:
    """Azimuthal equidistant coordinates (km) of points around a centre; (n,) degrees → (n, 2)."""
    rise, centre = np.radians(lats), math.radians(lat)
    turn = np.radians(lons - lon)
    half = (
        np.sin((rise - centre) / 2) ** 2 + math.cos(centre) * np.cos(rise) * np.sin(turn / 2) ** 2
    )
    radius = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    bearing = np.arctan2(
        np.cos(rise) * np.sin(turn),
        math.cos(centre) * np.sin(rise) - math.sin(centre) * np.cos(rise) * np.cos(turn),
    )
    return np.column_stack((radius * np.sin(bearing), radius * np.cos(bearing)))
