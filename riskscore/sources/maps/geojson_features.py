"""GeoJSON as map features: polygons or points, in the coordinate system that it declares."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from riskscore.sources.bad_file import BadFile
from riskscore.sources.maps.map_features import (
    MOST_OF_FEATURE,
    BadMap,
    Feature,
    Parsed,
    refuse_excess,
)
from riskscore.sources.readers.geojson import USUAL, WITH_MEASURE, feature, features

KINDS = {False: ("Polygon", "MultiPolygon"), True: ("Point",)}
OTHERWISE = "have shapes mended (--repair)"
BY_LINE = "a feature on each line (GeoJSONL), in degrees of WGS 84"


def parse(content: bytes, *, points: bool = False, repair: bool = False) -> Parsed:
    """The features of a FeatureCollection, of a file with one a line, a Feature or a bare geometry.

    A feature that cannot be read has faults. ``repair``: drop measures; take the polygons of a
    GeometryCollection. Raises BadMap for the file as a whole.
    """
    try:
        result = features(content, single=True)
    except BadFile as fault:
        raise BadMap.of(fault) from None
    read = [_read(stated, number, points, repair) for number, stated in enumerate(result.stated, 1)]
    return Parsed(result.declared, refuse_excess(read), (BY_LINE,) if result.by_line else ())


def _read(stated: Any, number: int, points: bool, repair: bool) -> Feature:  # noqa: FBT001
    try:
        return _feature(stated, number, points, repair)
    except BadFile as fault:
        properties = stated.get("properties") if isinstance(stated, dict) else None
        known = dict(properties) if isinstance(properties, Mapping) else {}
        found = BadMap.of(fault)
        if not (repair or points) and _can_be_mended(stated, number):
            found = BadMap(found.where, found.what, f"{found.remedy}, or {OTHERWISE}")
        return Feature(f"feature {number}", [], known, faults=(found,))


def _can_be_mended(stated: Any, number: int) -> bool:
    try:
        _feature(stated, number, points=False, repair=True)
    except BadFile:
        return False
    return True


def _feature(stated: Any, number: int, points: bool, repair: bool) -> Feature:  # noqa: FBT001
    mended = ""
    if repair and not points:
        stated, mended = _polygons_alone(stated)
    numbers = WITH_MEASURE if repair else USUAL
    read = feature(stated, number, KINDS[points], MOST_OF_FEATURE, single=True, numbers=numbers)
    polygons = [[np.array(ring, np.float64) for ring in rings] for rings in read.polygons]
    where, done = f"feature {number}", (mended,) if mended else ()
    return Feature(
        where, polygons, dict(read.properties), read.point, (), done, heights=read.heights
    )


def _polygons_alone(stated: Any) -> tuple[Any, str]:
    """A feature of a GeometryCollection as one of the polygons in it, and what was left out."""
    geometry = stated.get("geometry") if isinstance(stated, dict) else None
    parts = geometry.get("geometries") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") != "GeometryCollection":
        return stated, ""
    kinds = [part.get("type") if isinstance(part, dict) else None for part in parts or ()]
    polygons: list[Any] = []
    for kind, part in zip(kinds, parts or (), strict=True):
        if kind == "Polygon":
            polygons.append(part.get("coordinates"))
        elif kind == "MultiPolygon" and isinstance(part.get("coordinates"), list):
            polygons += part["coordinates"]
    if not polygons:
        return stated, ""
    others = [str(kind)[:20] for kind in kinds if kind not in KINDS[False]]
    left = f", without {len(others)} {others[0]}" if others else ""
    whole = {"type": "MultiPolygon", "coordinates": polygons}
    return {**stated, "geometry": whole}, f"the polygons of its GeometryCollection{left}"
