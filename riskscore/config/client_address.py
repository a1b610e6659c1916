"""From where a request came, behind exactly as many proxies as RISKSCORE_PROXIES says."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

#: Whoever has one IPv6 address has as many as a network of this length holds.
IPV6_PREFIX = 64
#: Signs of the longest address; a longer text is none, and is not kept.
LONGEST = 45


def of(request: HttpRequest) -> str:
    """The address of the client, as text; empty where the front is a socket and names none.

    Each proxy adds the address that it sees at the right of X-Forwarded-For: so many entries from
    the right are believed, and nothing that the client wrote itself, left of them.
    """
    seen = str(request.META.get("REMOTE_ADDR") or "")
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR") or "")
    if settings.PROXIES and forwarded:
        entries = [entry.strip() for entry in forwarded.split(",")]
        seen = entries[-min(settings.PROXIES, len(entries))]
    return seen if len(seen) <= LONGEST and _is_address(seen) else ""


def counted(request: HttpRequest) -> str | None:
    """The address under which attempts are counted: of IPv6 its network; None where unknown."""
    text = of(request)
    return _network(text) if text else None


@lru_cache(maxsize=1000)
def _network(text: str) -> str:
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((address.packed, IPV6_PREFIX), strict=False).network_address)
    return text


@lru_cache(maxsize=1000)
def _is_address(text: str) -> bool:
    try:
        return "%" not in text and bool(ip_address(text))
    except ValueError:
        return False
