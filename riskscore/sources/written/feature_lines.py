"""GeoJSON (RFC 7946): a feature a line; what all are made from stands at the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from riskscore.sources.row_writing import dumps
from riskscore.sources.written.typed_columns import Column

#: The columns of a row's point, degrees by WGS 84.
POINT = ("longitude", "latitude")


def features(
    columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], facts: Mapping[str, Any]
) -> Iterator[bytes]:
    """A FeatureCollection, line by line. A row without a point is a feature without geometry."""
    names = [one.name for one in columns if one.name not in POINT]
    yield b'{"type":"FeatureCollection","features":[\n'
    mark, written = b"", 0
    for row in rows:
        at = [row[axis] for axis in POINT]
        place = {"type": "Point", "coordinates": at} if None not in at else None
        shown = {name: row[name] for name in names}
        yield mark + dumps({"type": "Feature", "geometry": place, "properties": shown})
        mark, written = b",\n", written + 1
    yield b"\n],%b}\n" % dumps({**facts, "rows": written})[1:-1]
