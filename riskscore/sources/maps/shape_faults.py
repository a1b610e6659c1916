"""What is wrong with the polygons of a feature, in degrees: every fault of it, the first first."""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from riskscore.sources.maps.map_features import (
    MOST_OF_FEATURE,
    BadMap,
    Feature,
    Polygon,
    Ring,
)

#: Faults of one feature that are told.
MOST_TOLD = 5
MEND = "mend it there, for example by “Fix geometries” of QGIS or ST_MakeValid"
CUT = "cut it at 180° into two parts (RFC 7946, 3.1.9)"
CUT_BEYOND = "longitude ends at ±180: cut what crosses the antimeridian at 180° into two parts"
CLOSE = "repeat its first position at its end"
MENDABLE = (MEND, CUT, CUT_BEYOND, CLOSE)


def rings_of(feature: Feature) -> list[Ring]:
    """Every ring of a feature."""
    return [ring for polygon in feature.polygons for ring in polygon]


def lost_faults(feature: Feature, system: str) -> Iterator[BadMap]:
    """Faults that nobody can mend: too many vertices, what is no number or nowhere on Earth."""
    if feature.vertices > MOST_OF_FEATURE:
        count, most = f"{feature.vertices:,}", f"{MOST_OF_FEATURE:,}"
        yield BadMap(
            feature.where, f"has {count} vertices, more than {most}", "simplify its outline"
        )
    for ring in rings_of(feature):
        for at in np.flatnonzero(~np.isfinite(ring).all(axis=1))[:1]:
            where = f"{feature.where}, position {at + 1}"
            yield BadMap(where, "is not a number", "export the file again")
        lon, lat = ring.T
        for at in np.flatnonzero((np.abs(lon) > 360) | (np.abs(lat) > 90))[:1]:
            yield _nowhere(feature, at, ring[at], system)


def beyond_faults(feature: Feature, system: str) -> Iterator[BadMap]:
    """A longitude between 180 and 360 degrees."""
    for ring in rings_of(feature):
        for at in np.flatnonzero(np.abs(ring[:, 0]) > 180)[:1]:
            yield _nowhere(feature, at, ring[at], system)


def shape_faults(feature: Feature) -> Iterator[BadMap]:
    """Faults of the rings, or else of the polygons that they make."""
    ring_faults = [fault for ring in rings_of(feature) for fault in _ring(feature.where, ring)]
    yield from ring_faults
    if not ring_faults:
        whole = built(feature.polygons)
        if not shapely.is_valid(whole):
            reason = shapely.is_valid_reason(whole)
            yield BadMap(feature.where, f"is no valid polygon ({reason})", MEND)


def built(polygons: Sequence[Polygon]) -> BaseGeometry:
    """A polygon or multipolygon of closed rings."""
    parts = [shapely.Polygon(shell, holes) for shell, *holes in polygons]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def what_to_do(x: float, y: float) -> str:
    """The remedy for a position that is nowhere on Earth."""
    if abs(x) <= 90 and abs(y) <= 180:
        return "latitude ends at ±90; if the file has latitude first, swap its axes"
    if abs(x) > 360 or abs(y) > 360:
        return "these are metres, not degrees: name the file's coordinate system, or save WGS 84"
    return CUT_BEYOND


def with_mending(remedy: str) -> str:
    """A remedy, and the other way where the import itself can mend it."""
    return f"{remedy}, or have shapes mended (--repair)" if remedy in MENDABLE else remedy


def _nowhere(feature: Feature, at: int, position: Ring, system: str) -> BadMap:
    x, y = position
    fault = f"has longitude {x:.6g} and latitude {y:.6g} ({system})"
    return BadMap(f"{feature.where}, position {at + 1}", fault, what_to_do(x, y))


def _ring(where: str, ring: Ring) -> Iterator[BadMap]:
    if len(ring) < 4:
        yield BadMap(where, f"has a ring of {len(ring)} positions", "a ring has four or more")
    elif not np.array_equal(ring[0], ring[-1]):
        yield BadMap(where, "has a ring that is not closed", CLOSE)
    for at in np.flatnonzero(np.abs(np.diff(ring[:, 0])) > 180)[:1]:
        yield BadMap(f"{where}, position {at + 1}", "crosses the antimeridian", CUT)
