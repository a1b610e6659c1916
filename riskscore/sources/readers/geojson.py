"""Reading GeoJSON strictly, every level of nesting checked by its type, so never by recursion.

Source of the format: RFC 7946. What the positions mean (degrees, metres; which shapes are valid)
is the caller's to say: :mod:`riskscore.sources.readers.site_shapes` and
:mod:`riskscore.sources.maps`.
A fault of a feature carries its number as ``row`` and a pointer such as ``features/2/geometry``.
"""

import json
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
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
#: Words that are no JSON, but that programs write for numbers that they do not have.
UNNUMBERS = re.compile(rb"\b(NaN|Infinity)\b")
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
#: Numbers of a position: longitude, latitude, height; a measure is beyond RFC 7946.
USUAL, WITH_MEASURE = (2, 3), (2, 3, 4)
LEAVE_OUT = "Leave it out or draw it again."


@dataclass(frozen=True, slots=True)
class Features:
    """A file as read: the reference system that it declares ("" = WGS 84), its raw features.

    A feature may be a BadFile where its line is no JSON. ``by_line``: each line has one.
    """

    declared: str
    stated: Sequence[Any]
    by_line: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: its number in the file from 1, its properties, and a point or polygons.

    A polygon is its rings, the outer one first; numbers are as the file has them, x first.
    ``heights``: whether positions have more than two numbers.
    """

    number: int
    properties: Mapping[str, Any]
    point: Position | None
    polygons: list[list[Ring]]
    heights: bool = False


def is_wgs84(declared: str) -> bool:
    """Whether a declared reference system is degrees of WGS 84; declaring none is."""
    return WGS84.fullmatch(declared.strip()) is not None


def features(content: bytes, *, single: bool = False) -> Features:
    """The features of a FeatureCollection. Raises BadFile when the file as a whole is none.

    ``single``: a file that is one Feature or one bare geometry will do too.
    """
    plain = content.removeprefix(BOM)
    if (lines := line_delimited(plain)) is not None:
        return Features("", lines, by_line=True)
    whole = _parsed(plain)
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


def line_delimited(content: bytes) -> list[Any] | None:
    """The features of a file with one on each line (GeoJSONL, RFC 8142), None if it is none."""
    lines = [line.strip(b" \t\r\x1e") for line in content.split(b"\n")]
    stated = [(number, line) for number, line in enumerate(lines, 1) if line]
    if len(stated) < 2 or not all(line[:1] == b"{" and line[-1:] == b"}" for _, line in stated[:2]):
        return None
    return [_of_line(line, number) for number, line in stated]


def _of_line(line: bytes, number: int) -> Any:
    try:
        return _parsed(line)
    except BadFile as error:
        error.row = number
        return error


def _parsed(content: bytes) -> Any:
    """JSON, in which NaN and Infinity may stand as numbers, to be refused where they are."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        fault = _no_json(content, error)
    if not UNNUMBERS.search(content):
        raise fault
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise fault from None


def _no_json(content: bytes, error: orjson.JSONDecodeError) -> BadFile:
    reason = f"is not JSON ({error})"
    if content.startswith(UTF16_MARKS) or b"\0" in content[:4]:
        reason = "is UTF-16, which JSON may not be"
    else:
        try:
            content.decode()
        except UnicodeDecodeError as wrong:
            near = content[max(wrong.start - 12, 0) : wrong.start + 12].decode("ascii", "replace")
            reason = f"is not UTF-8 at byte {wrong.start + 1:,}: …{near.replace(UNREADABLE, '?')}…"
    return BadFile(
        reason,
        row=error.lineno,
        remedy="Give GeoJSON in UTF-8, without NaN and nested at most 1,000 deep.",
    )


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
    stated: Any,
    number: int,
    kinds: Sequence[str],
    most_vertices: int,
    *,
    single: bool = False,
    numbers: Sequence[int] = USUAL,
) -> Feature:
    """A feature whose geometry is of one of ``kinds`` (Point, Polygon, MultiPolygon).

    ``single``: ``stated`` may be a bare geometry; ``numbers``: how many a position may have.
    Raises BadFile for any fault of it.
    """
    if isinstance(stated, BadFile):
        raise stated
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
        at = _position(coordinates, number, 1, numbers)
        return Feature(number, properties, at, [], _list(coordinates, number)[2:] != [])
    many = [coordinates] if kind == "Polygon" else _list(coordinates, number)
    polygons = _polygons(many, number, most_vertices, numbers)
    return Feature(number, properties, None, polygons, _list(many[0], number)[0][0][2:] != [])


def _polygons(many: list[Any], number: int, most: int, numbers: Sequence[int]) -> list[list[Ring]]:
    result: list[list[Ring]] = []
    vertices = 0
    for polygon in many:
        rings: list[Ring] = []
        for ring in _list(polygon, number):
            positions = _list(ring, number)
            vertices += len(positions)
            if vertices > most:
                raise _bad(number, f"has more than {most:,} vertices", "Simplify its outline.")
            rings.append([_position(at, number, n, numbers) for n, at in enumerate(positions, 1)])
        result.append(rings)
    return result


def _list(value: Any, number: int) -> list[Any]:
    if isinstance(value, list) and value:
        return value
    raise _bad(number, "has empty or misplaced coordinates", LEAVE_OUT)


def _position(value: Any, number: int, at: int, numbers: Sequence[int]) -> Position:
    if not isinstance(value, list) or len(value) not in numbers:
        raise _bad_position(value, number, at, "two or three numbers")
    # type(), because a bool is an int too.
    if not all(type(part) in (int, float) and _is_finite(part) for part in value):
        raise _bad_position(value, number, at, "finite numbers", " Give them without NaN.")
    return float(value[0]), float(value[1])


def _is_finite(value: float) -> bool:
    """Whether a number is one that a float can hold."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _bad_position(value: Any, number: int, at: int, due: str, more: str = "") -> BadFile:
    # Never the repr of a nested value: its depth is what an attacker chooses.
    nested = isinstance(value, list) and any(isinstance(part, list | dict) for part in value)
    shown = "lists" if nested or isinstance(value, dict) else str(value)[:40]
    return _bad(
        number,
        f"has {shown} for position {at}, which is not {due}",
        f"A position is two or three numbers: longitude, latitude, height.{more}",
    )


def _bad(number: int, reason: str, remedy: str) -> BadFile:
    return BadFile(reason, row=number, column=f"features/{number - 1}/geometry", remedy=remedy)
