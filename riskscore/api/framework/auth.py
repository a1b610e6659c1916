"""Who asks: an API key, or for reading only, a browser that is signed in to admin.

A session may read, so that links and the docs page work for curators. It may not start jobs, so
no page elsewhere can make a curator's browser do so, and the API needs no CSRF token.
"""

import logging
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from riskscore import api_keys
from riskscore.api.framework import wrong_keys
from riskscore.api.framework.problems import Problem, reply
from riskscore.config import log_context
from riskscore.models import ApiKey

log = logging.getLogger(__name__)

SHAPE = re.compile(r"rs_([0-9a-f]{8})_[A-Za-z0-9_-]{1,64}")
CHALLENGE = 'Bearer realm="riskscore"'
SEEN_EVERY = timedelta(minutes=5)  # how exactly "last used" is kept
NAMES_OF_KEYS = {"api_key", "apikey", "api-key", "access_token", "token", "key", "authorization"}


def encrypted_only(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that refuses what comes to the API in clear, where https is on.

    A redirect would help on a client that shows its key to the whole way (ASVS 4.1.2).
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        in_clear = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if in_clear and request.path.startswith("/api/"):
            return reply(request, Problem("not_encrypted"))
        return get_response(request)

    return answered


class BearerKey(BaseAuthentication):
    """`Authorization: Bearer rs_…`."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """The key's user and the key. Every wrong key gets the same answer."""
        _refuse_key_in_url(request)
        scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        wrong_keys.refuse_too_many(request._request)
        is_one = scheme.lower() == "bearer" and SHAPE.fullmatch(plain.strip())
        key = api_keys.find(plain.strip()) if is_one else None
        if key is None:
            wrong_keys.count(request._request, is_one[1] if is_one else "")
            raise AuthenticationFailed("not a living key; send `Authorization: Bearer rs_…`")
        log_context.add(key=key.prefix, user=key.user.get_username())
        note_use(key.pk, key.prefix, key.last_used_at)
        return key.user, key

    def authenticate_header(self, _request: Request) -> str:
        """Makes DRF answer 401 instead of 403."""
        return CHALLENGE


class SessionReads(BaseAuthentication):
    """A signed-in browser, for safe methods only."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """The session's user."""
        if request.method not in SAFE_METHODS:
            return None
        user = request._request.user
        return (user, None) if user.is_authenticated and user.is_active else None


@runtime_checkable
class Scoped(Protocol):
    """A view that says which keys may use it, and which permissions their users need."""

    def scopes(self) -> set[str]:
        """The scopes of which a key needs one for this request."""

    def permissions(self, method: str) -> tuple[str, ...] | None:
        """The permissions that a request takes, all of them; None where none are declared."""


class HasScope(BasePermission):
    """The rights of admin: whoever may see a table there may read it here, and so with writing.

    A key is worth what its user may do at this moment, and of that what its scopes name. Django
    keeps a user's permissions with the user, who is asked for anew at each request.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Say whether the request may go on; raises Problem that names what is missing."""
        if not request.user.is_authenticated:
            return False
        method = request.method or ""
        if method == "OPTIONS" or not hasattr(view, method.lower()):
            return True  # says which methods there are; the others are refused as none
        key: Any = request.auth
        needed: set[str] = view.scopes() if isinstance(view, Scoped) else set()
        if isinstance(key, ApiKey) and needed.isdisjoint(key.scopes):
            raise Problem("forbidden", f"this key lacks the scope {' or '.join(sorted(needed))}")
        permissions = view.permissions(method) if isinstance(view, Scoped) else None
        if permissions is None:
            raise Problem("forbidden", "nobody may do this: the address names no permission")
        if missing := lacking(request.user, permissions):
            raise Problem("forbidden", f"this account lacks the permission {', '.join(missing)}")
        return True


def lacking(user: Any, permissions: Iterable[str]) -> list[str]:
    """Those of our permissions that somebody does not have; all for who may not enter admin."""
    if not (user.is_active and user.is_staff):
        return list(permissions)
    return [name for name in permissions if not user.has_perm(f"riskscore.{name}")]


def _refuse_key_in_url(request: Request) -> None:
    for name, values in request.query_params.lists():
        if name.lower() in NAMES_OF_KEYS or any(value.startswith("rs_") for value in values):
            raise Problem("key_in_url", headers={"WWW-Authenticate": CHALLENGE})


def note_use(number: int, prefix: str, last: datetime | None) -> None:
    """Write down that a key is used, if that was not done lately."""
    now = timezone.now()
    if last and now - last < SEEN_EVERY:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - SEEN_EVERY)
    try:
        ApiKey.objects.filter(stale, pk=number).update(last_used_at=now)
    except DatabaseError as error:  # a read-only database still serves reads
        log.warning("use of key %s not noted: %s", prefix, type(error).__name__)
