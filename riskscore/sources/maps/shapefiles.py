"""Zipped shapefiles, read by pyshp."""

import io
from typing import Any

import numpy as np
import shapefile

from riskscore.sources.maps import archives
from riskscore.sources.maps.map_features import (
    MOST_FEATURES,
    BadMap,
    Feature,
    Parsed,
    Polygon,
    refuse_excess,
    wrong_kind,
)

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
POLYGONS = {shapefile.POLYGON, shapefile.POLYGONZ, shapefile.POLYGONM}
POINTS = {shapefile.POINT, shapefile.POINTZ, shapefile.POINTM}


def parse(content: bytes, *, points: bool = False) -> Parsed:
    """The features of the one shapefile in a zip file. Raises BadMap."""
    result = archives.members(content, PARTS)
    if len(result[".shp"]) != 1:
        names = ", ".join(name for name, _ in result[".shp"]) or "none"
        raise BadMap("the zip file", f"must hold one .shp (it has: {names})", archives.AGAIN)
    if not result[".prj"]:
        raise BadMap(
            "the shapefile",
            "has no .prj and so no coordinate system",
            "add its .prj, or save it as GeoJSON in WGS 84",
        )
    parts = {ending[1:]: members[0][1] for ending, members in result.items() if members}
    try:
        features = _features(parts, points)
    except BadMap:
        raise
    except Exception as error:  # pyshp raises whatever broken bytes make it stumble over
        raise BadMap(
            "the shapefile", f"cannot be read ({type(error).__name__})", "export it again"
        ) from None
    return Parsed(parts["prj"].decode("utf-8", "replace").strip(), refuse_excess(features))


def _features(parts: dict[str, bytes], points: bool) -> list[Feature]:  # noqa: FBT001
    kinds = POINTS if points else POLYGONS
    files = {name: io.BytesIO(parts[name]) for name in ("shp", "shx", "dbf") if name in parts}
    coding = parts.get("cpg", b"utf-8").decode("ascii", "replace").strip() or "utf-8"
    with shapefile.Reader(**files, encoding=coding, encodingErrors="replace") as reader:
        if reader.shapeType not in kinds:
            raise wrong_kind("the shapefile", reader.shapeTypeName, points=points)
        if len(reader) > MOST_FEATURES:
            raise BadMap("the shapefile", f"has {len(reader):,} features", "load it in parts")
        records = reader.iterRecords() if "dbf" in parts else iter(())
        return [
            _feature(number, shape, next(records, None))
            for number, shape in enumerate(reader.iterShapes(), 1)
        ]


def _feature(number: int, shape: Any, record: Any) -> Feature:
    where = f"feature {number}"
    if shape.shapeType not in POLYGONS | POINTS or not shape.points:
        raise BadMap(where, "has no geometry", "leave it out or draw it")
    properties = record.as_dict() if record else {}
    if shape.shapeType in POINTS:
        x, y = shape.points[0][:2]
        return Feature(where, [], properties, (float(x), float(y)))
    geometry = shape.__geo_interface__
    many = geometry["coordinates"]
    polygons = [many] if geometry["type"] == "Polygon" else many
    return Feature(where, [_rings(rings) for rings in polygons], properties)


def _rings(rings: Any) -> Polygon:
    return [np.array(ring, np.float64)[:, :2] for ring in rings]
