"""API keys: issued once, shown once, stored hashed (HMAC-SHA-256), found by prefix and digest."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from riskscore.models import ApiKey


def issue(
    user: Any, name: str, scopes: Sequence[str], *, expires_at: datetime | None = None
) -> str:
    """Make a key for ``user`` and return it in plain; it cannot be shown again."""
    prefix = secrets.token_hex(4)
    plain = f"rs_{prefix}_{secrets.token_urlsafe(24)}"
    ApiKey.objects.create(
        prefix=prefix,
        digest=hashed(plain),
        name=name,
        user=user,
        scopes=list(scopes),
        expires_at=expires_at,
    )
    return plain


def hashed(plain: str) -> str:
    """An API key hashed: HMAC-SHA-256 under the server's secret; a stolen table opens nothing."""
    return hmac.new(settings.SECRET_KEY.encode(), plain.encode(), hashlib.sha256).hexdigest()


def find(plain: str) -> ApiKey | None:
    """The living key that ``plain`` is, of an active user; None for anything else."""
    parts = plain.split("_", 2)
    if len(parts) != 3 or parts[0] != "rs":
        return None
    living = Q(revoked_at__isnull=True) & (
        Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    )
    key = (
        ApiKey.objects.select_related("user")
        .filter(living, prefix=parts[1], user__is_active=True)
        .first()
    )
    # Compared even when nothing was found, so that a wrong prefix takes as long as a wrong secret.
    matches = hmac.compare_digest(key.digest if key else "0" * 64, hashed(plain))
    return key if matches else None
