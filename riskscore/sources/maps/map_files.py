"""A map file's bytes to its features, whatever program wrote it."""

from riskscore.sources.maps import geojson_features, geopackage, shapefiles
from riskscore.sources.maps.map_features import BadMap, Parsed

MOST_BYTES = 32 * 2**20


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
    return geojson_features.parse(content, points=points, repair=repair)
