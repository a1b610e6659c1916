"""Map files as polygons of WGS 84: GeoJSON, zipped shapefiles, GeoPackages. Pure and suspicious.

Whoever uploads a map may be careless or hostile. A file is read within limits, each ring is
checked, and the first fault is told with its place and its remedy; nothing is repaired silently.
"""

from riskscore.maps import geojson_features, geopackage, shapefiles
from riskscore.maps.map_features import BadMap, Parsed
from riskscore.maps.polygons import Mapped, Shape, area, lands, outline

__all__ = ["MOST_BYTES", "BadMap", "Mapped", "Shape", "area", "lands", "outline", "read"]

MOST_BYTES = 32 * 2**20


def read(content: bytes) -> Parsed:
    """The features of a file, its kind told by its first bytes. Raises BadMap."""
    if len(content) > MOST_BYTES:
        raise BadMap(
            "the file",
            f"has more than {MOST_BYTES // 2**20} MB",
            "simplify its outlines, or load it in parts as several layers",
        )
    if content.startswith(b"PK"):
        return shapefiles.parse(content)
    if content.startswith(geopackage.MAGIC):
        return geopackage.parse(content)
    return geojson_features.parse(content)
