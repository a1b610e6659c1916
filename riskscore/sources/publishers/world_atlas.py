"""world-atlas 50m countries: Natural Earth outlines as TopoJSON, decoded here.

TopoJSON keeps each border once, as an arc of quantised differences; a ring is a list of arcs,
``~i`` standing for arc i backwards. https://github.com/topojson/topojson-specification
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.text import decoded
from riskscore.sources.source_records import Source

SOURCE = Source(
    code="world-atlas",
    publisher="Natural Earth, through world-atlas",
    title="50m countries",
    url="https://github.com/topojson/world-atlas",
    licence="ISC (world-atlas); public domain (Natural Earth)",
    redistributable=True,
    attribution="Made with Natural Earth; world-atlas.",
)
Point = tuple[float, float]
Ring = tuple[Point, ...]
Polygon = tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class OutlineRecord:
    """A country's name, its ISO 3166 number (empty: none) and its polygons, (lon, lat) degrees.

    Rings of Russia, Fiji and Antarctica cross the antimeridian as they stand in the file.
    """

    place: str
    iso_numeric: str
    polygons: tuple[Polygon, ...]


def parse(content: bytes) -> Iterator[OutlineRecord]:
    """Every country of the file; several may belong to one place."""
    try:
        topology = json.loads(decoded(content))
        arcs = _arcs(topology)
        for shape in topology["objects"]["countries"]["geometries"]:
            yield OutlineRecord(
                shape["properties"]["name"], shape.get("id") or "", _polygons(shape, arcs)
            )
    except (json.JSONDecodeError, KeyError, TypeError, IndexError) as error:
        raise BadFile(f"not a countries TopoJSON ({error})", remedy="Fetch it again.") from error


def _arcs(topology: dict[str, Any]) -> list[Ring]:
    """Each arc in degrees: differences summed, then scaled and moved."""
    (scale_x, scale_y) = topology["transform"]["scale"]
    (left, bottom) = topology["transform"]["translate"]
    return [
        tuple(
            (left + x * scale_x, bottom + y * scale_y)
            for x, y in zip(
                accumulate(step[0] for step in arc),
                accumulate(step[1] for step in arc),
                strict=True,
            )
        )
        for arc in topology["arcs"]
    ]


def _polygons(shape: dict[str, Any], arcs: list[Ring]) -> tuple[Polygon, ...]:
    pieces = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    return tuple(tuple(_ring(ring, arcs) for ring in piece) for piece in pieces)


def _ring(indices: list[int], arcs: list[Ring]) -> Ring:
    """Join arcs; the last point of one is the first of the next, and stands once."""
    points: list[Point] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(arc[1:] if points else arc)
    return tuple(points)
