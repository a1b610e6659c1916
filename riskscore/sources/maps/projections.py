"""From a file's coordinate system to degrees of WGS 84, longitude first."""

import re
from collections.abc import Callable

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from riskscore.sources.maps.map_features import BadMap, Ring
from riskscore.sources.readers.geojson import is_wgs84

#: Parts of a definition that would make PROJ open files.
OPENS_FILES = re.compile(
    r"\b(init|file|catalog)\s*=|grids\s*=\s*(?!@null)|parameterfile", re.IGNORECASE
)
GIVE = "name it as EPSG:<number> or as a PROJ string, or save the file in WGS 84 (EPSG:4326)"
MOST = 20_000

Degrees = Callable[[Ring], Ring]


def to_degrees(declared: str) -> Degrees:
    """What turns positions of the declared system into degrees. Raises BadMap if it is unknown."""
    if is_wgs84(declared):
        return lambda ring: ring
    if len(declared) > MOST or OPENS_FILES.search(declared):
        raise BadMap("the coordinate system", "is not one that is read here", GIVE)
    try:
        system = CRS.from_user_input(declared)
        transformer = Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    except ProjError:
        what = f"{declared[:60]!r} is not understood"
        raise BadMap("the coordinate system", what, GIVE) from None

    def transformed(ring: Ring) -> Ring:
        return np.column_stack(transformer.transform(ring[:, 0], ring[:, 1]))

    return transformed


def called(declared: str) -> str:
    """How a message names the system."""
    if not declared:
        return "WGS 84"
    try:
        return str(CRS.from_user_input(declared).name)
    except ProjError:
        return declared[:60]
