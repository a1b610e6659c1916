"""The area that a map covers, as people write it."""

import re

import numpy as np
import shapely

from riskscore.engine.inputs.mapped_area import MappedArea
from riskscore.sources.maps.map_features import BadMap
from riskscore.sources.maps.map_files import read
from riskscore.sources.maps.polygons import area

CODES = re.compile(r"[A-Za-z]{3}(\s*[,\s]\s*[A-Za-z]{3})*")


def mapped_area(text: str) -> MappedArea:
    """A mapped area from `west, south, east, north`, GeoJSON, or codes of countries (ARG, CHL).

    Nothing: the map never tells absence. Raises BadMap.
    """
    text = text.strip()
    if not text:
        return MappedArea()
    if text.startswith("{"):
        return MappedArea(area(read(text.encode())))
    if CODES.fullmatch(text):
        return MappedArea(None, frozenset(re.findall(r"[A-Z]{3}", text.upper())))
    try:
        west, south, east, north = (float(part) for part in text.replace(",", " ").split())
    except ValueError:
        west = south = east = north = np.nan
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise BadMap(
            "the mapped area",
            f"is {text[:40]!r}",
            "give west, south, east, north in degrees (-74, -18, -44, 5.5), GeoJSON polygons, or"
            " codes of countries (ARG, CHL)",
        )
    return MappedArea(shapely.box(west, south, east, north))
