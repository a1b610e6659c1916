"""One real `make run`, from outside: its words, its processes, its answers and its database."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from riskscore.celery import publish
from riskscore.config import addresses
from riskscore.models import Job
from tests.faults.site import database_at
from tests.processes import MANAGE, ROOT, environment, until

#: The promise: serving again within so many seconds.
PROMISED_S = 60.0


@dataclass
class MakeRun:
    """`manage.py demo --serve` on a folder, started as often as the test wants."""

    var: Path
    changes: dict[str, str] = field(default_factory=dict)
    key: str = ""
    process: subprocess.Popen[bytes] = field(init=False)
    began: float = field(init=False, default=0.0)
    since: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.said = self.var.with_name(f"{self.var.name}-said.txt")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def start(self) -> None:
        """Start it, at the head of a process group of its own."""
        own = {"RISKSCORE_VAR": str(self.var), "RISKSCORE_PORT": str(self.port)}
        with self.said.open("ab") as said:
            self.since, self.began = said.tell(), time.monotonic()
            self.process = subprocess.Popen(
                [*MANAGE, "demo", "--serve"], cwd=ROOT, env=environment(**own, **self.changes),
                stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip

    def lives(self) -> bool:
        return self.process.poll() is None

    def words(self) -> str:
        """What it has said since its last start."""
        return self.said.read_bytes()[self.since :].decode(errors="replace")

    def said_of_deaths(self) -> list[str]:
        """The lines about what has ended, cannot be started, or runs again."""
        about = (" again", "cannot be", "does not", "ended with")
        return [line for line in self.words().splitlines() if any(w in line for w in about)]

    def processes(self) -> dict[int, str]:
        """Every living process that works for the folder, servers too, with its command line."""
        mark, found = f"RISKSCORE_VAR={self.var}\0".encode(), {}
        places = (self.var, (self.var / "postgres").resolve())
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended meanwhile
                inside = any((process / "cwd").readlink().is_relative_to(at) for at in places)
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
                if line and (inside or mark in (process / "environ").read_bytes()):
                    found[int(process.name)] = line
        return found

    def server(self, name: str) -> int:
        """The number of PostgreSQL's or Valkey's process as its file says; 0: there is none."""
        file = {"PostgreSQL": "postgres/postmaster.pid", "Valkey": "valkey/valkey.pid"}[name]
        with suppress(FileNotFoundError, ValueError):
            return int((self.var / file).read_text().split("\n")[0])
        return 0

    def kill_all(self) -> int:
        """What a power cut does: everything of the folder at once; return how many that were."""
        numbers = list(self.processes())
        for number in numbers:
            kill(number)
        return len(numbers)

    def ask(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and body of an answer; 0 where none comes."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        sent = json.dumps(body).encode() if body is not None else None
        if sent:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", sent, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read()
        except (OSError, ValueError):
            return 0, None

    def is_ready(self) -> bool:
        """The web server, the database and the broker answer."""
        status, body = self.ask("/readyz")
        return status == 200 and body["status"] == "ready"

    def until_ready(self) -> float:
        """Wait until it serves; return the seconds that this took."""
        began = time.monotonic()
        until(self._is_ready_or_gone, "it serves", seconds=PROMISED_S)
        return time.monotonic() - began

    def _is_ready_or_gone(self) -> bool:
        assert self.lives(), f"make run has ended: {self.words()[-3000:]}"
        return self.is_ready()

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it politely; nothing is left running."""
        self.process.send_signal(number)
        self.process.wait(300)
        assert self.processes() == {}

    def close(self) -> None:
        """End whatever is left, whatever the test did."""
        until(lambda: self.kill_all() == 0, "all are gone")
        if self.process.poll() is None:
            self.process.wait(60)

    @contextmanager
    def database(self) -> Iterator[None]:
        """Let this process work on the run's database, and publish to its broker."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CELERY_BROKER_URL", addresses.broker("", self.var).kombu)
            patch.setattr(publish, "_circuit_open_until", 0.0)
            with database_at(addresses.socket_folder(self.var), addresses.NAME):
                yield


def kill(number: int) -> None:
    """`kill -9`, of a process that may be gone already."""
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


def unfinished() -> list[Job]:
    """The jobs that have not ended."""
    return list(Job.objects.exclude(state__in=Job.TERMINAL))


def within_promise(seconds: list[float], what: str) -> None:
    """Print the figures, and hold the promise to them as far as this machine is to blame."""
    ordered = sorted(seconds)
    print(f"{what}: {len(ordered)} times, median {ordered[len(ordered) // 2]:.1f} s, "  # noqa: T201
          f"longest {ordered[-1]:.1f} s")  # fmt: skip
    others = max(os.getloadavg()[0] / (os.cpu_count() or 1), 1.0)
    assert ordered[-1] < PROMISED_S * others
