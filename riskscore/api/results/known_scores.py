"""A project's score that was told before: 304 for who has it, and else the same bytes again.

A program that watches scores asks for the same ones all day. Whether an answer still holds is known
from the versions of the rows that it shows, which are read together with the key, its user and
their permissions (`known_rows`); nothing else is done. So rights are those of this moment, and an
answer is never older than the rows: PostgreSQL writes a new version of a row (``xmin``, ``ctid``)
at each change of it. Whatever is out of the ordinary (a wrong key, a missing right, no such score,
another way to sign in) is left to the view.

What a process keeps: up to MOST answers, by their ETags; and for a second, that an address sends no
wrong keys.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from riskscore import api_keys
from riskscore.api import lenses
from riskscore.api.framework import auth, throttling, wrong_keys
from riskscore.api.framework.problems import Problem, reply
from riskscore.api.framework.viewsets import etag_of
from riskscore.api.results import known_rows
from riskscore.api.results.known_rows import Asked
from riskscore.config import log_context

BEFORE, AFTER = "/api/v1/projects/", "/score"
PARAMETERS = {"fields", "importer", "method"}
JSON = ("", "*/*", "application/json")
CONDITIONS = tuple(
    f"HTTP_IF_{name}" for name in ("NONE_MATCH", "MATCH", "MODIFIED_SINCE", "UNMODIFIED_SINCE")
)
#: Answers that a process keeps, of some 1.5 kB each; then all are forgotten.
MOST = 4000
#: Headers of one request and not of the answer.
OWN = {"etag", "x-request-id", "ratelimit", "ratelimit-policy"}

#: Headers of every 304.
SAME = {
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Authorization, Cookie",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}


def _code() -> bytes:
    """What tells this code from any other: the same rows may be told in another way by it."""
    rooms = Path(__file__).parents[2]
    files = sorted([*(rooms / "api").rglob("*.py"), *(rooms / "scoring").rglob("*.py")])
    return hashlib.sha256(b"".join(each.read_bytes() for each in files)).digest()


class KnownScores:
    """Middleware, behind the one that brings security headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._code = _code()
        self._kept: dict[str, tuple[bytes, dict[str, str]]] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer what is known; have the view make what is not, and keep it."""
        asked = _asked(request)
        etag = self._etag(request, asked) if asked else None
        if etag is None:
            return self.get_response(request)
        if etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            # Who has this ETag was told so once, by this code; asking again costs no token.
            return HttpResponse(status=304, headers={**SAME, "ETag": etag})
        return self._told(request, etag, self._kept.get(etag))

    def _etag(self, request: HttpRequest, asked: Asked) -> str | None:
        versions = _versions(request, asked)
        if versions is None:
            return None
        about = "\n".join([request.path_info, request.META.get("QUERY_STRING", ""), versions])
        return f'"{hashlib.sha256(self._code + about.encode()).hexdigest()[:32]}"'

    def _told(
        self, request: HttpRequest, etag: str, kept: tuple[bytes, dict[str, str]] | None
    ) -> HttpResponseBase:
        """The answer under its ETag, and 412 where that is not what the client insists on."""
        response: HttpResponseBase
        conditions = {name: request.META.pop(name) for name in CONDITIONS if name in request.META}
        if kept is not None and throttling.has_token(request, *request.META["riskscore.client"]):
            response = HttpResponse(kept[0], headers=kept[1])
            for name, value in request.META["riskscore.rate"].items():
                response[name] = value
        else:
            response = self.get_response(request)
        request.META.update(conditions)
        if not isinstance(response, HttpResponse) or response.status_code != 200:
            return response
        if kept is None:
            self._keep(etag, response)
        told = _told_before(response.content, conditions, etag)
        response["ETag"] = told
        found = get_conditional_response(request, etag=told, response=response)
        if found is not None and found.status_code == 412:
            return reply(request, Problem("precondition_failed"))
        return found or response

    def _keep(self, etag: str, response: HttpResponse) -> None:
        if len(self._kept) >= MOST:
            self._kept = {}
        headers = {name: value for name, value in response.items() if name.lower() not in OWN}
        self._kept[etag] = (response.content, headers)


def _told_before(content: bytes, conditions: Mapping[str, str], etag: str) -> str:
    """The ETag that the client may have of this answer: that of its bytes, if a view gave it."""
    if not conditions:
        return etag
    of_bytes = etag_of(content)
    return of_bytes if any(of_bytes in given for given in conditions.values()) else etag


def _asked(request: HttpRequest) -> Asked | None:
    """Key's prefix, project, importer and method that an ordinary request is about."""
    path, meta = request.path_info, request.META
    if request.method not in ("GET", "HEAD") or not path.startswith(BEFORE):
        return None
    key = path[len(BEFORE) :].removesuffix("/").removesuffix(AFTER)
    scheme, _, plain = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
    form = auth.SHAPE.fullmatch(plain)
    odd = "HTTP_TRANSFER_ENCODING" in meta or meta.get("HTTP_ACCEPT", "") not in JSON
    if "/" in key or scheme != "Bearer" or not form or odd or not path.rstrip("/").endswith(AFTER):
        return None
    request.get_host()  # raises DisallowedHost
    if not meta.get("QUERY_STRING"):
        return Asked(form[1], key, lenses.NOBODY, settings.DEFAULT_METHOD)
    given = request.GET
    if not PARAMETERS.issuperset(given) or any("rs_" in value for value in given.values()):
        return None
    importer, method = given.get("importer"), given.get("method")
    return Asked(form[1], key, importer or lenses.NOBODY, method or settings.DEFAULT_METHOD)


def _versions(request: HttpRequest, asked: Asked) -> str | None:
    """The versions of the rows that the answer shows, if this key may see them just now."""
    if "\0" in "".join(asked) or not wrong_keys.is_quiet(request):
        return None
    known = known_rows.find(asked)
    if known is None:
        return None
    plain = request.META["HTTP_AUTHORIZATION"].partition(" ")[2]
    if not api_keys.is_current(plain, known.digest):
        return None
    log_context.add(key=known.prefix, user=known.username)
    auth.note_use(known.number, known.prefix, known.last_used)
    request.META["riskscore.client"] = f"key-{known.number}", known.plan
    return known.versions
