"""Sites of a GeoJSON file: points and small outlines in degrees of WGS 84, longitude first.

An outline that crosses the antimeridian is cut there: of a site only the middle counts. (Lands,
whose very outline is scored, are read by :mod:`riskscore.sources.maps`, which mends nothing.)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import shapely
from shapely.geometry.base import BaseGeometry

from riskscore.engine.inputs.borders import cut
from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.geojson import Feature, Position, Ring, feature, features, is_wgs84

LARGEST = 20 * 1024**2
MOST_VERTICES = 10_000
KINDS = ("Point", "Polygon", "MultiPolygon")
DRAW_AGAIN = "Correct the shape in a GIS and export it as GeoJSON (WGS 84)."
REPROJECT = "Longitude comes first, in degrees; reproject the layer to EPSG:4326."


@dataclass(frozen=True, slots=True)
class SiteShape:
    """One feature: its number in the file from 1, its properties, and its shape in degrees."""

    number: int
    properties: Mapping[str, Any]
    shape: BaseGeometry


def site_shapes(file: BinaryIO) -> Iterator[SiteShape | BadFile]:
    """Each feature of a FeatureCollection, or what is wrong with it.

    Raises BadFile when the file as a whole is no GeoJSON in WGS 84.
    """
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadFile(f"more than {LARGEST:,} bytes", remedy="Split the file.")
    result = features(content)
    if not is_wgs84(result.declared):
        raise BadFile(
            "names another reference system than WGS 84",
            column="crs",
            value=result.declared,
            remedy="Reproject the layer to EPSG:4326.",
        )
    for number, stated in enumerate(result.stated, start=1):
        try:
            read = feature(stated, number, KINDS, MOST_VERTICES)
            yield SiteShape(number, read.properties, _shape(read))
        except BadFile as error:
            yield error


def _shape(read: Feature) -> BaseGeometry:
    if read.point is not None:
        _check_degrees([read.point], read.number)
        return shapely.Point(read.point)
    for rings in read.polygons:
        for ring in rings:
            _check_degrees(ring, read.number)
            _check_ring(ring, read.number)
    return shapely.union_all([piece for rings in read.polygons for piece in cut(rings)])


def _check_degrees(positions: list[Position], number: int) -> None:
    for lon, lat in positions:
        if abs(lon) > 180 or abs(lat) > 90:
            fault = "lies outside ±180 degrees of longitude or ±90 of latitude"
            raise _bad(number, fault, (lon, lat), REPROJECT)


def _check_ring(ring: Ring, number: int) -> None:
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise _bad(number, "has a ring that is not closed", ring[-1])
    if not shapely.is_simple(shapely.LineString(ring)):
        raise _bad(number, "has a ring that crosses itself", ring[0])


def _bad(number: int, reason: str, value: object, remedy: str = DRAW_AGAIN) -> BadFile:
    return BadFile(
        reason, row=number, column=f"features/{number - 1}/geometry", value=value, remedy=remedy
    )
