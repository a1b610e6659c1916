"""From rows to bytes: JSON by orjson, and CSV and NDJSON row by row."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from riskscore.sources.row_writing import dumps


class Json(BaseRenderer):
    """NaN, "nobody knows", is written as null. Times are UTC with Z."""

    media_type = "application/json"
    format = "json"
    charset: str | None = None

    def render(
        self,
        data: Any,
        _accepted_media_type: str | None = None,
        _renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The bytes of ``data``; nothing when there is none."""
        return b"" if data is None else dumps(data)


class Csv(Json):
    """Chosen by `Accept: text/csv`; the listing streams, so this renders nothing itself."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class NdJson(Json):
    """Chosen by `Accept: application/x-ndjson`; the listing streams."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class GeoJson(Json):
    """Chosen by `Accept: application/geo+json`, where rows have a place; the listing streams."""

    media_type = "application/geo+json"
    format = "geojson"


class Html(BaseRenderer):
    """A page that the view has made already."""

    media_type = "text/html"
    format = "html"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        _accepted_media_type: str | None = None,
        _renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The page as it is."""
        return data.encode() if isinstance(data, str) else bytes(data or b"")


class Pdf(Html):
    """A file that the view has made already."""

    media_type = "application/pdf"
    format = "pdf"
    charset: str | None = None
    render_style = "binary"


#: What a row must hold to be a feature.
POSITION = ("longitude", "latitude")


def geojson_lines(rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Iterator[bytes]:
    """A FeatureCollection (RFC 7946), a feature a line, of rows and what is shown of each."""
    yield b'{"type":"FeatureCollection","features":[\n'
    mark = b""
    for row, shown in rows:
        place = {"type": "Point", "coordinates": [row[axis] for axis in POSITION]}
        yield mark + dumps({"type": "Feature", "geometry": place, "properties": shown})
        mark = b",\n"
    yield b"\n]}\n"


def ndjson_lines(objects: Iterable[bytes], edition: int, position: str) -> Iterator[bytes]:
    """A line per object, then ``{"_end": true, "rows": n, "edition": m, "position": p}``: without
    it the export was cut off. The edition is the newest that its rows know; the position is where
    `changes` go on."""
    written = 0
    for one in objects:
        written += 1
        yield one + b"\n"
    end = {"_end": True, "rows": written, "edition": edition, "position": position}
    yield dumps(end) + b"\n"
