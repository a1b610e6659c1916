"""API keys: issued once, shown once, stored hashed (HMAC-SHA-256), found by prefix and digest.

A key is worth what its user may do when it is used: an active account that may enter admin, with
the permissions that admin asks. Its scopes narrow that and never widen it.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Any
from zlib import crc32

from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db import DatabaseError
from django.db.models import OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

from riskscore.models import ApiKey
from riskscore.sql.unchanged import Unchanged

log = logging.getLogger(__name__)

#: What a user must be allowed before a key with the scope opens anything; reading opens whatever
#: the user may see, so any permission of ours will do.
RIGHTS: Mapping[str, str] = {
    ApiKey.Scope.RESCORE: "riskscore.add_job",
    ApiKey.Scope.CHALLENGE: "riskscore.add_challenge",
    ApiKey.Scope.SCENARIO: "riskscore.add_scenario",
    ApiKey.Scope.PORTFOLIO: "riskscore.add_portfolio",
    ApiKey.Scope.CURATE: "riskscore.add_project",
    ApiKey.Scope.LIST: "riskscore.add_projectlist",
    ApiKey.Scope.IMPORT: "riskscore.add_intake",
    ApiKey.Scope.METHOD: "riskscore.add_method",
    ApiKey.Scope.WEBHOOK: "riskscore.add_webhook",
}


#: What the user of a key may do, by themselves and by their groups.
_RIGHTS = (
    Permission.objects.filter(Q(user=OuterRef("user")) | Q(group__user=OuterRef("user")))
    .order_by()
    .values_list(Concat("content_type__app_label", Value("."), "codename"))
    .distinct()
)


def issue(
    user: Any,
    name: str,
    scopes: Sequence[str],
    *,
    expires_at: datetime | None = None,
    plan: str = "standard",
) -> str:
    """Make a key for ``user`` and return it in plain; it cannot be shown again."""
    prefix = secrets.token_hex(4)
    plain = with_checksum(f"rs_{prefix}_{secrets.token_urlsafe(24)}")
    ApiKey.objects.create(
        prefix=prefix,
        digest=hashed(plain),
        name=name,
        user=user,
        scopes=list(scopes),
        plan=plan,
        expires_at=expires_at,
    )
    return plain


def with_checksum(plain: str) -> str:
    """The key and its CRC-32 as eight digits, by which a scanner for leaked secrets tells a key
    from what only looks like one, without asking anybody. It protects nothing."""
    return f"{plain}{crc32(plain.encode()):08x}"


def scopes_of(user: Any) -> list[str]:
    """The scopes that a key of this user can be given: none without the right to enter admin."""
    if not (user.is_active and user.is_staff):
        return []
    may_read = [ApiKey.Scope.READ] if user.has_module_perms("riskscore") else []
    return [*may_read, *(scope for scope, right in RIGHTS.items() if user.has_perm(right))]


def hashed(plain: str, secret: str | None = None) -> str:
    """An API key hashed: HMAC-SHA-256 under the server's secret; a stolen table opens nothing."""
    pepper = settings.SECRET_KEY if secret is None else secret
    return hmac.new(pepper.encode(), plain.encode(), hashlib.sha256).hexdigest()


def is_current(plain: str, digest: str) -> bool:
    """Whether a digest is that of a key under the secret in force."""
    return hmac.compare_digest(digest, hashed(plain))


def find(plain: str) -> ApiKey | None:
    """The living key that ``plain`` is, of an active user who may enter admin; None for anything
    else. A key that was hashed under an earlier secret is hashed anew, so that the earlier one
    can go when every key was used once."""
    parts = plain.split("_", 2)
    if len(parts) != 3 or parts[0] != "rs":
        return None
    key = _LIVING.get(parts[1], lambda: _living(parts[1]), _lasts_s)
    # Compared even when nothing was found, so that a wrong prefix takes as long as a wrong secret.
    stored = key.digest if key else "0" * 64
    digests = [hashed(plain, secret) for secret in _secrets()]
    matches = [hmac.compare_digest(stored, digest) for digest in digests]
    if key is None or not any(matches):
        return None
    if not matches[0]:
        _hash_anew(key, digests[0])
    return key


_LIVING = Unchanged[ApiKey]()


def _living(prefix: str) -> ApiKey | None:
    """The key of this prefix with its user and their rights, if it may be used."""
    living = Q(revoked_at__isnull=True) & (
        Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    )
    key = (
        ApiKey.objects.select_related("user")
        .annotate(rights=ArraySubquery(_RIGHTS))
        .filter(living, prefix=prefix, user__is_active=True, user__is_staff=True)
        .first()
    )
    if key is not None:
        # Where Django's own backend keeps them once it has asked for them by two statements.
        key.user._perm_cache = set(key.rights)
    return key


def _lasts_s(key: ApiKey) -> float:
    return (key.expires_at - timezone.now()).total_seconds() if key.expires_at else inf


def _secrets() -> list[str]:
    """The secret in force, then the earlier ones."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _hash_anew(key: ApiKey, digest: str) -> None:
    try:
        ApiKey.objects.filter(pk=key.pk, digest=key.digest).update(digest=digest)
    except DatabaseError as error:  # a read-only database still serves reads
        log.warning("key %s not hashed anew: %s", key.prefix, type(error).__name__)
    else:
        key.digest = digest
        log.info("key %s hashed under the secret in force", key.prefix)
