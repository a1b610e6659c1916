"""PostgreSQL and Valkey from wheels, for whoever configured no server of their own.

`ensure()` starts them, or attaches to those that already run for this folder; the last user out
stops them. Each user holds a shared lock on `users.lock`, and at exit tries to make it exclusive:
whoever succeeds was the last. A killed user drops its lock with its life, so nobody has to
remember who was there. `start.lock` lets one process at a time start servers.
"""

import atexit
import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol, Self

from django.conf import settings

from riskscore.config import addresses
from riskscore.embedded.postgres import Postgres
from riskscore.embedded.programs import CannotServe, one_line_errors, own
from riskscore.embedded.valkey import Valkey

__all__ = [
    "CannotServe",
    "Lease",
    "Postgres",
    "Server",
    "Valkey",
    "ensure",
    "serve",
    "stop_if_unused",
]


class Server(Protocol):
    """What both servers can do."""

    def answers(self) -> bool:
        """Say whether a client gets through."""

    def start(self) -> None:
        """Start it, creating its folder the first time; return once it answers."""

    def stop(self) -> None:
        """Stop it cleanly if it runs; return once it is gone."""


@dataclass
class Lease:
    """One process's hold on the servers; closing the last one stops them."""

    servers: Sequence[Server]
    lock: IO[bytes]
    owner: int = field(default_factory=os.getpid)

    def close(self) -> None:
        """Let go, once. A forked child must not release what its parent holds."""
        if self.lock.closed or self.owner != os.getpid():
            return
        with self.lock:
            _stop_if_last(self.servers, self.lock)

    def __enter__(self) -> Self:
        """Hold the servers for a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go at the end of the block."""
        self.close()


def ensure() -> Lease | None:
    """Have the servers run that no URL replaces, until this process ends; None if none is needed.

    Raises CannotServe.
    """
    needed = {"postgres": not settings.DATABASE_URL, "valkey": not settings.REDIS_URL}
    return serve(settings.VAR, **needed) if any(needed.values()) else None


def serve(var: Path, *, postgres: bool = True, valkey: bool = True, durable: bool = True) -> Lease:
    """Start or join the servers of the folder `var`; `durable=False` trades safety for speed.

    Raises CannotServe.
    """
    servers: list[Server] = [Postgres(var, durable=durable)] if postgres else []
    servers += [Valkey(var)] if valkey else []
    with one_line_errors():
        own(var)
        lock = (var / "users.lock").open("ab")
        fcntl.flock(lock, fcntl.LOCK_SH)  # waits while a last user stops the servers
        lease = Lease(servers, lock)
        atexit.register(lease.close)
        try:
            _start(servers, var)
        except BaseException:
            lease.close()
            raise
    return lease


def stop_if_unused(var: Path) -> bool:
    """Stop the servers that killed users left behind; False if somebody uses them."""
    with (var / "users.lock").open("ab") as lock:
        return _stop_if_last([Postgres(var), Valkey(var)], lock)


def _start(servers: Sequence[Server], var: Path) -> None:
    """Start what does not answer, one process at a time."""
    for folder in (addresses.socket_folder(var), var / "log"):
        own(folder)
        folder.chmod(0o700)
    with (var / "start.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for server in servers:
            if not server.answers():
                server.start()


def _stop_if_last(servers: Sequence[Server], lock: IO[bytes]) -> bool:
    """Stop the servers if nobody else holds the lock."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    for server in servers:
        server.stop()
    return True
