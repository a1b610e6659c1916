"""Mending the polygons of a feature where that is asked for, and saying what it changed.

Rings are closed; what crosses 180° is cut there; each outer ring is made valid, so that all that it
goes around is inside (GEOS, method “structure”); holes are taken out of it, and parts that overlap
count once. Holes that lie outside and spikes take nothing and add nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from riskscore.engine.arrays import Floats
from riskscore.sources.maps.map_features import BadMap, Feature, Polygon, Ring

#: Half of the major axis of WGS 84 in metres, and the square of its eccentricity.
AXIS, ECCENTRICITY2 = 6_378_137.0, 0.00669437999014
#: An outer ring may go around so much of its ground twice; beyond, nobody knows what is meant.
MOST_IN_DOUBT = 0.05
#: Crossings of boxes of steps, for each step, of an outline that is still looked at.
MOST_CROSSINGS = 50
#: An outline of so few positions is mended however often it crosses itself.
FEW = 500
BLOCK = 64
WHOLE_TURN = 360.0
MEND_IT = "draw it again, or leave it out (--skip-bad)"


@dataclass(frozen=True, slots=True)
class Mended:
    """A mended shape; what was wrong; m² on the ellipsoid as drawn (where loops run against each
    other, their areas cancel) and as mended."""

    shape: BaseGeometry
    reasons: tuple[str, ...]
    before: float
    after: float

    @property
    def moved(self) -> float:
        """By how many m² the area changed."""
        return self.after - self.before

    @property
    def words(self) -> str:
        """By how much the area moved, and what was mended."""
        share = f"{100 * self.moved / self.after:+.3g} %" if abs(self.moved) >= 0.5 else "0 %"
        sizes = f"{size_words(self.before)} → {size_words(self.after)}"
        moved = f"moved by {size_words(self.moved)}, {share}"
        return f"{sizes} ({moved}): {'; '.join(self.reasons)}"


def size_words(m2: float) -> str:
    """An area in hectares, a small one in m²."""
    return f"{m2 / 10_000:,.1f} ha" if abs(m2) >= 10_000 else f"{round(m2):,} m²"


def mended(feature: Feature, reasons: Iterable[str]) -> Mended:
    """A feature's polygons made valid. Raises BadMap where that would change what is meant."""
    whole = [[_closed(ring) for ring in polygon] for polygon in feature.polygons]
    parts = [part for polygon in whole for part in _parts(feature.where, polygon)]
    shape = _areal(shapely.union_all(parts)) if parts else shapely.Polygon()
    if shapely.is_empty(shape):
        raise BadMap(feature.where, "has no area, so that mending leaves nothing of it", MEND_IT)
    before = sum(_drawn(polygon) for polygon in whole)
    return Mended(shape, tuple(dict.fromkeys(reasons)), before, ground(shape))


def ground(shape: BaseGeometry) -> float:
    """m² of polygons on the ellipsoid, their edges straight in degrees."""
    result = 0.0
    for part in shapely.get_parts(shape):
        shell, *holes = [
            _ring_m2(shapely.get_coordinates(ring)) for ring in shapely.get_rings(part)
        ]
        result += shell - sum(holes)
    return result


def _drawn(polygon: Polygon) -> float:
    """m² of a polygon as its corners count it, the holes that reach into it taken off."""
    shell, *holes = polygon
    low, high = shell.min(axis=0), shell.max(axis=0)
    inside = [
        hole for hole in holes if (hole.max(axis=0) > low).all() and (hole.min(axis=0) < high).all()
    ]
    return max(_ring_m2(shell) - sum(map(_ring_m2, inside)), 0.0)


def _ring_m2(ring: Ring) -> float:
    """m² within a closed ring; loops that run against each other cancel.

    The integral of the authalic measure of latitude along edges that are straight in degrees, by
    Simpson's rule. Source: Snyder (1987), Map Projections, eq. 3-12.
    """
    lon = np.unwrap(np.radians(ring[:, 0]))
    lat = np.radians(ring[:, 1])
    middle = (lat[1:] + lat[:-1]) / 2
    mean = (_authalic(lat[1:]) + 4 * _authalic(middle) + _authalic(lat[:-1])) / 6
    return abs(float(np.sum(np.diff(lon) * mean))) * AXIS**2 / 2


def _authalic(latitude: Floats) -> Floats:
    sine, eccentricity = np.sin(latitude), np.sqrt(ECCENTRICITY2)
    away = np.log((1 - eccentricity * sine) / (1 + eccentricity * sine)) / (2 * eccentricity)
    result: Floats = (1 - ECCENTRICITY2) * (sine / (1 - ECCENTRICITY2 * sine**2) - away)
    return result


def _closed(ring: Ring) -> Ring:
    return ring if np.array_equal(ring[0], ring[-1]) else np.vstack((ring, ring[:1]))


def _parts(where: str, polygon: Polygon) -> Iterator[BaseGeometry]:
    """A polygon as valid parts within ±180°, its holes taken out."""
    shell, *holes = [list(_filled(where, ring)) for ring in polygon]
    taken = shapely.union_all([part for hole in holes for part in hole])
    for part in shell:
        yield from shapely.get_parts(_areal(shapely.difference(part, taken)))


def _filled(where: str, ring: Ring) -> Iterator[BaseGeometry]:
    """What a ring encloses, within ±180°; nothing if that has no area."""
    if len(ring) < 4:
        return
    around = np.column_stack((np.unwrap(ring[:, 0], period=WHOLE_TURN), ring[:, 1]))
    if abs(around[0, 0] - around[-1, 0]) > 1.0:
        raise BadMap(
            where, "goes around a pole", "cut it at 180° and at the pole (RFC 7946, 3.1.9)"
        )
    if _crosses_endlessly(around):
        raise BadMap(where, "is crossed by its own outline too often to be mended", MEND_IT)
    area = shapely.make_valid(shapely.Polygon(around), method="structure", keep_collapsed=False)
    _refuse_doubt(where, around, area)
    for turn in (-WHOLE_TURN, 0.0, WHOLE_TURN):
        box = shapely.box(turn - 180.0, -90.0, turn + 180.0, 90.0)
        here = _areal(shapely.intersection(area, box))
        if not shapely.is_empty(here):
            yield translate(here, -turn)


def _refuse_doubt(where: str, ring: Ring, area: BaseGeometry) -> None:
    """Refuse an outline that goes around much of its ground twice: a hole, or land all the same."""
    once = shapely.area(shapely.make_valid(shapely.Polygon(ring), method="linework"))
    doubt = 1 - once / shapely.area(area) if shapely.area(area) else 0.0
    if doubt > MOST_IN_DOUBT:
        what = f"goes around {doubt:.0%} of its ground twice, which may be meant as land or not"
        raise BadMap(where, what, MEND_IT)


def _crosses_endlessly(ring: Ring) -> bool:
    """Whether the steps of an outline meet so often that mending it would not end."""
    if len(ring) <= FEW:
        return False
    pairs = np.stack((ring[:-1], ring[1:]), axis=1)
    steps = np.array([shapely.LineString(pair) for pair in pairs], dtype=object)
    most, found = MOST_CROSSINGS * len(steps) + 10_000, 0
    tree = shapely.STRtree(steps)
    for at in range(0, len(steps), BLOCK):
        found += tree.query(steps[at : at + BLOCK]).shape[1]
        if found > most:
            return True
    return False


def _areal(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of a shape, without lines and points."""
    parts: list[BaseGeometry] = [
        part for part in shapely.get_parts(shape) if shapely.area(part) > 0
    ]
    whole: BaseGeometry = parts[0] if len(parts) == 1 else shapely.union_all(parts)
    return whole if parts else shapely.Polygon()
