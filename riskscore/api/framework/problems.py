"""What can go wrong, as RFC 9457 problems: one stable code each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from riskscore.api.framework import request_id
from riskscore.errors import RiskscoreError

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. ``about`` tells a client's author what to do."""

    status: int
    title: str
    about: str


KINDS: dict[str, Kind] = {
    "bad_request": Kind(400, "Bad request", "The request is not understood."),
    "malformed_body": Kind(
        400, "Malformed body", "Send one JSON value in UTF-8: no NaN, no duplicate keys, 32 levels."
    ),
    "invalid": Kind(400, "Invalid request", "See `errors`: one entry per field or parameter."),
    "bad_cursor": Kind(
        400, "Cursor not valid here", "Follow `next` unchanged; start anew after changing filters."
    ),
    "unauthenticated": Kind(
        401, "Not authenticated", "Send `Authorization: Bearer rs_…` with a living key."
    ),
    "key_in_url": Kind(
        401, "Key in the URL", "URLs are logged: revoke that key, and send keys in the header only."
    ),
    "forbidden": Kind(
        403,
        "Not allowed",
        "`detail` names the scope that the key lacks, or the permission that its account lacks.",
    ),
    "not_encrypted": Kind(
        403,
        "Not encrypted",
        "Use https. If a key was sent in clear, others may have read it: revoke it.",
    ),
    "may_not_export": Kind(
        403, "Not allowed to export", "`detail` names the permission that the account lacks."
    ),
    "link_closed": Kind(
        403, "Link closed", "Ask for the export again: it names a new link (`download`)."
    ),
    "no_such_export": Kind(
        404, "No such file", "It is not yours, not made yet, or was deleted after its days."
    ),
    "not_found": Kind(404, "Not found", "Nothing here that you may see."),
    "lens_not_scored": Kind(
        404, "Not scored for this importer", "Start a job with the same method and importer first."
    ),
    "not_scored": Kind(
        404, "Project not scored", "It has no score through this lens; start a job for its key."
    ),
    "no_score_then": Kind(
        404, "No score at that moment", "Ask for a moment at or after the one that `detail` names."
    ),
    "method_not_allowed": Kind(405, "Method not allowed", "See the Allow header."),
    "not_acceptable": Kind(
        406,
        "Not acceptable",
        "Ask for application/json, or where offered CSV, NDJSON, HTML or PDF.",
    ),
    "cannot_import": Kind(409, "Cannot import", "`detail` says what is wrong with file or option."),
    "implausible": Kind(
        409,
        "May be a slip",
        "Check what each of `errors` names; if it is meant, send it again with implausible=accept.",
    ),
    "superseded": Kind(
        409, "Has a newer version", "Read the newest version, and replace that one."
    ),
    "written_meanwhile": Kind(
        409, "Written meanwhile", "Look at how things stand, and send it again if still wanted."
    ),
    "method_state": Kind(
        409, "Not from this state", "Look at how the version stands now, then decide again."
    ),
    "method_taken": Kind(409, "Version taken", "Give the changed method a new version."),
    "cannot_publish": Kind(
        409, "Cannot be published", "`detail` says what scores need and the method lacks."
    ),
    "reason_unconfirmed": Kind(
        409, "Reason not confirmed", "Confirm each reason that `detail` names, or write a new one."
    ),
    "cannot_start": Kind(409, "Job cannot start", "`detail` says what is missing."),
    "scenario_taken": Kind(
        409, "Scenario taken", "Give yours a code of its own, or write the version that is next."
    ),
    "cannot_replay": Kind(
        409,
        "Score cannot be computed again",
        "Start a job for the project, then ask again; its explanation needs no computing.",
    ),
    "name_taken": Kind(409, "Name taken", "Choose another name, or change what has it."),
    "too_many_webhooks": Kind(409, "Too many webhooks", "Remove one that is not needed."),
    "webhook_disabled": Kind(409, "Webhook disabled", "Enable it first: PATCH `enabled`."),
    "delivery_under_way": Kind(
        409, "Delivery under way", "Wait until it has ended, or until its next attempt."
    ),
    "unknown_position": Kind(
        410,
        "No position of this database",
        "Read everything once by an export, and go on from the position that it names.",
    ),
    "length_required": Kind(411, "Length required", "Send a Content-Length; no chunked bodies."),
    "precondition_failed": Kind(
        412,
        "Precondition failed",
        "It is no longer what If-Match says. `errors`, if any, say of each field what was sent and "
        "what is there now: decide, and send it with the ETag of this answer.",
    ),
    "too_large": Kind(413, "Body too large", "Send at most 1 MiB; use a filter, not a list."),
    "unsupported_media_type": Kind(
        415, "Unsupported media type", "Send `Content-Type: application/json`, not compressed."
    ),
    "idempotency_mismatch": Kind(
        422, "Idempotency-Key used before", "The key belongs to another body: choose a new key."
    ),
    "precondition_required": Kind(
        428,
        "Precondition required",
        "It would be written over what others wrote: send If-Match with the ETag of a GET.",
    ),
    "throttled": Kind(429, "Too many requests", "Wait for Retry-After seconds."),
    "too_many_jobs": Kind(429, "Too many open jobs", "Wait until some of your jobs have ended."),
    "too_many_exports": Kind(
        429, "Too many exports", "Wait until one is made, or delete one that is not needed."
    ),
    "too_many_waiting": Kind(
        429, "Too many streams", "Close one of your streams, or ask again after Retry-After."
    ),
    "too_many_challenges": Kind(
        429, "Too many open challenges", "Wait until some of your challenges are answered."
    ),
    "internal": Kind(500, "Internal error", "Not your fault. Report the request_id."),
    "unavailable": Kind(503, "Unavailable", "Try again after Retry-After seconds."),
}

Errors = Iterable[Mapping[str, Any]]


class Problem(RiskscoreError):
    """Raise it anywhere below a view: the reply becomes this problem.

    ``code`` is a key of KINDS, whose ``about`` is the remedy; ``detail`` is the message.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        errors: Errors = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.errors = code, detail, errors
        self.headers: Mapping[str, str] = headers or {}
        self.remedy = KINDS[code].about


def of_parameters(result: Mapping[str, str]) -> Problem:
    """A problem with query parameters: name → what is wrong."""
    errors = [{"parameter": name, "detail": detail} for name, detail in result.items()]
    return Problem("invalid", "; ".join(f"{e['parameter']}: {e['detail']}" for e in errors), errors)


def of_body(result: Mapping[str, str]) -> Problem:
    """A problem with a body: JSON Pointer → what is wrong."""
    errors = [{"pointer": pointer, "detail": detail} for pointer, detail in result.items()]
    return Problem("invalid", "; ".join(f"{e['pointer']}: {e['detail']}" for e in errors), errors)


def of_scope(refusal: Exception) -> Problem:
    """A problem with the scope of a body, whose line is `scope.filter.place: what is wrong`."""
    where, _, what = str(refusal).partition(": ")
    return of_body({"/" + where.replace(".", "/"): what})


def reply(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as a response, whatever the client said it accepts."""
    kind = KINDS[problem.code]
    body: dict[str, Any] = {
        "type": f"/api/v1/errors/{problem.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail or kind.about,
        "instance": request.path,
        "code": problem.code,
        "request_id": request_id.request_id(request),
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    # A path may hold lone surrogates, which orjson refuses; the escape of them is shown instead.
    body["instance"] = body["instance"].encode("utf-8", "backslashreplace").decode()
    response = HttpResponse(orjson.dumps(body), status=kind.status, content_type=MEDIA_TYPE)
    response[request_id.HEADER] = body["request_id"]
    response["Cache-Control"] = "no-store"
    for name, value in problem.headers.items():
        response[name] = value
    return response
