"""A project's score that was told before: 304 for who has it, and else the same bytes again.

A program that watches scores asks for the same ones all day. Whether an answer still holds is known
from the versions of the rows that it shows, which one statement reads together with the key, its
user and their permissions; nothing else is done. So rights are those of this moment, and an answer
is never older than the rows: PostgreSQL writes a new version of a row (``xmin``, ``ctid``) at each
change of it. Whatever is out of the ordinary (a wrong key, a missing right, no such score, another
way to sign in) is left to the view.

What a process keeps: up to MOST answers, by their ETags; and for a second, that an address sends no
wrong keys.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from riskscore import api_keys
from riskscore.api import lenses
from riskscore.api.framework import auth, throttling, wrong_keys
from riskscore.api.framework.problems import Problem, reply
from riskscore.api.framework.viewsets import etag_of
from riskscore.api.results.scores import CurrentScoreViewSet
from riskscore.config import log_context

log = logging.getLogger(__name__)

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

_SHOWN = """
SELECT k.digest, k.prefix, k.id, k.plan, k.last_used_at, u.username,
    concat_ws(' ', p.ctid, p.xmin, s.ctid, s.xmin,
    g.ctid, g.xmin, l.ctid, l.xmin, m.ctid, m.xmin, r.ctid, r.xmin, (
        SELECT count(*) FROM riskscore_rankchange c
        WHERE c.lens_id = l.id AND c.version = r.version AND c.node = 0)) AS versions
FROM riskscore_apikey k JOIN auth_user u ON u.id = k.user_id
CROSS JOIN riskscore_project p JOIN riskscore_place g ON g.code = p.place_id
JOIN riskscore_lens l ON l.importer_id = $3 AND l.method_code = $4
JOIN riskscore_score s ON s.project_id = p.id AND s.lens_id = l.id
JOIN riskscore_method m ON m.id = s.method_id
LEFT JOIN riskscore_ranking r ON r.lens_id = l.id
WHERE k.prefix = $1 AND k.revoked_at IS NULL AND coalesce(k.expires_at > clock_timestamp(), true)
  AND 'read' = ANY(k.scopes)
  AND u.is_active AND u.is_staff AND (u.is_superuser OR NOT EXISTS (
    SELECT FROM unnest(%s) a (id) WHERE coalesce(
        (SELECT false FROM auth_user_user_permissions o
         WHERE o.user_id = u.id AND o.permission_id = a.id LIMIT 1),
        (SELECT false FROM auth_user_groups i JOIN auth_group_permissions o USING (group_id)
         WHERE i.user_id = u.id AND o.permission_id = a.id LIMIT 1), true)))
  AND p.key = $2 AND p.state = 'published'
"""
_PREPARE = f"PREPARE known_score (text, text, text, text) AS {_SHOWN}"
_EXECUTE = "EXECUTE known_score (%s, %s, %s, %s)"


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

    def _etag(self, request: HttpRequest, asked: tuple[str, str, str, str]) -> str | None:
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
    of_bytes = etag_of(content)
    return of_bytes if any(of_bytes in given for given in conditions.values()) else etag


def _asked(request: HttpRequest) -> tuple[str, str, str, str] | None:
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
        return form[1], key, lenses.NOBODY, settings.DEFAULT_METHOD
    given = request.GET
    if not PARAMETERS.issuperset(given) or any("rs_" in value for value in given.values()):
        return None
    importer, method = given.get("importer"), given.get("method")
    return form[1], key, importer or lenses.NOBODY, method or settings.DEFAULT_METHOD


def _needed() -> list[int]:
    """The numbers of the permissions that the view asks for. A number is never given again."""
    names = [f"view_{table}" for table in CurrentScoreViewSet.shows]
    ours = Permission.objects.filter(content_type__app_label="riskscore", codename__in=names)
    found = list(ours.values_list("pk", flat=True))
    return found if len(found) == len(names) else [0]


def _versions(request: HttpRequest, asked: tuple[str, str, str, str]) -> str | None:
    """The versions of the rows that the answer shows, if this key may see them just now."""
    if "\0" in "".join(asked) or not wrong_keys.is_quiet(request):
        return None
    row = _row(asked)
    if row is None:
        return None
    digest, prefix, number, plan, last_used, username, versions = row
    plain = request.META["HTTP_AUTHORIZATION"].partition(" ")[2]
    if not api_keys.is_current(plain, digest):
        return None
    log_context.add(key=prefix, user=username)
    auth.note_use(number, prefix, last_used)
    request.META["riskscore.client"] = f"key-{number}", plan
    return str(versions)


def _row(asked: tuple[str, str, str, str]) -> tuple[Any, ...] | None:
    """What the statement finds; None too where the database is away, of which the view tells."""
    try:
        connection.ensure_connection()
        raw: Any = connection.connection
        with psycopg.ClientCursor(raw) as cursor:
            if not getattr(raw, "knows_scores", False):
                pooled = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
                if pooled:  # each statement may meet another session
                    return None
                cursor.execute(_PREPARE, [_needed()])
                raw.knows_scores = True
            return cursor.execute(_EXECUTE, asked).fetchone()
    except (psycopg.Error, DatabaseError) as error:
        log.warning("a known score was not looked for: %s", type(error).__name__)
        if not connection.in_atomic_block:
            connection.close()
        return None
