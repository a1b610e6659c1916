"""From rows to bytes: JSON by orjson, and CSV and NDJSON row by row."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

from riskscore.sources.readers.formula_guard import disarmed

BLOCK = 64 * 1024  # bytes


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
    charset: str | None = None  # type: ignore[assignment]
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


def dumps(value: Any) -> bytes:
    """JSON with sorted-as-written keys, UTC times with Z, microseconds dropped."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)


def ndjson_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A line per row, then ``{"_end": true, "rows": n}``: without it the export was cut off."""
    written = 0
    for row in rows:
        written += 1
        yield dumps(row) + b"\n"
    yield dumps({"_end": True, "rows": written}) + b"\n"


def csv_lines(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """RFC 4180 lines, the header first."""
    names = list(columns)
    yield _line(names)
    for row in rows:
        yield _line([cell(row[name]) for name in names])


def blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces: a piece per line would cost a system call each."""
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def cell(value: Any) -> str:
    """The text of a cell: empty for unknown, lists joined by ``;``, formulas disarmed by ``'``."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return disarmed(value)
    if isinstance(value, list | tuple) and not any(isinstance(v, list | dict) for v in value):
        return cell(";".join(map(str, value)))
    return disarmed(dumps(value).decode().strip('"'))


def _line(cells: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()
