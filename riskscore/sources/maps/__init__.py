"""Map files as polygons or points of WGS 84: GeoJSON, zipped shapefiles, GeoPackages; points from
tables too. Pure and suspicious.

Whoever uploads a map may be careless or hostile. A file is read within limits, each ring is
checked, and every fault is told with its place and its remedy; nothing is mended unless that is
asked for, and then it is said by how much the area moved.
"""

from riskscore.sources.maps.feature_names import Shape
from riskscore.sources.maps.layer_about import LayerAbout
from riskscore.sources.maps.map_features import BadMap, Parsed
from riskscore.sources.maps.map_files import MOST_BYTES, read
from riskscore.sources.maps.mapped_text import mapped_area
from riskscore.sources.maps.polygons import Mapped, area, land_rows, lands, outline
from riskscore.sources.maps.single_points import points, table_points

__all__ = [
    "MOST_BYTES",
    "BadMap",
    "LayerAbout",
    "Mapped",
    "Parsed",
    "Shape",
    "area",
    "land_rows",
    "lands",
    "mapped_area",
    "outline",
    "points",
    "read",
    "table_points",
]
