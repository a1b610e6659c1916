"""One POST to a receiver: to a checked address, without redirects, bounded in time and bytes."""

import asyncio
import re
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import certifi
import httpcore

from riskscore.errors import RiskscoreError
from riskscore.webhooks.public_addresses import Lookup, resolved
from riskscore.webhooks.receiver import Receiver

TIMEOUT_S = 15.0  # from the look-up of the name to the end of the reply
MOST_READ = 64 * 1024
#: Of a reply so much is kept, for whoever looks why it was none of success.
HEAD = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of an attempt: a status of HTTP, or none and an error."""

    status: int | None
    seconds: float
    head: str = ""
    error: str = ""
    retry_after: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the receiver took the message. A redirect is none."""
        return self.status is not None and 200 <= self.status < 300


class Pinned(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, and looks nothing up again.

    TLS and ``Host`` still speak of the name: the caller's pool sees to that.
    """

    def __init__(self, addresses: Iterable[str]) -> None:
        self._addresses = tuple(addresses)
        self._tcp = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - a name, which is not asked for again
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The first of the addresses that answers."""
        for address in self._addresses[:-1]:
            try:
                return await self._tcp.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._tcp.connect_tcp(
            self._addresses[-1], port, timeout, local_address, socket_options
        )


async def post(
    receiver: Receiver, headers: Mapping[str, str], body: bytes, lookup: Lookup | None = None
) -> Reply:
    """Hand a message over; whatever happens, a Reply. Never raises but when cancelled."""
    began = time.monotonic()
    seen = _Seen()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await _post(receiver, headers, body, lookup, seen)
    except TimeoutError:
        seen.error = f"no complete reply within {TIMEOUT_S:.0f} s"
    except RiskscoreError as error:
        seen.error = str(error)
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.TimeoutException,
        OSError,
    ) as error:
        seen.error = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    head = bytes(seen.body[:HEAD]).decode("utf-8", "replace")
    return Reply(
        seen.status,
        time.monotonic() - began,
        _CONTROL.sub("�", head)[:HEAD],
        "" if seen.status is not None else _CONTROL.sub("�", seen.error)[:400],
        seen.retry_after,
    )


class _Seen:
    """What has come of a reply so far."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.body = bytearray()
        self.error = self.retry_after = ""


async def _post(
    receiver: Receiver,
    signed: Mapping[str, str],
    body: bytes,
    lookup: Lookup | None,
    seen: _Seen,
) -> None:
    addresses = await asyncio.to_thread(resolved, receiver.host, receiver.port, lookup)
    wait = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_S)
    async with (
        httpcore.AsyncConnectionPool(
            ssl_context=_trusted(), network_backend=Pinned(addresses), retries=0
        ) as pool,
        pool.stream(
            "POST",
            receiver.url,
            headers=list(signed.items()),
            content=body,
            extensions={"timeout": wait},
        ) as response,
    ):
        seen.status = response.status
        headers = {name.lower(): value for name, value in response.headers}
        seen.retry_after = headers.get(b"retry-after", b"").decode("latin-1")[:40]
        async for part in response.aiter_stream():
            seen.body += part[: MOST_READ - len(seen.body)]
            if len(seen.body) >= MOST_READ:
                break


@cache
def _trusted() -> ssl.SSLContext:
    """The public authorities, and those that the machine (``SSL_CERT_FILE``) trusts."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context
