"""One JSON value, strictly: what another program might read differently is refused.

orjson refuses invalid UTF-8, byte order marks, NaN, lone surrogates and depths that would exhaust
the stack; what it lets through (32 levels, NUL, duplicate keys, numbers beyond 64 bits) is
refused here. Source: RFC 8259; I-JSON, RFC 7493.
"""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from riskscore.api.framework.problems import Problem

LONGEST = 1024**2  # bytes of a body
DEEPEST = 32
INT64 = range(-(2**63), 2**63)


class StrictJson(BaseParser):
    """Parses `application/json` bodies."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        _media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value of the body. Raises Problem."""
        request: Request = (parser_context or {})["request"]
        _check_headers(request)
        body = stream.read(LONGEST + 1)
        if len(body) > LONGEST:
            raise Problem("too_large")
        return loads(body)


def refuse_chunked(request: Request) -> None:
    """WSGI shows a body without a length as empty, which would be an answer to another request."""
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        raise Problem("length_required")


def _check_headers(request: Request) -> None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST:
        raise Problem("too_large")
    parameters = dict(
        part.strip().lower().split("=", 1)
        for part in request.META.get("CONTENT_TYPE", "").split(";")[1:]
        if "=" in part
    )
    charset = parameters.get("charset", "utf-8").strip('"')
    if charset not in ("utf-8", "utf8") or request.META.get("HTTP_CONTENT_ENCODING"):
        raise UnsupportedMediaType(
            request.content_type, "send application/json in UTF-8, not compressed"
        )


def loads(body: bytes) -> Any:
    """The JSON value of ``body``. Raises Problem that names the trouble."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem("malformed_body", f"not JSON: {error}") from None
    _check_values(value)
    # Safe now: the standard library recurses, but the depth is known to be small.
    json.loads(body, object_pairs_hook=_check_keys)
    return value


def _check_values(value: Any) -> None:
    """Walk the value without recursion."""
    level = [value]
    for _ in range(DEEPEST):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise Problem("malformed_body", f"nested deeper than {DEEPEST} levels")


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str) and "\0" in value:
        raise Problem("malformed_body", "a text holds the character NUL")
    if isinstance(value, float) and not math.isfinite(value):
        raise Problem("malformed_body", "a number is beyond float64")
    # bool is an int, and within the range.
    if isinstance(value, int) and value not in INT64:
        raise Problem("malformed_body", "a whole number is beyond 64 bits")
    return []


def _check_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Problem("malformed_body", f"the key {twice[:60]!r} is given twice")
    return result
