"""GeoJSON as map features: polygons or points, in the coordinate system that it declares."""

import numpy as np

from riskscore.sources.bad_file import BadFile
from riskscore.sources.maps.map_features import (
    MOST_OF_FEATURE,
    BadMap,
    Feature,
    Parsed,
    refuse_excess,
)
from riskscore.sources.readers.geojson import feature, features

KINDS = {False: ("Polygon", "MultiPolygon"), True: ("Point",)}


def parse(content: bytes, *, points: bool = False) -> Parsed:
    """The features of a FeatureCollection, a Feature or a bare geometry. Raises BadMap."""
    try:
        result = features(content, single=True)
        read = [_feature(stated, number, points) for number, stated in enumerate(result.stated, 1)]
    except BadFile as fault:
        raise BadMap.of(fault) from None
    return Parsed(result.declared, refuse_excess(read))


def _feature(stated: object, number: int, points: bool) -> Feature:  # noqa: FBT001
    read = feature(stated, number, KINDS[points], MOST_OF_FEATURE, single=True)
    polygons = [[np.array(ring, np.float64) for ring in rings] for rings in read.polygons]
    return Feature(f"feature {number}", polygons, dict(read.properties), read.point)
