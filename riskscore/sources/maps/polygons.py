"""From a file's rings to valid polygons of WGS 84, each fault named with its remedy."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from riskscore.sources.maps.feature_names import Shape, named
from riskscore.sources.maps.map_features import (
    BadMap,
    Feature,
    Parsed,
    Polygon,
    Ring,
    refuse_many_vertices,
)
from riskscore.sources.maps.projections import Degrees, called, to_degrees

#: Vertices of a project's own outline.
MOST_OF_OUTLINE = 10_000
MOST_NAMED = 3

Mapped = BaseGeometry
"""The area that a layer covers: a land that is not on the map there is not there."""


def area(parsed: Parsed) -> Mapped:
    """All polygons of a file as one area. Raises BadMap."""
    return shapely.union_all([shape.geometry for shape in _shapes(parsed, {})])


def outline(parsed: Parsed) -> BaseGeometry:
    """The outline of one project: the file's only feature. Raises BadMap."""
    if len(parsed.features) != 1:
        count = len(parsed.features)
        raise BadMap("the outline", f"has {count} features", "give one, of as many parts as it has")
    refuse_many_vertices("the outline", parsed.features[0].vertices, MOST_OF_OUTLINE)
    return _shapes(parsed, {})[0].geometry


def lands(
    parsed: Parsed,
    mapped: Mapped | None,
    *,
    system: str = "",
    chosen: Mapping[str, str] | None = None,
) -> list[Shape]:
    """The lands of a layer that covers ``mapped`` (None: not said). Raises BadMap.

    ``system`` replaces the coordinate system that the file declares, which is sometimes wrong;
    ``chosen`` says which property holds the name, the people or the code. A land of which most
    vertices lie outside the mapped area shows that the system, the axes or the area is wrong.
    """
    return _shapes(parsed, chosen or {}, mapped, system)


def _shapes(
    parsed: Parsed, chosen: Mapping[str, str], mapped: Mapped | None = None, system: str = ""
) -> list[Shape]:
    declared = system or parsed.declared
    turn = to_degrees(declared)
    moved = [_moved(feature, turn, declared) for feature in parsed.features]
    if mapped is not None:
        _refuse_strangers(moved, mapped, called(declared))
    return list(named(moved, [_geometry(feature) for feature in moved], chosen))


def _moved(feature: Feature, turn: Degrees, declared: str) -> Feature:
    refuse_many_vertices(feature.where, feature.vertices)
    _refuse_nan(feature)
    polygons = [[turn(ring) for ring in polygon] for polygon in feature.polygons]
    result = Feature(feature.where, polygons, feature.properties)
    _refuse_beyond_the_earth(result, called(declared))
    return result


def _refuse_nan(feature: Feature) -> None:
    for ring in _rings(feature):
        for at in np.flatnonzero(~np.isfinite(ring).all(axis=1))[:1]:
            raise BadMap(
                f"{feature.where}, position {at + 1}", "is not a number", "export the file again"
            )


def _refuse_beyond_the_earth(feature: Feature, system: str) -> None:
    for ring in _rings(feature):
        lon, lat = ring.T
        for at in np.flatnonzero(~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)))[:1]:
            x, y = ring[at]
            fault = f"has longitude {x:.6g} and latitude {y:.6g} ({system})"
            raise BadMap(f"{feature.where}, position {at + 1}", fault, what_to_do(x, y))


def what_to_do(x: float, y: float) -> str:
    """The remedy for a position that is nowhere on Earth."""
    if abs(x) <= 90 and abs(y) <= 180:
        return "latitude ends at ±90; if the file has latitude first, swap its axes"
    if abs(x) > 360 or abs(y) > 360:
        return "these are metres, not degrees: name the file's coordinate system, or save WGS 84"
    return "longitude ends at ±180: cut what crosses the antimeridian at 180° into two parts"


def _refuse_strangers(features: Sequence[Feature], mapped: Mapped, system: str) -> None:
    shapely.prepare(mapped)
    astray = [feature for feature in features if _share_within(feature, mapped) < 0.5]
    if not astray:
        return
    swapped = all(_share_within(feature, mapped, swap=True) >= 0.5 for feature in astray)
    remedy = (
        "its axes are swapped: longitude comes first"
        if swapped
        else f"if the area is right, the file is not in {system}, as it says:"
        " name its true coordinate system"
    )
    first = astray[0].polygons[0][0][0]
    names = ", ".join(feature.where for feature in astray[:MOST_NAMED])
    more = f" and {len(astray) - MOST_NAMED} more" if len(astray) > MOST_NAMED else ""
    at = f"lie outside the mapped area, at {first[0]:.2f}° E, {first[1]:.2f}° N"
    raise BadMap(f"{names}{more}", at, remedy)


def _share_within(feature: Feature, mapped: Mapped, *, swap: bool = False) -> float:
    points = np.concatenate(list(_rings(feature)))
    x, y = points[:, ::-1].T if swap else points.T
    return float(np.mean(shapely.intersects_xy(mapped, x, y)))


def _geometry(feature: Feature) -> BaseGeometry:
    parts = [_polygon(feature.where, polygon) for polygon in feature.polygons]
    result: BaseGeometry = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    if not shapely.is_valid(result):
        reason = shapely.is_valid_reason(result)
        raise BadMap(
            feature.where,
            f"is no valid polygon ({reason})",
            "mend it there, for example by “Fix geometries” of QGIS or ST_MakeValid",
        )
    return result


def _polygon(where: str, polygon: Polygon) -> shapely.Polygon:
    for ring in polygon:
        _refuse_ring(where, ring)
    shell, *holes = polygon
    return shapely.Polygon(shell, holes)


def _refuse_ring(where: str, ring: Ring) -> None:
    if len(ring) < 4:
        raise BadMap(where, f"has a ring of {len(ring)} positions", "a ring has four or more")
    if not np.array_equal(ring[0], ring[-1]):
        raise BadMap(where, "has a ring that is not closed", "repeat its first position at its end")
    for at in np.flatnonzero(np.abs(np.diff(ring[:, 0])) > 180)[:1]:
        raise BadMap(
            f"{where}, position {at + 1}",
            "crosses the antimeridian",
            "cut it at 180° into two parts (RFC 7946, 3.1.9)",
        )


def _rings(feature: Feature) -> list[Ring]:
    return [ring for polygon in feature.polygons for ring in polygon]
