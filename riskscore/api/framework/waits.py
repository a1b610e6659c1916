"""Waiting for a job without asking again: a long poll by `wait`, or a stream of events.

The server holds such a request without a thread (riskscore/serving/held_requests.py). Where it
cannot, or as many wait as may, a long poll is answered at once and a stream ends after its first
event: a client that comes again, as both tell it to, misses nothing.
"""

import re
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.problems import Problem
from riskscore.api.framework.query_fields import WholeField
from riskscore.api.framework.rendering import Json
from riskscore.api.framework.throttling import client_of
from riskscore.jobs.waiting import (
    PLACE,
    RETRY,
    WAITED,
    WISH,
    Kind,
    TooManyWaiting,
    Waiters,
    Wish,
    event,
)

#: Seconds of a long poll, and of a stream: who may see is asked again when it comes back, so a key
#: that was revoked meanwhile shows no more than this.
LONGEST_WAIT_S, LONGEST_STREAM_S = 60, 30
_PREFER = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?([0-9]{1,6})")
_NUMBER = re.compile(r"[0-9]{1,18}")


def wait_field() -> WholeField:
    """The parameter `wait`."""
    return WholeField(
        0,
        LONGEST_WAIT_S,
        cap=True,
        help_text=(
            "Seconds to wait for the end before answering, 60 at most (also `Prefer: wait=30`); "
            "the answer may come sooner."
        ),
    )


class EventStream(Json):
    """Chosen by `Accept: text/event-stream`; the view streams."""

    media_type = "text/event-stream"
    format = "event-stream"


def held_back(request: Request, kind: Kind, subject: Any, seconds: int | None) -> Response | None:
    """Put the request aside until something has ended, or its time is over.

    Returns a reply for the view to return, which nobody is sent; None: answer now.
    """
    place: Waiters | None = request.META.get(PLACE)
    wanted = min(_preferred(request) if seconds is None else seconds, LONGEST_WAIT_S)
    if place is None or not wanted or request.method != "GET" or request.META.get(WAITED):
        return None
    client = client_of(request)
    try:
        place.reserve(client)
    except TooManyWaiting:
        return None
    request.META[WISH] = Wish(kind, subject, client, float(wanted), 0)
    return Response(status=204)


def _preferred(request: Request) -> int:
    found = _PREFER.search(request.headers.get("Prefer", ""))
    return int(found[1]) if found else 0


def stream(request: Request, kind: Kind, subject: Any) -> HttpResponseBase:
    """How something stands, and each change of it until its end, as server-sent events.

    A client that comes again with `Last-Event-ID` is told what is new since; 204, by which it comes
    no more, where that was the end. Raises Problem where too many streams are open.
    """
    given = request.headers.get("Last-Event-ID", "")
    known = int(given) if _NUMBER.fullmatch(given) else -1
    seen = kind.look([subject])[subject]
    if seen.ended and known >= seen.mark:
        return Response(status=204)
    first = event(seen.mark, kind.show(subject), ended=seen.ended) if seen.mark != known else b""
    if not seen.ended and request.method == "GET":
        _follow(request, kind, subject, max(known, seen.mark) if first else known)
    response = StreamingHttpResponse(iter([RETRY + first]), content_type=EventStream.media_type)
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # a proxy that collects the answer would tell nobody
    return response


def _follow(request: Request, kind: Kind, subject: Any, mark: int) -> None:
    place: Waiters | None = request.META.get(PLACE)
    if place is None:
        return
    client = client_of(request)
    try:
        place.reserve(client)
    except TooManyWaiting as refusal:
        headers = {"Retry-After": "5"}
        raise Problem("too_many_waiting", str(refusal), headers=headers) from None
    request.META[WISH] = Wish(kind, subject, client, LONGEST_STREAM_S, mark, follows=True)
