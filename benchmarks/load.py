"""Requests over kept connections, cheaply: bytes on raw sockets, so that the server is measured."""

import re
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Taken:
    """Seconds of each answer, and how many had another status than the one expected."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def p99(self) -> float:
        """Seconds that one in a hundred exceeds."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]

    @property
    def middle(self) -> float:
        """Median seconds."""
        return median(self.seconds)

    def __iadd__(self, other: "Taken") -> "Taken":
        self.seconds += other.seconds
        self.errors += other.errors
        return self


class Connection:
    """One kept connection; it asks one thing at a time."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer."""
        self._socket.sendall(request)
        head, _, body = self._until_head()
        found = _LENGTH.search(head)
        status = int(head[9:12])
        length = int(found[1]) if found and status != 304 else 0
        pieces, have = [body], len(body)
        while have < length:
            pieces.append(self._more())
            have += len(pieces[-1])
        return status, head, b"".join(pieces)

    def _until_head(self) -> tuple[bytes, bytes, bytes]:
        text = b""
        while b"\r\n\r\n" not in text:
            text += self._more()
        return text.partition(b"\r\n\r\n")

    def _more(self) -> bytes:
        piece = self._socket.recv(1 << 18)
        assert piece, "the server closed the connection"
        return piece

    def close(self) -> None:
        """End it."""
        self._socket.close()


def get(path: str, headers: Mapping[str, str]) -> bytes:
    """The bytes of a request."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def timed(
    port: int, requests: Sequence[bytes], count: int, *, status: int = 200, clients: int = 4
) -> tuple[Taken, float]:
    """What ``clients`` connections that ask at once took, and the seconds for all together.

    Each goes through the requests in turn.
    """
    parts = [Taken() for _ in range(clients)]

    def work(part: Taken) -> None:
        connection = Connection(port)
        for number in range(count // clients):
            start = perf_counter()
            answered, *_ = connection.ask(requests[number % len(requests)])
            part.seconds.append(perf_counter() - start)
            part.errors += answered != status
        connection.close()

    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    start = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - start
    result = Taken()
    for part in parts:
        result += part
    return result, seconds


def streamed(port: int, request: bytes) -> bytes:
    """The end of an answer that comes in chunks: its last kilobytes, without the frames."""
    with socket.create_connection(("127.0.0.1", port), 600) as stream:
        stream.sendall(request)
        end = b""
        while not end.endswith(b"\r\n0\r\n\r\n"):
            piece = stream.recv(1 << 18)
            assert piece, end
            end = (end + piece)[-4096:]
    return end.removesuffix(b"\r\n0\r\n\r\n")
