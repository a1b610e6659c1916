"""Outlines of countries, to draw maps with: from their publisher to the bundle.

They are plainer than the publisher's and for the eye only: which country a site lies in is decided
by the whole ones while the bundle is made (:mod:`riskscore.engine.inputs.borders`).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import shapely
from shapely.errors import GEOSException

from riskscore.bundle import cells
from riskscore.bundle.cells import Column
from riskscore.bundle.fixture_tables import write
from riskscore.bundle.layout import Table
from riskscore.engine.inputs.borders import cut
from riskscore.sources.names import Names
from riskscore.sources.publishers.world_atlas import OutlineRecord

#: Decimals of a degree that are kept, and how far an outline may move: 1 km, where the map, at
#: 1:50 million, is right to several.
PLACES = 3
SLACK = 0.01


class OutlinePart(NamedTuple):
    """One polygon of a country, as well-known text in degrees, longitude first. ``place`` is empty
    where the map draws something that the table of places does not know."""

    release: str
    name: str
    part: int
    place: str
    wkt: str


def _polygon(cell: str) -> str:
    try:
        if shapely.from_wkt(cell).geom_type == "Polygon":
            return cell
    except GEOSException as error:
        raise ValueError(cell[:80]) from error
    raise ValueError(cell[:80])


TABLE = Table(
    "outlines.csv.gz",
    OutlinePart,
    (
        cells.text("release"),
        cells.text("name"),
        cells.integer("part"),
        cells.words("place"),
        Column("wkt", _polygon, "Write a POLYGON."),
    ),
    key=("release", "name", "part"),
)


def make(target: Path, release: str, records: Sequence[OutlineRecord], names: Names) -> int:
    """Write the bundle's table; how many rows."""
    return write(target, TABLE, _parts(release, records, names))


def _parts(release: str, records: Sequence[OutlineRecord], names: Names) -> Iterator[OutlinePart]:
    for record in records:
        whole = shapely.union_all([part for polygon in record.polygons for part in cut(polygon)])
        plain = shapely.simplify(whole, SLACK, preserve_topology=True)
        rounded = shapely.set_precision(plain, 10.0**-PLACES)
        kept = plain if rounded.is_empty else rounded
        for part, polygon in enumerate(_polygons(kept), 1):
            text = shapely.to_wkt(polygon, rounding_precision=PLACES)
            yield OutlinePart(release, record.place, part, names.place(record.place) or "", text)


def _polygons(shape: shapely.Geometry) -> list[shapely.Geometry]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
