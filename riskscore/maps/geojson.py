"""GeoJSON (RFC 7946): polygons only, every level of nesting checked by its type."""

from typing import Any

import numpy as np
import orjson

from riskscore.maps.map_features import (
    BadMap,
    Feature,
    Parsed,
    Polygon,
    Ring,
    only_polygons,
    refuse_excess,
    refuse_many_vertices,
)


def parse(content: bytes) -> Parsed:
    """The features of a FeatureCollection, a Feature or a bare geometry. Raises BadMap."""
    document = _document(content)
    features = [_feature(item, number) for number, item in enumerate(_items(document), 1)]
    return Parsed(_declared(document), refuse_excess(features))


def _document(content: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadMap(
            f"line {error.lineno}, column {error.colno}",
            f"is no JSON ({error.msg})",
            "give GeoJSON in UTF-8, without NaN and nested at most 1,000 deep; or a zipped"
            " shapefile, or a GeoPackage",
        ) from None
    if not isinstance(found, dict):
        raise BadMap("the file", "holds no GeoJSON object", "export it as a FeatureCollection")
    return found


def _items(document: dict[str, Any]) -> list[Any]:
    if document.get("type") != "FeatureCollection":
        return [document]
    items = document.get("features")
    if not isinstance(items, list):
        raise BadMap("features", "is no list", "a FeatureCollection has a list of features")
    return items


def _declared(document: dict[str, Any]) -> str:
    """The name in the member `crs`, which GeoJSON had before RFC 7946."""
    if (member := document.get("crs")) is None:
        return ""
    try:
        name = member["properties"]["name"]
        if isinstance(name, str):
            return name
    except (KeyError, TypeError):
        pass
    raise BadMap("crs", "names no coordinate system", "leave it out and give WGS 84 degrees")


def _feature(item: Any, number: int) -> Feature:
    where = f"feature {number}"
    if not isinstance(item, dict):
        raise BadMap(where, "is no object", "export the file again as GeoJSON")
    inside = item.get("geometry") if item.get("type") == "Feature" else item
    if not isinstance(inside, dict):
        raise BadMap(where, "has no geometry", "leave it out or draw it")
    properties = item.get("properties")
    known = properties if isinstance(properties, dict) else {}
    return Feature(where, list(_polygons(inside, where)), known)


def _polygons(geometry: dict[str, Any], where: str) -> list[Polygon]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise only_polygons(where, f"{kind}"[:40])
    many = _list(coordinates, where) if kind == "MultiPolygon" else [coordinates]
    return [[_ring(ring, where) for ring in _list(polygon, where)] for polygon in many]


def _list(value: Any, where: str) -> list[Any]:
    if isinstance(value, list) and value:
        return value
    raise BadMap(where, "has empty or misplaced coordinates", "leave it out or draw it again")


def _ring(value: Any, where: str) -> Ring:
    positions = _list(value, where)
    refuse_many_vertices(where, len(positions))
    for at, position in enumerate(positions, 1):
        if not _is_position(position):
            raise BadMap(
                f"{where}, position {at}",
                f"is {str(position)[:40]}",
                "a position is two or three numbers: longitude, latitude, height",
            )
    return np.array([position[:2] for position in positions], np.float64)


def _is_position(value: Any) -> bool:
    if not isinstance(value, list) or len(value) not in (2, 3):
        return False
    return all(type(number) in (int, float) for number in value)
