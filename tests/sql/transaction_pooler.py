"""A pooler of transactions in small: each client gets, for each transaction, the server freed last.

It speaks PostgreSQL's protocol to real clients and a real server, as PgBouncer does with
``pool_mode = transaction``: it makes up the process number that clients are told, refuses
``options``, and keeps no session. Only what the tests send: no COPY, no TLS, no passwords.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TLS, GSS = 80877103, 80877104  # requests before the startup message; answered by N
PROTOCOL = struct.pack("!i", 196608)


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def read(link: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = link.recv(size - len(found))
        if not more:
            raise EOFError
        found += more
    return found


def read_message(link: socket.socket) -> tuple[bytes, bytes]:
    kind = read(link, 1)
    return kind, read(link, struct.unpack("!i", read(link, 4))[0] - 4)


class Pooler:
    """Listens on ``port``; ``sessions`` gives each client a server for good, as session mode."""

    def __init__(self, server: Path, user: str, database: str, *, sessions: bool) -> None:
        self.server, self.sessions = server, sessions
        self.startup = PROTOCOL + f"user\0{user}\0database\0{database}\0\0".encode()
        self.free: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _connect(self) -> tuple[socket.socket, list[bytes]]:
        link = socket.socket(socket.AF_UNIX)
        link.connect(str(self.server))
        link.sendall(struct.pack("!i", len(self.startup) + 4) + self.startup)
        statuses = []
        while True:
            kind, body = read_message(link)
            if kind == b"S":
                statuses.append(message(kind, body))
            if kind == b"Z":
                return link, statuses

    def _serve(self, client: socket.socket) -> None:
        held: socket.socket | None = None
        try:
            if not self._greet(client):
                return
            while True:
                kind, body = read_message(client)
                if kind == b"X":
                    return
                held = held or (self.free.pop() if self.free else self._connect()[0])
                held.sendall(message(kind, body))
                if kind in (b"Q", b"S") and self._answer(held, client) and not self.sessions:
                    self.free.append(held)
                    held = None
        except (EOFError, OSError):
            return
        finally:
            client.close()
            if held:
                held.close()

    def _greet(self, client: socket.socket) -> bool:
        while True:
            body = read(client, struct.unpack("!i", read(client, 4))[0] - 4)
            if struct.unpack("!i", body[:4])[0] not in (TLS, GSS):
                break
            client.sendall(b"N")
        if b"\0options\0" in body or body[4:].startswith(b"options\0"):
            words = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
            client.sendall(message(b"E", words))
            client.close()
            return False
        link, statuses = self._connect()
        self.free.append(link)
        made_up = message(b"K", struct.pack("!ii", 1, 1))
        client.sendall(
            message(b"R", struct.pack("!i", 0)) + b"".join(statuses) + made_up + message(b"Z", b"I")
        )
        return True

    def _answer(self, server: socket.socket, client: socket.socket) -> bool:
        """Pass an answer on; whether no transaction is open at its end."""
        while True:
            kind, body = read_message(server)
            client.sendall(message(kind, body))
            if kind == b"Z":
                return body == b"I"


@contextmanager
def pooler(server: Path, user: str, database: str, *, sessions: bool = False) -> Iterator[int]:
    """Run one; gives its port."""
    running = Pooler(server, user, database, sessions=sessions)
    try:
        yield running.port
    finally:
        running.listener.close()
        for link in running.free:
            link.close()
