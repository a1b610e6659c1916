"""A TCP door in front of a Unix socket, that can hesitate, swallow, or slam."""

import socket
import threading
import time
from contextlib import suppress
from enum import StrEnum
from pathlib import Path


class Mood(StrEnum):
    PASS = "pass"
    DELAY = "delay"  # every packet waits
    BLACKHOLE = "blackhole"  # connections are accepted, and nothing is ever heard again
    REFUSE = "refuse"  # connections are closed at once


class Proxy:
    """Threads that carry bytes both ways; ``mood`` says how, from the next packet on."""

    def __init__(self, target: Path, *, delay_s: float = 0.3) -> None:
        self.target, self.delay_s, self.mood = target, delay_s, Mood.PASS
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, mood: Mood) -> None:
        """Change the mood; refusing also cuts what is open."""
        self.mood = mood
        if mood == Mood.REFUSE:
            self.reset()

    def reset(self) -> None:
        """Cut every open connection."""
        for end in list(self._open):
            self._close(end)

    def close(self) -> None:
        """Stop listening and cut everything."""
        self._close(self._door)
        self.reset()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                if self.mood == Mood.REFUSE:
                    self._close(client)
                    continue
                server = socket.socket(socket.AF_UNIX)
                with suppress(OSError):
                    server.connect(str(self.target))
                self._open |= {client, server}
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                if self.mood == Mood.DELAY:
                    time.sleep(self.delay_s)  # this is the fault itself, nobody waits for it
                if self.mood != Mood.BLACKHOLE:
                    target.sendall(content)
        for end in (source, target):
            self._close(end)

    def _close(self, end: socket.socket) -> None:
        self._open.discard(end)
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
