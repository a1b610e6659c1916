"""Where the database and the broker are: pure arithmetic on URLs and paths, starts nothing.

A configured URL wins; without one the servers of `riskscore.embedded` are meant, and their
sockets lie at a place that depends on the checkout alone, so every process finds the same one.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# The kernel cuts socket paths off after 107 bytes (Linux) or 103 (macOS).
LONGEST_SOCKET_PATH = 103
POSTGRES_SOCKET, POSTGRES_PORT = ".s.PGSQL.5432", "5432"
VALKEY_SOCKET = "valkey.sock"
NAME = "riskscore"  # of the embedded database and of its user


@dataclass(frozen=True)
class Broker:
    """One server under the two spellings that its two clients insist on."""

    redis: str  # for redis-py: redis://, rediss:// or unix://
    kombu: str  # for Celery: redis://, rediss:// or redis+socket://


def socket_folder(var: Path) -> Path:
    """Return where the embedded servers of `var` listen: inside it, or under /tmp if that is deep.

    The short folder is named by user and checkout, and made 0700 by whoever starts the servers.
    """
    inside = var / "sockets"
    fits = len(os.fsencode(inside / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH
    # A client of PostgreSQL takes a comma for the end of one host's address.
    if fits and "," not in str(inside):
        return inside
    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    # Not tempfile.gettempdir(): two processes with different TMPDIR must still meet.
    return Path("/tmp") / f"{NAME}-{os.getuid()}-{name}"  # noqa: S108


def database(url: str, var: Path) -> dict[str, Any]:
    """Return Django's DATABASES entry for `url`, or for the embedded server when it is empty.

    `?pool_mode=transaction` says that a pooler stands there which gives each transaction another
    session. Other parameters go to libpq.
    """
    if not url:
        folder = str(socket_folder(var))
        return {"NAME": NAME, "USER": NAME, "HOST": folder, "PORT": POSTGRES_PORT, "OPTIONS": {}}
    parts = _split("DATABASE_URL", url, ("postgresql", "postgres"))
    if not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL: names no database (…@host:5432/riskscore)")
    options = dict(parse_qsl(parts.query))
    mode = options.pop("pool_mode", "session")
    if mode not in ("session", "transaction"):
        raise ImproperlyConfigured("DATABASE_URL: pool_mode is session or transaction")
    return {
        # A cursor of the server's would outlive the transaction that a pooler gives us.
        **({"DISABLE_SERVER_SIDE_CURSORS": True} if mode == "transaction" else {}),
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def broker(url: str, var: Path) -> Broker:
    """Return both spellings of `url`, or of the embedded server when it is empty.

    redis-py takes unix://, kombu takes redis+socket://, and neither takes the other's.
    """
    if not url:
        # Percent signs in a path would be unquoted by kombu, spaces refused by urlsplit's users.
        path = quote(str(socket_folder(var) / VALKEY_SOCKET))
        return Broker(redis=f"unix://{path}", kombu=f"redis+socket://{path}")
    parts = _split("REDIS_URL", url, ("redis", "rediss", "unix", "redis+socket"))
    if not parts.scheme.startswith(("unix", "redis+socket")):
        return Broker(redis=url, kombu=url)
    query = dict(parse_qsl(parts.query))
    number = query.get("db") or query.get("virtual_host") or "0"
    place = f"{parts.netloc}{parts.path}"
    return Broker(f"unix://{place}?db={number}", f"redis+socket://{place}?virtual_host={number}")


def _split(variable: str, url: str, schemes: tuple[str, ...]) -> SplitResult:
    """Split a URL of a known scheme; the message never repeats it, since it may hold a password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable}: not a URL ({error})") from None
    if parts.scheme not in schemes:
        allowed = ", ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{variable}: starts with none of {allowed}")
    return parts


def folder(variable: str, text: str) -> Path:
    """Return the folder that a variable names. Raises ImproperlyConfigured for a name with marks
    that a shell expands: PostgreSQL starts its server through one."""
    if found := sorted(set(text) & set("$`\"\\'\n\r\t")):
        raise ImproperlyConfigured(
            f"{variable}={text!r}: choose a folder without {' '.join(found).strip() or 'breaks'}"
            " in its path"
        )
    return Path(text).resolve()


@dataclass(frozen=True)
class Mail:
    """How mail goes out, in Django's words; the console's where no server is named."""

    backend: str = "django.core.mail.backends.console.EmailBackend"
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starts_tls: bool = False
    speaks_tls: bool = False


def mail(url: str) -> Mail:
    """Return how mail goes out. An empty URL, and ``console:``, write it to the log.

    ``smtp://user:password@host:587`` begins TLS by STARTTLS, ``smtps://`` speaks it from the
    start, ``smtp+plain://`` never does. Raises ImproperlyConfigured for anything else.
    """
    parts = urlsplit(url)
    if not url or url == "console:":
        return Mail()
    ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
    if parts.scheme not in ports or not parts.hostname:
        raise ImproperlyConfigured(
            "RISKSCORE_EMAIL_URL: say console:, or smtp://user:password@host:587"
            " (smtps:// for TLS from the start, smtp+plain:// for none)"
        )
    return Mail(
        "django.core.mail.backends.smtp.EmailBackend",
        parts.hostname,
        parts.port or ports[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        starts_tls=parts.scheme == "smtp",
        speaks_tls=parts.scheme == "smtps",
    )
