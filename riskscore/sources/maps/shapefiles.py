"""Zipped shapefiles, read by pyshp."""

import io
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import shapefile

from riskscore.sources.maps import archives, code_pages, table_texts
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
FLAT = {shapefile.POLYGON, shapefile.POINT}
NO_TABLE = "it has no .dbf, and so no names: its lands are called by their numbers"
DELETED = "features that its table marks as deleted are left out"


def parse(content: bytes, *, points: bool = False) -> Parsed:
    """The features of the one shapefile in a zip file. Raises BadMap.

    A feature that cannot be read has faults.
    """
    parts = _parts(content)
    if "prj" not in parts:
        raise BadMap(
            "the shapefile",
            "has no .prj and so no coordinate system",
            "add its .prj, or save it as GeoJSON in WGS 84",
        )
    coding = table_texts.encoding_of(parts.get("dbf", b""), parts.get("cpg", b""))
    try:
        features, remarks = _features(parts, points, coding.name)
    except BadMap:
        raise
    except Exception as error:  # pyshp raises whatever broken bytes make it stumble over
        raise BadMap(
            "the shapefile", f"cannot be read ({type(error).__name__})", "export it again"
        ) from None
    return Parsed(_system(parts["prj"]), refuse_excess(features), (*coding.remarks, *remarks))


def _parts(content: bytes) -> dict[str, bytes]:
    """The files of the one shapefile, by their endings without the dot."""
    found = archives.members(content, PARTS)
    if len(found[".shp"]) != 1:
        names = ", ".join(name for name, _ in found[".shp"]) or "none"
        raise BadMap("the zip file", f"must hold one .shp (it has: {names})", archives.AGAIN)
    stem = _stem(found[".shp"][0][0])
    result = {}
    for ending, members in found.items():
        alike = [content for name, content in members if _stem(name) == stem]
        if members and not alike:
            what = f"holds {members[0][0][:80]}, which is called otherwise than its .shp"
            raise BadMap("the zip file", what, archives.AGAIN)
        if alike:
            result[ending[1:]] = alike[0]
    return result


def _stem(name: str) -> str:
    return str(PurePosixPath(name).with_suffix("")).casefold()


def _system(prj: bytes) -> str:
    """The text of a .prj, which some programs begin with a mark of its encoding."""
    is_wide = prj[:2] in code_pages.WIDE
    return prj.decode("utf-16" if is_wide else "utf-8-sig", "replace").strip(" \t\r\n\0\ufeff")


def _features(
    parts: dict[str, bytes],
    points: bool,  # noqa: FBT001
    coding: str,
) -> tuple[list[Feature], list[str]]:
    kinds = POINTS if points else POLYGONS
    files = {name: io.BytesIO(parts[name]) for name in ("shp", "shx", "dbf") if name in parts}
    errors = table_texts.CUT_LETTER
    with shapefile.Reader(**files, encoding=coding, encodingErrors=errors) as reader:
        if reader.shapeType not in kinds:
            raise wrong_kind("the shapefile", reader.shapeTypeName, points=points)
        if len(reader) > MOST_FEATURES:
            raise BadMap("the shapefile", f"has {len(reader):,} features", "load it in parts")
        shapes = list(reader.iterShapes())
        if "dbf" not in parts:
            return [_feature(n, shape, {}) for n, shape in enumerate(shapes, 1)], [NO_TABLE]
        records = list(reader.iterRecords(deleted_as_None=True))
    if len(records) != len(shapes):
        what = f"has {len(shapes):,} shapes, but its table {len(records):,} rows"
        raise BadMap("the shapefile", what, "export it again")
    pairs = list(enumerate(zip(shapes, records, strict=True), 1))
    gone = sum(record is None for _, (_, record) in pairs)
    features = [_feature(n, shape, row.as_dict()) for n, (shape, row) in pairs if row is not None]
    return features, [f"{gone:,} {DELETED}"] if gone else []


def _feature(number: int, shape: Any, properties: dict[str, Any]) -> Feature:
    where = f"feature {number}"
    if shape.shapeType not in POLYGONS | POINTS or not shape.points:
        fault = BadMap(where, "has no geometry", "leave it out or draw it")
        return Feature(where, [], properties, faults=(fault,))
    heights = shape.shapeType not in FLAT
    if shape.shapeType in POINTS:
        x, y = shape.points[0][:2]
        return Feature(where, [], properties, (float(x), float(y)), heights=heights)
    geometry = shape.__geo_interface__
    many = geometry["coordinates"]
    polygons = [many] if geometry["type"] == "Polygon" else many
    faults = _stray_holes(where, shape)
    rings = [] if faults else [_rings(rings) for rings in polygons]
    return Feature(where, rings, properties, faults=faults, heights=heights)


def _stray_holes(where: str, shape: Any) -> tuple[BadMap, ...]:
    """A ring that runs as a hole beside the parts: a hole in nothing, or a part backwards."""
    if not shape._errors.get("polygon_orphaned_holes"):
        return ()
    what = "has a ring that runs as a hole but lies in no part: a hole, or a part drawn backwards"
    return (BadMap(where, what, "export it again, or mend it in a GIS"),)


def _rings(rings: Any) -> Polygon:
    return [np.array(ring, np.float64)[:, :2] for ring in rings]
