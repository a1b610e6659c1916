"""The address of a receiver, taken apart once: what is checked is what is called."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from riskscore.errors import ValidationError
from riskscore.webhooks import public_addresses

PORTS = (443, 8443)
LONGEST = 400
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
#: Of several labels; the last begins with a letter, so that no form of a number is a name.
_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_TARGET = re.compile(r"[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*")


class BadReceiver(ValidationError):
    """The address of a webhook is none that is called."""

    code = "bad_receiver"
    remedy = (
        f"Give https://name/path, on port {PORTS[0]} or {PORTS[1]}, without a user or fragment."
    )


@dataclass(frozen=True, slots=True)
class Receiver:
    """Scheme, host in ASCII and lower case, port, and path with query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        """The address, as it is stored and called."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        port = "" if self.port == usual else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"

    @classmethod
    def of(cls, url: str) -> Self:
        """Take an address apart. Raises BadReceiver; nothing is looked up.

        It is https, or http where the setting for development names the address and port.
        """
        if len(url) > LONGEST or not url.isprintable() or any(c in url for c in " \\"):
            raise _bad("it is too long, or has a space, a backslash or a control character")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise _bad(str(error)) from None
        if parts.scheme not in ("https", "http"):
            raise _bad(f"it begins with {parts.scheme[:20] or 'no scheme'!r}")
        if "@" in parts.netloc or parts.fragment or url.endswith("#"):
            raise _bad("it has a user, a password or a fragment")
        made = cls(
            parts.scheme,
            _host(parts.hostname or ""),
            port if port is not None else (443 if parts.scheme == "https" else 80),
            _target(parts.path, parts.query),
        )
        if not public_addresses.is_named(made.host, made.port):
            made._check_outside()
        return made

    def _check_outside(self) -> None:
        if self.scheme != "https":
            raise _bad("it is not https")
        if self.port not in PORTS:
            raise _bad(f"port {self.port} is none of {PORTS[0]} and {PORTS[1]}")

    def addresses(self, lookup: public_addresses.Lookup | None = None) -> list[str]:
        """Where it is, every one an address that may be called. Raises NotPublic and NoAddress."""
        return public_addresses.resolved(self.host, self.port, lookup)


def _host(text: str) -> str:
    """A host in ASCII: a name, or an address in its usual form. Raises BadReceiver.

    Numbers in other forms (127.1, 0x7f.1, 2130706433) name addresses too, and are refused.
    """
    if "%" in text:
        raise _bad("a host has no zone and no %XX")
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        name = text.encode("idna").decode().lower()
    except UnicodeError:
        name = ""
    if not _NAME.fullmatch(name):
        raise _bad(f"{text[:80]!r} is no name of a host")
    return name


def _target(path: str, query: str) -> str:
    target = (path or "/") + (f"?{query}" if query else "")
    if not _TARGET.fullmatch(target):
        raise _bad("its path has characters that must be written as %XX")
    return target


def _bad(why: str) -> BadReceiver:
    return BadReceiver(f"the address cannot be called: {why}", place="url")
