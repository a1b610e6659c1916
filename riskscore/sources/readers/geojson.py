"""Reading GeoJSON strictly, every level of nesting checked by its type, so never by recursion.

Source of the format: RFC 7946. What the positions mean (degrees, metres; which shapes are valid)
is the caller's to say: :mod:`riskscore.sources.readers.site_shapes` and
:mod:`riskscore.sources.maps`.
A fault of a feature carries its number as ``row`` and a pointer such as ``features/2/geometry``.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from riskscore.sources.bad_file import BadFile

Position = tuple[float, float]
Ring = list[Position]
BOM = b"\xef\xbb\xbf"
#: What degrees of WGS 84 are called; all of them are read with longitude first.
WGS84 = re.compile(
    r"|(urn:ogc:def:crs:)?(ogc:[\d.]*:?crs84|epsg:[\d.]*:?4326)|crs84|wgs ?84", re.IGNORECASE
)
LEAVE_OUT = "Leave it out or draw it again."


@dataclass(frozen=True, slots=True)
class Features:
    """A file as read: the reference system that it declares ("" = WGS 84), its raw features."""

    declared: str
    stated: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: its number in the file from 1, its properties, and a point or polygons.

    A polygon is its rings, the outer one first; numbers are as the file has them, x first.
    """

    number: int
    properties: Mapping[str, Any]
    point: Position | None
    polygons: list[list[Ring]]


def is_wgs84(declared: str) -> bool:
    """Whether a declared reference system is degrees of WGS 84; declaring none is."""
    return WGS84.fullmatch(declared.strip()) is not None


def features(content: bytes, *, single: bool = False) -> Features:
    """The features of a FeatureCollection. Raises BadFile when the file as a whole is none.

    ``single``: a file that is one Feature or one bare geometry will do too.
    """
    try:
        whole = orjson.loads(content.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        raise BadFile(
            f"is not JSON ({error})",
            row=error.lineno,
            remedy="Give GeoJSON in UTF-8, without NaN and nested at most 1,000 deep.",
        ) from error
    if not isinstance(whole, dict) or not (single or whole.get("type") == "FeatureCollection"):
        raise BadFile("is not a FeatureCollection", remedy="Export it as a FeatureCollection.")
    declared = _declared(whole.get("crs"))
    if whole.get("type") != "FeatureCollection":
        return Features(declared, [whole])
    stated = whole.get("features")
    if not isinstance(stated, list):
        raise BadFile(
            "is no list", column="features", remedy="A FeatureCollection has a list of features."
        )
    return Features(declared, stated)


def _declared(crs: Any) -> str:
    """The name in the member ``crs``, which GeoJSON had before RFC 7946."""
    if crs is None:
        return ""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str):
        return name
    raise BadFile(
        "names no coordinate system",
        column="crs",
        remedy="Leave it out and give degrees of WGS 84.",
    )


def feature(
    stated: Any, number: int, kinds: Sequence[str], most_vertices: int, *, single: bool = False
) -> Feature:
    """A feature whose geometry is of one of ``kinds`` (Point, Polygon, MultiPolygon).

    ``single``: ``stated`` may be a bare geometry. Raises BadFile for any fault of it.
    """
    if not isinstance(stated, dict) or not (single or stated.get("type") == "Feature"):
        raise _bad(number, "is no Feature", "Export the file again as GeoJSON.")
    geometry = stated.get("geometry") if stated.get("type") == "Feature" else stated
    if not isinstance(geometry, dict):
        raise _bad(number, "has no geometry", "Leave it out or draw it.")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in kinds:
        raise _bad(
            number,
            f"is a {str(kind)[:40]}, none of {', '.join(kinds)}",
            f"Leave it out, or save it as {' or '.join(kinds)}.",
        )
    properties = stated.get("properties") or {}
    if not isinstance(properties, dict):
        raise _bad(number, "has properties that are no object", "Export the file again.")
    if kind == "Point":
        return Feature(number, properties, _position(coordinates, number, 1), [])
    many = [coordinates] if kind == "Polygon" else _list(coordinates, number)
    return Feature(number, properties, None, _polygons(many, number, most_vertices))


def _polygons(many: list[Any], number: int, most: int) -> list[list[Ring]]:
    result: list[list[Ring]] = []
    vertices = 0
    for polygon in many:
        rings: list[Ring] = []
        for ring in _list(polygon, number):
            positions = _list(ring, number)
            vertices += len(positions)
            if vertices > most:
                raise _bad(number, f"has more than {most:,} vertices", "Simplify its outline.")
            rings.append([_position(at, number, n) for n, at in enumerate(positions, 1)])
        result.append(rings)
    return result


def _list(value: Any, number: int) -> list[Any]:
    if isinstance(value, list) and value:
        return value
    raise _bad(number, "has empty or misplaced coordinates", LEAVE_OUT)


def _position(value: Any, number: int, at: int) -> Position:
    if not isinstance(value, list) or len(value) not in (2, 3):
        raise _bad_position(value, number, at, "two or three numbers")
    # type(), because a bool is an int too.
    if not all(type(part) in (int, float) and math.isfinite(part) for part in value):
        raise _bad_position(value, number, at, "finite numbers")
    return float(value[0]), float(value[1])


def _bad_position(value: Any, number: int, at: int, due: str) -> BadFile:
    # Never the repr of a nested value: its depth is what an attacker chooses.
    nested = isinstance(value, list) and any(isinstance(part, list | dict) for part in value)
    shown = "lists" if nested or isinstance(value, dict) else str(value)[:40]
    return _bad(
        number,
        f"has {shown} for position {at}, which is not {due}",
        "A position is two or three numbers: longitude, latitude, height.",
    )


def _bad(number: int, reason: str, remedy: str) -> BadFile:
    return BadFile(reason, row=number, column=f"features/{number - 1}/geometry", remedy=remedy)
