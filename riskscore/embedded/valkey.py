"""Valkey from its wheel."""

from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from riskscore.config import addresses
from riskscore.embedded.programs import own, processes_in, program, run, until


@dataclass(frozen=True)
class Valkey:
    """Valkey on a private socket: on TCP, without a password, any local user could add tasks."""

    var: Path

    @property
    def folder(self) -> Path:
        """Its data."""
        return self.var / "valkey"

    def answers(self) -> bool:
        """Say whether a client gets through; one that refuses, for a full disk, does answer."""
        try:
            with self._client() as client:
                client.ping()
        except redis.ResponseError:
            return True
        except redis.RedisError:
            return False
        return True

    def start(self) -> None:
        """Start it in the background, with every write appended to a file.

        Never a second one: it would take the first one's socket away and write into its file.
        """
        folder, log = self.folder, self.var / "log" / "valkey.log"
        own(folder)
        if processes_in(folder):
            until(self.answers, f"Valkey in {folder} runs but does not answer: end it")
            return
        chosen = {
            "port": "0",
            "unixsocket": str(addresses.socket_folder(self.var) / addresses.VALKEY_SOCKET),
            "unixsocketperm": "700",
            "dir": str(folder),
            "logfile": str(log),
            "pidfile": str(folder / "valkey.pid"),
            "save": "",
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            "daemonize": "yes",
        }
        words = [word for name, value in chosen.items() for word in (f"--{name}", value)]
        run([program("valkey-server"), *words], log=log, ordinary=False)
        until(self.answers, f"Valkey did not start, see {log}; repair it")

    def stop(self) -> None:
        """Flush and stop."""
        if self.answers():
            with self._client() as client:
                client.shutdown()
            until(lambda: not self.answers(), "Valkey did not stop; end it")

    def _client(self) -> redis.Redis:
        """Return a client that gives up at once: the default tries for four seconds."""
        url = addresses.broker("", self.var).redis
        return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=5)
