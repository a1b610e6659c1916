"""GeoJSON as map features: polygons only, in the coordinate system that the file declares."""

import numpy as np

from riskscore.maps.map_features import MOST_OF_FEATURE, BadMap, Feature, Parsed, refuse_excess
from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.geojson import feature, features

KINDS = ("Polygon", "MultiPolygon")


def parse(content: bytes) -> Parsed:
    """The features of a FeatureCollection, a Feature or a bare geometry. Raises BadMap."""
    try:
        result = features(content, single=True)
        read = [_feature(stated, number) for number, stated in enumerate(result.stated, 1)]
    except BadFile as fault:
        raise BadMap.of(fault) from None
    return Parsed(result.declared, refuse_excess(read))


def _feature(stated: object, number: int) -> Feature:
    read = feature(stated, number, KINDS, MOST_OF_FEATURE, single=True)
    polygons = [[np.array(ring, np.float64) for ring in rings] for rings in read.polygons]
    return Feature(f"feature {number}", polygons, dict(read.properties))
