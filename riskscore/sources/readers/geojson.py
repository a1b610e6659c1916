"""Reading GeoJSON features strictly: WGS 84, longitude first, bounded in depth and in size.

Source of the format: RFC 7946. Faults carry a pointer such as ``features/2/geometry``.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from riskscore.engine.inputs.borders import cut
from riskscore.sources import BadFile

LARGEST = 20 * 1024**2
DEEPEST = 8
MOST_VERTICES = 10_000
WGS84 = ("crs84", "epsg:4326", "epsg::4326", "wgs84", "wgs 84")
SUPPORTED = ("Point", "Polygon", "MultiPolygon")
DRAW_AGAIN = "Correct the shape in a GIS and export it as GeoJSON (WGS 84)."


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: its number in the file from 1, its properties, and its shape in degrees."""

    number: int
    properties: Mapping[str, Any]
    shape: BaseGeometry


def features(file: BinaryIO) -> Iterator[Feature | BadFile]:
    """Each feature of a FeatureCollection, or what is wrong with it.

    Raises BadFile when the file as a whole is no GeoJSON in WGS 84.
    """
    for number, stated in enumerate(_collection(file), start=1):
        try:
            yield _feature(stated, number)
        except BadFile as error:
            yield error


def _collection(file: BinaryIO) -> Sequence[Any]:
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadFile(f"more than {LARGEST:,} bytes", remedy="Split the file.")
    try:
        whole = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadFile(f"not JSON ({error})", row=error.lineno, remedy=DRAW_AGAIN) from error
    if not isinstance(whole, dict) or whole.get("type") != "FeatureCollection":
        raise BadFile("not a FeatureCollection", column="type", remedy=DRAW_AGAIN)
    _check_reference_system(whole.get("crs"))
    found = whole.get("features")
    if not isinstance(found, list):
        raise BadFile("not a list", column="features", remedy=DRAW_AGAIN)
    return found


def _check_reference_system(crs: Any) -> None:
    """Older files name their reference system; only WGS 84 is degrees of longitude, latitude."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not name.casefold().endswith(WGS84):
        raise BadFile(
            "another reference system than WGS 84",
            column="crs",
            value=name or crs,
            remedy="Reproject the layer to EPSG:4326.",
        )


def _feature(stated: Any, number: int) -> Feature:
    if not isinstance(stated, dict) or stated.get("type") != "Feature":
        raise BadFile("not a Feature", row=number, column="type", remedy=DRAW_AGAIN)
    properties = stated.get("properties") or {}
    if not isinstance(properties, dict):
        raise BadFile("not an object", row=number, column="properties", remedy=DRAW_AGAIN)
    return Feature(number, properties, shape_of(stated.get("geometry"), number))


def shape_of(geometry: Any, number: int) -> BaseGeometry:
    """A point, or polygons cut at the antimeridian, from a GeoJSON geometry; BadFile otherwise."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in SUPPORTED:
        raise _bad(number, f"a geometry that is none of {', '.join(SUPPORTED)}", kind)
    coordinates = geometry.get("coordinates")
    _check_depth(coordinates, number)
    if kind == "Point":
        return shapely.Point(_position(coordinates, number))
    parts = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(parts, list) or not parts:
        raise _bad(number, "an empty geometry", coordinates)
    return shapely.union_all([piece for part in parts for piece in _polygon(part, number)])


def _check_depth(coordinates: Any, number: int) -> None:
    """Walk level by level, not by recursion: nesting is what an attacker chooses."""
    level, depth, vertices = [coordinates], 0, 0
    while level:
        depth += 1
        vertices += sum(1 for part in level if isinstance(part, list) and _is_position(part))
        if depth > DEEPEST or vertices > MOST_VERTICES:
            fault = f"nested more than {DEEPEST} deep" if depth > DEEPEST else (
                f"more than {MOST_VERTICES:,} vertices"
            )  # fmt: skip
            raise _bad(number, fault, None, "Simplify the shape.")
        level = [
            inner
            for part in level
            if isinstance(part, list) and not _is_position(part)
            for inner in part
        ]


def _is_position(part: list[Any]) -> bool:
    return bool(part) and isinstance(part[0], int | float)


def _polygon(rings: Any, number: int) -> list[BaseGeometry]:
    if not isinstance(rings, list) or not rings:
        raise _bad(number, "an empty polygon", rings)
    return cut([_ring(ring, number) for ring in rings])


def _ring(ring: Any, number: int) -> list[tuple[float, float]]:
    if not isinstance(ring, list):
        raise _bad(number, "not a ring", ring)
    points = [_position(position, number) for position in ring]
    if len(points) < 4 or points[0] != points[-1]:
        raise _bad(number, "a ring that is not closed", points[-1:] or ring)
    crossing = shapely.is_simple(shapely.LineString(points))
    if not crossing:
        raise _bad(number, "a ring that crosses itself", points[0])
    return points


def _position(position: Any, number: int) -> tuple[float, float]:
    if not isinstance(position, list) or len(position) not in (2, 3):
        raise _bad(number, "not a position of two or three numbers", position)
    numbers = [x for x in position if isinstance(x, int | float) and not isinstance(x, bool)]
    if len(numbers) != len(position) or not all(math.isfinite(x) for x in numbers):
        raise _bad(number, "not a position of finite numbers", position)
    lon, lat = float(numbers[0]), float(numbers[1])
    if abs(lon) > 180 or abs(lat) > 90:
        remedy = "Longitude comes first, in degrees; reproject the layer to EPSG:4326."
        raise _bad(number, "outside ±180 degrees of longitude or ±90 of latitude", position, remedy)
    return lon, lat


def _bad(number: int, reason: str, value: object, remedy: str = DRAW_AGAIN) -> BadFile:
    return BadFile(
        reason, row=number, column=f"features/{number - 1}/geometry", value=value, remedy=remedy
    )
