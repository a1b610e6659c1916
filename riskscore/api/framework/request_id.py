"""The id under which a request is spoken of: given by the client or made here, echoed always."""

import re

from django.http import HttpRequest

from riskscore.config.logging import REQUEST_ID as _KEPT
from riskscore.models.ids import uuid7

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id(request: HttpRequest) -> str:
    """The request's id, the same at every call."""
    if _KEPT not in request.META:
        given = request.headers.get(HEADER, "")
        # Anything else could forge a log line, or be the id of nothing.
        request.META[_KEPT] = given if ACCEPTED.fullmatch(given) else str(uuid7())
    return str(request.META[_KEPT])
