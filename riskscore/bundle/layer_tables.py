"""The bundle's tables of map layers: what they are, their points and their areas."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import shapely
from shapely.errors import GEOSException

from riskscore.bundle import cells
from riskscore.bundle.cells import Column
from riskscore.bundle.fixture_tables import rows_of
from riskscore.bundle.layout import Table
from riskscore.sources.maps import Shape
from riskscore.sources.maps.layer_about import KINDS


class Layer(NamedTuple):
    """A layer: whose it is, and the publisher file that it was read from. ``places`` are the
    countries in which what is not on it is not there."""

    code: str
    kind: str
    name: str
    steward: str
    edition: str
    licence: str
    redistributable: bool
    source: str
    attribution: str
    places: tuple[str, ...]
    file: str
    sha256: str
    rows: int


class LayerPoint(NamedTuple):
    """One point of a layer, in degrees."""

    layer: str
    number: int
    code: str
    name: str
    people: str
    lat: float
    lon: float


class LayerArea(NamedTuple):
    """One polygon of an area of a layer, as well-known text in degrees, longitude first."""

    layer: str
    number: int
    part: int
    code: str
    name: str
    people: str
    wkt: str


def _geometry(cell: str) -> str:
    try:
        is_valid = shapely.is_valid(shapely.from_wkt(cell))
    except GEOSException as error:
        raise ValueError(cell[:80]) from error
    if not is_valid:
        raise ValueError(cell[:80])
    return cell


_FEATURE = (
    cells.text("layer"),
    cells.integer("number"),
    cells.words("code"),
    cells.text("name"),
    cells.words("people"),
)
LAYERS = Table(
    "layers.csv",
    Layer,
    (
        cells.text("code"),
        cells.one_of("kind", tuple(KINDS)),
        cells.text("name"),
        cells.text("steward"),
        cells.text("edition"),
        cells.text("licence"),
        cells.truth("redistributable"),
        cells.text("source"),
        cells.text("attribution"),
        cells.many_of("places", None),
        cells.text("file"),
        cells.text("sha256"),
        cells.integer("rows"),
    ),
    key=("code",),
)
POINTS = Table(
    "layer_points.csv.gz",
    LayerPoint,
    (*_FEATURE, cells.real("lat", -90, 90), cells.real("lon", -180, 180)),
    key=("layer", "number"),
)
AREAS = Table(
    "layer_areas.csv.gz",
    LayerArea,
    (
        *_FEATURE[:2],
        cells.integer("part"),
        *_FEATURE[2:],
        Column("wkt", _geometry, "Write a valid POLYGON."),
    ),
    key=("layer", "number", "part"),
)


def layers(directory: Path) -> list[Layer]:
    """The layers of a bundle; none where it has no table of them."""
    if not (directory / LAYERS.file).exists():
        return []
    return [row for row in rows_of(directory, LAYERS) if isinstance(row, Layer)]


def shapes(directory: Path) -> dict[str, list[Shape]]:
    """What is on each layer, in the order of its file."""
    result: dict[str, list[tuple[int, Shape]]] = {}
    for layer, number, shape in (*_points(directory), *_areas(directory)):
        result.setdefault(layer, []).append((number, shape))
    return {
        code: [shape for _, shape in sorted(part, key=_number)] for code, part in result.items()
    }


def _number(part: tuple[int, Shape]) -> int:
    return part[0]


def _points(directory: Path) -> Iterator[tuple[str, int, Shape]]:
    for row in rows_of(directory, POINTS):
        layer, number, code, name, people, lat, lon = row
        yield layer, number, Shape(name, shapely.Point(lon, lat), people, code)


def _areas(directory: Path) -> Iterator[tuple[str, int, Shape]]:
    parts: dict[tuple[str, int], list[LayerArea]] = {}
    for row in rows_of(directory, AREAS):
        if isinstance(row, LayerArea):
            parts.setdefault((row.layer, row.number), []).append(row)
    for (layer, number), rows in parts.items():
        polygons = [shapely.from_wkt(row.wkt) for row in sorted(rows, key=_part)]
        shape: Any = polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)
        yield layer, number, Shape(rows[0].name, shape, rows[0].people, rows[0].code)


def _part(row: LayerArea) -> int:
    return row.part
