"""A map file's bytes to its features, whatever program wrote it."""

from riskscore.sources.maps import geojson_features, geopackage, shapefiles
from riskscore.sources.maps.map_features import BadMap, Parsed
from riskscore.sources.readers.geojson import BOM

MOST_BYTES = 32 * 2**20
#: What people bring besides, by its first bytes.
OTHERS = {
    b"<": "is KML, GML or another XML",
    b"\x1f\x8b": "is packed with gzip",
    b"\0\0\x27\x0a": "is the .shp of a shapefile alone",
    b"Rar!": "is a RAR archive",
    b"7z\xbc\xaf": "is a 7z archive",
}
GIVE = "give GeoJSON, a GeoPackage, or a zip with the .shp, .shx, .dbf and .prj of one shapefile"


def read(content: bytes, *, points: bool = False, repair: bool = False) -> Parsed:
    """The features of a file, its kind told by its first bytes. Raises BadMap.

    All of them must be polygons, or with ``points`` single points; one that is not has faults.
    ``repair``: of what is not, take what can be.
    """
    if len(content) > MOST_BYTES:
        raise BadMap(
            "the file",
            f"has more than {MOST_BYTES // 2**20} MB",
            "simplify its outlines, or load it in parts as several layers",
        )
    if content.startswith(b"PK"):
        return shapefiles.parse(content, points=points)
    if content.startswith(geopackage.MAGIC):
        return geopackage.parse(content, points=points)
    for start, what in OTHERS.items():
        if content.removeprefix(BOM).lstrip().startswith(start):
            raise BadMap("the file", what, GIVE)
    return geojson_features.parse(content, points=points, repair=repair)
