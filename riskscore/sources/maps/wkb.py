"""Well-known binary of polygons and points, read without recursion: nesting exhausts no stack."""

import struct
from typing import NamedTuple

import numpy as np

from riskscore.sources.maps.map_features import BadMap, Polygon, Ring, wrong_kind

KINDS = {1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString",
         6: "MultiPolygon", 7: "GeometryCollection"}  # fmt: skip
POINT, POLYGON, MULTIPOLYGON = 1, 3, 6
EWKB_Z, EWKB_M = 0x8000_0000, 0x4000_0000


class Cursor:
    """A position in bytes that never reads beyond their end."""

    def __init__(self, content: bytes, where: str) -> None:
        self.content, self.where, self.at, self.order = content, where, 0, "<"

    def head(self) -> tuple[int, int]:
        """(kind, dimensions) of the geometry that begins here."""
        self.order = "<" if self._take(1) == b"\x01" else ">"
        code = self.number()
        extra = ((code & EWKB_Z) != 0) + ((code & EWKB_M) != 0)
        code &= 0x0FFF_FFFF
        return code % 1000, 2 + (extra or {0: 0, 1: 1, 2: 1, 3: 2}.get(code // 1000, 0))

    def number(self) -> int:
        """An unsigned integer of four bytes."""
        return int(struct.unpack(f"{self.order}I", self._take(4))[0])

    def some(self) -> int:
        """A number of parts, which is not zero."""
        if not (result := self.number()):
            raise BadMap(self.where, "has an empty geometry", "leave it out or draw it")
        return result

    def ring(self, dimensions: int) -> Ring:
        """The next ring, without heights and measures."""
        return self.positions(self.some(), dimensions)

    def positions(self, count: int, dimensions: int) -> Ring:
        """So many positions, without heights and measures."""
        raw = self._take(count * dimensions * 8)
        return np.frombuffer(raw, f"{self.order}f8").reshape(count, dimensions)[:, :2].astype(float)

    def _take(self, size: int) -> bytes:
        result = self.content[self.at : self.at + size]
        if len(result) < size:
            raise BadMap(self.where, "has a geometry that breaks off", "export the file again")
        self.at += size
        return result


class Geometry(NamedTuple):
    """Polygons, or a point; whether it had heights or measures."""

    polygons: list[Polygon]
    point: tuple[float, float] | None
    heights: bool


def point(content: bytes, where: str) -> Geometry:
    """The position of a Point. Raises BadMap for all else."""
    cursor = Cursor(content, where)
    kind, dimensions = cursor.head()
    if kind != POINT:
        raise wrong_kind(where, KINDS.get(kind, f"geometry of kind {kind}"), points=True)
    ((x, y),) = cursor.positions(1, dimensions)
    return Geometry([], (float(x), float(y)), dimensions > 2)


def polygons(content: bytes, where: str) -> Geometry:
    """The polygons of a Polygon or MultiPolygon. Raises BadMap for all else."""
    cursor = Cursor(content, where)
    kind, dimensions = cursor.head()
    if kind == POLYGON:
        return Geometry([_polygon(cursor, dimensions)], None, dimensions > 2)
    if kind != MULTIPOLYGON:
        raise wrong_kind(where, KINDS.get(kind, f"geometry of kind {kind}"))
    parts = [_part(cursor) for _ in range(cursor.some())]
    return Geometry(parts, None, dimensions > 2)


def _part(cursor: Cursor) -> Polygon:
    kind, dimensions = cursor.head()
    if kind != POLYGON:
        raise wrong_kind(cursor.where, "MultiPolygon with other parts than polygons")
    return _polygon(cursor, dimensions)


def _polygon(cursor: Cursor, dimensions: int) -> Polygon:
    return [cursor.ring(dimensions) for _ in range(cursor.some())]
