"""How projects lie to mapped lands: what they overlap, what is nearest, what is unknown.

A project is a footprint: an outline, or a disc around its point. Footprint and nearby land are
projected azimuthally around the project's point, where within REACH_KM shapes and areas are right
to 1e-5; the distance between the two nearest points is then taken on the WGS 84 ellipsoid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.inputs.borders import EARTH_KM, SPLIT_DEGREES, azimuthal
from riskscore.engine.inputs.mapped_area import MappedArea, Points

REACH_KM = 50.0
"""Beyond this distance a land no longer counts: the distance is given as this much."""

RADIUS_KM = {
    "exploration": 1.0,
    "evaluation": 1.0,
    "feasibility": 1.5,
    "construction": 2.0,
    "producing": 3.0,
    "suspended": 3.0,
    "closed": 3.0,
}
"""Radius of a footprint that nobody has drawn, by stage. Judgement: a mine with its pits, dumps and
ponds fills some tens of km², a deposit that is being drilled a few."""
STAGES = tuple(RADIUS_KM)
"""The stages that a project can be at."""
RADIUS_OF_KIND_KM = {"mine": 3.0, "deposit": 1.0, "smelter": 0.5, "refinery": 0.5, "plant": 0.5}
"""The same where the stage is unknown."""


def radius_km(stage: str, kind: str) -> float:
    """The radius of a project that has no outline."""
    return RADIUS_KM.get(stage.strip().lower(), RADIUS_OF_KIND_KM[kind])


@dataclass(frozen=True, slots=True)
class Footprint:
    """Where a project lies: degrees of its point, its outline or else a radius around it, and the
    code of its country ("" unknown)."""

    latitude: float
    longitude: float
    radius_km: float
    outline: BaseGeometry | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """A map of lands: polygons in (longitude, latitude), their names, and the area it covers.

    Outside ``mapped`` and ``places`` (codes of whole countries) nothing is known: no land there is
    no absence of land.
    """

    name: str
    lands: Sequence[BaseGeometry]
    names: Sequence[str]
    mapped: BaseGeometry | None
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Position:
    """How a footprint lies to one layer.

    ``covered``: its point is in the mapped area, so that absence means absence. ``overlap`` is the
    share 0..1 of the footprint on lands of the layer (where several lie on the same ground, that
    ground counts once), ``km`` the distance to the nearest (0 if they
    overlap, REACH_KM if it is farther); both NaN where unknown. ``land`` is the nearest one's name.
    """

    layer: str
    covered: bool
    overlap: float
    km: float
    land: str

    @property
    def share(self) -> float:
        """The overlap in percent."""
        return 100 * self.overlap


class Lands:
    """Layers, indexed."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)
        self._shapes = np.array([land for layer in layers for land in layer.lands], dtype=object)
        self._names = [name for layer in layers for name in layer.names]
        self._layer = np.repeat(np.arange(len(layers)), [len(layer.lands) for layer in layers])
        self._tree = shapely.STRtree(self._shapes)
        for layer in layers:
            if layer.mapped is not None:
                shapely.prepare(layer.mapped)

    def distances(self, footprints: Sequence[Footprint]) -> Floats:
        """(n,) km to the nearest land of any layer; NaN where no layer knows."""
        result = np.full(len(footprints), np.nan)
        if self.layers:
            covered: Bools = np.logical_or.reduce(self.covering(footprints), axis=0)
            result[covered] = REACH_KM
            for at, km in self._near(footprints, covered):
                result[at] = np.fmin(result[at], km)
        return result

    def covering(self, footprints: Sequence[Footprint]) -> Bools:
        """(layers, n) whether each layer's mapped area holds the point."""
        sites = Points(
            np.array([footprint.latitude for footprint in footprints], np.float64),
            np.array([footprint.longitude for footprint in footprints], np.float64),
            np.array([footprint.place for footprint in footprints], np.str_),
            np.zeros(len(footprints)),
        )
        rows = [sites.within(MappedArea(layer.mapped, layer.places)) for layer in self.layers]
        return np.array(rows, np.bool_).reshape(len(self.layers), len(footprints))

    def positions(self, footprint: Footprint) -> list[Position]:
        """How a footprint lies to each layer that says something about it, the nearest first."""
        covered = self.covering([footprint])[:, 0]
        near: list[list[_Near]] = [[] for _ in self.layers]
        for _, land, window in self._candidates([footprint]):
            km, shared = _meeting(footprint, self._shapes[land], window)
            if km < REACH_KM:
                near[self._layer[land]].append(_Near(km, shared, self._names[land]))
        body = _body(footprint)
        results = [
            _position(layer.name, bool(is_covered), lands, body)
            for layer, is_covered, lands in zip(self.layers, covered, near, strict=True)
            if is_covered or any(land.km == 0 for land in lands)
        ]
        return sorted(
            results, key=lambda position: (position.km, -position.overlap, position.layer)
        )

    def _near(self, footprints: Sequence[Footprint], covered: Bools) -> Iterator[tuple[int, float]]:
        """Distances to single lands; outside all mapped areas only an overlap is certain."""
        for at, land, window in self._candidates(footprints):
            km, _ = _meeting(footprints[at], self._shapes[land], window)
            if covered[at] or km == 0:
                yield at, km

    def _candidates(
        self, footprints: Sequence[Footprint]
    ) -> Iterator[tuple[int, int, BaseGeometry]]:
        """(footprint, land, the window that both touch) of all pairs that may be near."""
        boxes = [(at, box) for at, each in enumerate(footprints) for box in windows(each)]
        shapes = np.array([box for _, box in boxes], dtype=object)
        result = self._tree.query(shapes, predicate="intersects")
        for which, land in result.T:
            at, window = boxes[which]
            yield at, int(land), window


@dataclass(frozen=True, slots=True)
class _Near:
    """A land in reach: km to it, what of the footprint lies on it (in km), and its name."""

    km: float
    shared: BaseGeometry
    name: str


def _position(
    layer: str,
    covered: bool,  # noqa: FBT001
    lands: list[_Near],
    body: BaseGeometry,
) -> Position:
    if not lands:
        return Position(layer, covered, 0.0, REACH_KM, "")
    nearest = min(lands, key=lambda land: (land.km, -shapely.area(land.shared), land.name))
    return Position(layer, covered, _covered_share(lands, body), nearest.km, nearest.name)


def _covered_share(lands: Sequence[_Near], body: BaseGeometry) -> float:
    """The share of a footprint on lands, of which several may lie on the same ground."""
    size = float(shapely.area(body))
    if not size:
        return float(any(land.km == 0 for land in lands))
    shared = [land.shared for land in lands]
    ground = shapely.union_all(shared) if len(shared) > 1 else shared[0]
    return min(float(shapely.area(ground)) / size, 1.0)


def windows(footprint: Footprint) -> Iterator[BaseGeometry]:
    """Boxes in degrees that hold all within REACH_KM of a footprint; two at the antimeridian."""
    lon, lat = footprint.longitude, footprint.latitude
    west, south, east, north = (
        shapely.bounds(footprint.outline)
        if footprint.outline is not None
        else np.array((lon, lat, lon, lat))
    )
    rise = np.degrees((REACH_KM + footprint.radius_km) / EARTH_KM) * 1.01
    south, north = max(south - rise, -90.0), min(north + rise, 90.0)
    steep = max(float(np.cos(np.radians(min(max(-south, north), 89.5)))), 1e-2)
    west, east = west - rise / steep, east + rise / steep
    for turn in (-360.0, 0.0, 360.0):
        left, right = max(west + turn, -180.0), min(east + turn, 180.0)
        if left < right:
            yield shapely.box(left, south, right, north)


def _meeting(
    footprint: Footprint, land: BaseGeometry, window: BaseGeometry
) -> tuple[float, BaseGeometry]:
    """(km between a footprint and a land, what of the footprint lies on it)."""
    ground = _flat(shapely.intersection(land, window), footprint)
    body, nothing = _body(footprint), shapely.Polygon()
    if shapely.intersects(body, ground):
        return 0.0, shapely.intersection(body, ground)
    ends = shapely.get_coordinates(shapely.shortest_line(body, ground))
    if len(ends) < 2:  # only a border of the window was touched
        return REACH_KM, nothing
    lat, lon = _unflat(ends, footprint)
    return min(float(geodesic_km(lat[0], lon[0], lat[1], lon[1])), REACH_KM), nothing


def _body(footprint: Footprint) -> BaseGeometry:
    if footprint.outline is not None:
        return _flat(footprint.outline, footprint)
    point = shapely.Point(0.0, 0.0)
    return point.buffer(footprint.radius_km, quad_segs=32) if footprint.radius_km else point


def _flat(shape: BaseGeometry, around: Footprint) -> BaseGeometry:
    """A shape in km around a footprint's point; edges are straight in degrees, in small steps."""
    fine = shapely.segmentize(shape, SPLIT_DEGREES)
    flat: BaseGeometry = shapely.transform(
        fine, lambda xy: azimuthal(xy[:, 0], xy[:, 1], around.longitude, around.latitude)
    )
    if shapely.is_valid(flat):
        return flat
    return shapely.make_valid(flat, method="structure", keep_collapsed=False)


def _unflat(points: Floats, around: Footprint) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of points given in km around a footprint's point."""
    x, y = points.T
    away = np.hypot(x, y)
    angle, turn, centre = away / EARTH_KM, np.arctan2(x, y), np.radians(around.latitude)
    rise = np.arcsin(np.sin(centre) * np.cos(angle) + np.cos(centre) * np.sin(angle) * np.cos(turn))
    east = np.arctan2(
        np.sin(turn) * np.sin(angle) * np.cos(centre),
        np.cos(angle) - np.sin(centre) * np.sin(rise),
    )
    return np.degrees(rise), around.longitude + np.degrees(east)


def geodesic_km(
    latitude: npt.ArrayLike, longitude: npt.ArrayLike, to_lat: npt.ArrayLike, to_lon: npt.ArrayLike
) -> Floats:
    """Distance on the WGS 84 ellipsoid, by Lambert's formula for long lines (1942).

    Right to some ten metres over thousands of kilometres, to a millimetre below a hundred; not for
    points at opposite ends of the Earth.
    """
    axis, flattening = 6378.137, 1 / 298.257223563
    one, east, two, far = (
        np.radians(np.asarray(x, np.float64)) for x in (latitude, longitude, to_lat, to_lon)
    )
    p, q = (np.arctan((1 - flattening) * np.tan(x)) for x in (one, two))
    half = np.sin((q - p) / 2) ** 2 + np.cos(p) * np.cos(q) * np.sin((far - east) / 2) ** 2
    angle = 2 * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    middle, apart = (p + q) / 2, (q - p) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        x = (angle - np.sin(angle)) * (np.sin(middle) * np.cos(apart) / np.cos(angle / 2)) ** 2
        y = (angle + np.sin(angle)) * (np.cos(middle) * np.sin(apart) / np.sin(angle / 2)) ** 2
        return np.where(angle == 0, 0.0, axis * (angle - flattening / 2 * (x + y)))
