"""Signing secrets: made at random, stored encrypted, shown once.

Encrypted with a key that is derived from ``RISKSCORE_SECRET_KEY``, so that a dump of the database
opens nothing (Fernet: AES-128-CBC with HMAC-SHA-256). Earlier keys of the server still open what
they closed.
"""

import base64
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from riskscore.errors import UnavailableError

PREFIX = "whsec_"
BYTES = 32


class SecretUnreadable(UnavailableError):
    """A stored secret was encrypted under a key that the server has no longer."""

    code = "secret_unreadable"
    remedy = "Give the earlier key in RISKSCORE_SECRET_KEY_FALLBACKS, or rotate the secret."


def made() -> str:
    """A new secret, as its owner is shown it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def closed(secret: str) -> str:
    """A secret encrypted, as it is stored."""
    return _keys().encrypt(secret.encode()).decode()


def opened(stored: str) -> str:
    """A stored secret in plain, to sign with. Raises SecretUnreadable."""
    try:
        return _keys().decrypt(stored.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable("the secret of the webhook cannot be decrypted") from None


def is_current(stored: str) -> bool:
    """Whether a stored secret is encrypted under the key in force."""
    try:
        _derived(settings.SECRET_KEY).decrypt(stored.encode())
    except InvalidToken:
        return False
    return True


def _keys() -> MultiFernet:
    return MultiFernet(
        [_derived(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _derived(key: str) -> Fernet:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"riskscore.webhooks")
    return Fernet(base64.urlsafe_b64encode(derivation.derive(key.encode())))
