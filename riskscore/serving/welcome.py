"""The first user and the first API key, each shown once."""

import secrets
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import transaction

from riskscore import api_keys
from riskscore.models import ApiKey

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What nobody can read again later."""

    user: str
    password: str
    api_key: str


def first_credentials() -> Credentials | None:
    """Make an administrator and an API key if there is no administrator yet."""
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(12)
    scopes = [ApiKey.Scope.READ, ApiKey.Scope.RESCORE, ApiKey.Scope.PORTFOLIO]
    with transaction.atomic():  # whoever is killed in between leaves no administrator without key
        user = users.create_superuser(username=ADMIN, password=password)
        key = api_keys.issue(user, "first key", scopes)
    return Credentials(ADMIN, password, key)
