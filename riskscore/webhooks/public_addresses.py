"""Which network addresses a webhook may be at: public ones, and in development those named."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings

from riskscore.errors import ValidationError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: As ``socket.getaddrinfo``.
Lookup = Callable[..., Sequence[tuple[Any, ...]]]

_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
#: Public by their numbers, and yet not the internet: relays and tunnels that hide another address,
#: documentation, and the address at which one cloud answers its machines' own questions.
_NOT_INTERNET = tuple(
    ipaddress.ip_network(one)
    for one in (
        "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24",
        "2001::/23", "2001:db8::/32", "2002::/16",
        "3fff::/20",
    )
)  # fmt: skip


class NotPublic(ValidationError):
    """The receiver's name leads to an address that is never called."""

    code = "address_not_public"
    remedy = "Give the address of a service on the public internet."


class NoAddress(ValidationError):
    """The receiver's name leads to no address."""

    code = "no_such_host"
    remedy = "Check the spelling of the name, or wait until it is known."


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet, and not a private, local or special one."""
    if isinstance(address, ipaddress.IPv6Address) and (inner := address.ipv4_mapped):
        return is_public(inner)
    if address.version == 6 and address not in _GLOBAL_V6:
        return False
    special = any(
        address in network for network in _NOT_INTERNET if network.version == address.version
    )
    return address.is_global and not address.is_multicast and not special


def resolved(host: str, port: int, lookup: Lookup | None = None) -> list[str]:
    """The addresses of a host, asked for once, of which every one may be called.

    Raises NoAddress, and NotPublic if any single one is not public, since whoever connects does not
    choose which. In development ``RISKSCORE_WEBHOOK_DEVELOPMENT`` names others with their ports.
    """
    try:
        rows = (lookup or socket.getaddrinfo)(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as error:
        raise NoAddress(f"{host} has no address ({error})", place="url") from None
    found = list(dict.fromkeys(str(row[4][0]) for row in rows))
    if not found:
        raise NoAddress(f"{host} has no address", place="url")
    for text in found:
        if not may_be_called(text, port):
            raise NotPublic(f"{host} leads to {text}, which is not public", place="url")
    return found


def may_be_called(text: str, port: int) -> bool:
    """Whether a connection to this address and port may be made."""
    try:
        address = ipaddress.ip_address(text)  # one with a zone is link-local, and not global
    except ValueError:
        return False
    return is_public(address) or is_named(str(address), port)


def is_named(host: str, port: int) -> bool:
    """Whether the setting for development names this address and port."""
    return f"{host}:{port}" in settings.WEBHOOK_DEVELOPMENT
