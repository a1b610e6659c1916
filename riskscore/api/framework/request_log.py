"""Every request has an id, which its log lines and its answer carry, and one line of its own."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from riskscore.api.framework.request_id import HEADER, request_id
from riskscore.config import client_address, log_context

log = logging.getLogger("riskscore.request")

#: Asked every few seconds by whoever watches over the service.
UNLOGGED = ("/livez", "/readyz")


class RequestLog:
    """Middleware, the outermost but for none: what comes in later fails under its id too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer under the request's id; then write its line. The query is not logged."""
        number, began = request_id(request), time.monotonic()
        fields: dict[str, log_context.Field] = {
            "request_id": number, "user": lambda: _user(request)
        }  # fmt: skip
        with log_context.about(**fields):
            response = self.get_response(request)
            response.setdefault(HEADER, number)
            if isinstance(response, StreamingHttpResponse) and not isinstance(
                response, FileResponse
            ):
                made: Any = response.streaming_content
                response.streaming_content = _under(fields, made)
            if request.path not in UNLOGGED:
                log.info(
                    "%s %s %s", request.method, request.path[:500], response.status_code,
                    extra={
                        "status": response.status_code,
                        "ms": round(1000 * (time.monotonic() - began)),
                        "client": client_address.of(request),
                    },
                )  # fmt: skip
        return response


def _under(fields: dict[str, log_context.Field], pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of an answer, each made under the request's id."""
    stream = iter(pieces)
    while True:
        with log_context.about(**fields):
            try:
                piece = next(stream)
            except StopIteration:
                return
            except Exception:
                log.exception("the answer was cut off")
                raise
        yield piece


def _user(request: HttpRequest) -> str:
    """The name of who asks, if somebody has looked already: a log line asks no database."""
    found = getattr(request, "_cached_user", None)
    return found.get_username() if found is not None else ""
