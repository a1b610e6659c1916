"""Every error becomes a problem: those of our own, of DRF, of Django and of PostgreSQL."""

import logging
from collections.abc import Callable
from math import ceil
from typing import Any

from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import DataError, InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase
from rest_framework import exceptions

from riskscore.api.framework.problems import KINDS, Problem, reply
from riskscore.errors import (
    ForbiddenError,
    NotFoundError,
    RiskscoreError,
    UnavailableError,
    ValidationError,
)
from riskscore.sql.snapshot import Occupied

log = logging.getLogger(__name__)

#: DRF's own answers, from the most special class to the least.
OURS: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.NotAuthenticated, "unauthenticated"),
    (exceptions.AuthenticationFailed, "unauthenticated"),
    (exceptions.PermissionDenied, "forbidden"),
    (PermissionDenied, "forbidden"),
    (exceptions.NotFound, "not_found"),
    (Http404, "not_found"),
    (exceptions.MethodNotAllowed, "method_not_allowed"),
    (exceptions.NotAcceptable, "not_acceptable"),
    (exceptions.UnsupportedMediaType, "unsupported_media_type"),
    (exceptions.Throttled, "throttled"),
    (exceptions.ParseError, "malformed_body"),
    (RequestDataTooBig, "too_large"),
    (TooManyFieldsSent, "bad_request"),
    (SuspiciousOperation, "bad_request"),
    (DataError, "bad_request"),
    (OperationalError, "unavailable"),
    (InterfaceError, "unavailable"),
)
#: Refusals of our own rooms that have no kind of problem by their own code.
BASES: tuple[tuple[type[RiskscoreError], str], ...] = (
    (ValidationError, "bad_request"),
    (NotFoundError, "not_found"),
    (ForbiddenError, "forbidden"),
)
READ_ONLY = "25006"  # PostgreSQL: read_only_sql_transaction


def answer(exception: Exception, context: dict[str, Any]) -> HttpResponseBase | None:
    """DRF's hook: the reply to an exception, or None to let Django report an internal error."""
    problem = problem_of(exception)
    return None if problem is None else reply(context["request"], problem)


def problem_of(exception: Exception) -> Problem | None:
    """The problem for an exception; None for an internal error, which no request can cause."""
    if isinstance(exception, Problem):
        return exception
    if isinstance(exception, RiskscoreError):
        return _of_refusal(exception)
    for kind, code in OURS:
        if isinstance(exception, kind):
            return Problem(code, _detail(exception), headers=_headers(exception))
    # A standby that takes over is read-only for a while: reads go on, writes wait.
    if isinstance(exception, InternalError) and _state(exception) == READ_ONLY:
        return Problem("unavailable", "the database is read-only for now", headers=AGAIN)
    return None


def _of_refusal(refusal: RiskscoreError) -> Problem | None:
    """The problem of the refusal's own code, else of its base; its line is the detail.

    None for what says nothing about the request (a method that cannot be fitted, a server that is
    away): that is an internal error, whose words stay in the log.
    """
    if isinstance(refusal, Occupied):
        return Problem("unavailable", str(refusal), headers=AGAIN)
    if isinstance(refusal, UnavailableError):
        return None
    if refusal.code in KINDS:
        return Problem(refusal.code, str(refusal))
    return next(
        (Problem(code, str(refusal)) for kind, code in BASES if isinstance(refusal, kind)), None
    )


AGAIN = {"Retry-After": "5"}


def _state(exception: Exception) -> str | None:
    return getattr(exception.__cause__, "sqlstate", None)


def _detail(exception: Exception) -> str:
    """Words for the client. What PostgreSQL or Django say of their inside stays in the log."""
    if isinstance(exception, exceptions.NotAcceptable):
        return ""  # ours says what there is
    if isinstance(exception, exceptions.APIException):
        return str(exception.detail)
    if isinstance(exception, DataError | OperationalError | InterfaceError):
        log.warning("%s: %s", type(exception).__name__, exception)
    return ""


def _headers(exception: Exception) -> dict[str, str]:
    if isinstance(exception, OperationalError | InterfaceError):
        return AGAIN
    headers = {}
    # DRF leaves this on the exception when an authenticator names a scheme.
    if challenge := getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(exception, "wait", None)) is not None:
        headers["Retry-After"] = str(ceil(wait))
    return headers


WRONG_HOST = "the Host header names another service; RISKSCORE_ALLOWED_HOSTS has the names of this"


def _outside(code: str) -> Callable[..., HttpResponseBase]:
    """Django's hook for an error outside our views, such as an address that is none."""

    def view(request: HttpRequest, **about: Any) -> HttpResponseBase:
        is_elsewhere = isinstance(about.get("exception"), DisallowedHost)
        return reply(request, Problem(code, WRONG_HOST if is_elsewhere else ""))

    return view


bad_request = _outside("bad_request")
permission_denied = _outside("forbidden")
page_not_found = _outside("not_found")
server_error = _outside("internal")
