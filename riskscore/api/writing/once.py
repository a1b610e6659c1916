"""`Idempotency-Key`: the same request again is answered as it was the first time.

The key's row is written in the transaction of what the request does, and its unique index is the
lock: of many equal requests at once, one does it and the others wait, and are given its answer.
What was refused is not kept: it changed nothing, and may be sent again when it is mended.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.problems import Problem
from riskscore.api.framework.rendering import Json
from riskscore.models import IdempotencyKey

#: Headers that are given again with the answer.
KEPT = ("Location", "ETag", "Retry-After")


@contextmanager
def kept(request: Request) -> Iterator[IdempotencyKey | None]:
    """The row of the request's key, its own until what is done here is committed; None without one.

    Raises Problem: the same key with another body (422).
    """
    given = request.headers.get("Idempotency-Key")
    if given is None:
        yield None
        return
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        row, _ = IdempotencyKey.objects.select_related("job").get_or_create(
            user_id=request.user.pk,  # type: ignore[misc]
            route=_route(request),
            key=given,
            defaults={"fingerprint": fingerprint},
        )
        if row.fingerprint != fingerprint:
            raise Problem("idempotency_mismatch")
        yield row


def once(request: Request, act: Callable[[], Response]) -> Response:
    """What ``act`` answers; with a key that was used before, what it answered then. Raises Problem.

    Where that is a job, the caller remembers it by ``kept``, and shows it as it is now.
    """
    with kept(request) as row:
        if row is None:
            return act()
        if row.status is not None:
            return _again(row)
        response = act()
        row.status = response.status_code
        row.headers = {name: response[name] for name in KEPT if name in response}
        row.answer = Json().render(response.data).decode()
        row.save(update_fields=["status", "headers", "answer"])
    return response


def _route(request: Request) -> str:
    return f"{request.method} {request.path.rstrip('/')}"[:120]


def _again(row: IdempotencyKey) -> Response:
    response = Response(orjson.loads(row.answer), status=row.status, headers=row.headers)
    response["Idempotency-Replayed"] = "true"
    return response


def _fingerprint(request: Request) -> str:
    """What tells one request from another: its body, files by their content, and its query."""
    body, query = _plain(request.data), sorted(request.query_params.lists())
    seen: Any = [body, query] if query else body
    return hashlib.sha256(orjson.dumps(seen, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(given: Any) -> Any:
    if not hasattr(given, "lists"):
        return given
    return {
        name: [_digest(one) if isinstance(one, UploadedFile) else one for one in values]
        for name, values in given.lists()
    }


def _digest(upload: "UploadedFile[Any]") -> str:
    digest = hashlib.sha256((upload.name or "").encode("utf-8", "surrogatepass"))
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def answered_once(act: Callable[..., Response]) -> Callable[..., Response]:
    """An action that the same Idempotency-Key does once (:func:`once`)."""

    @wraps(act)
    def action(view: Any, request: Request, *args: Any, **named: Any) -> Response:
        if view.query.get("validate_only"):
            return act(view, request, *args, **named)
        return once(request, lambda: act(view, request, *args, **named))

    return action
