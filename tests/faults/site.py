"""Servers, a database, workers and a web server for the fault suite alone, all breakable."""

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self
from urllib.parse import quote

import redis
from django.db import DatabaseError, connection

from riskscore.config import addresses
from riskscore.embedded.postgres import Postgres
from riskscore.embedded.valkey import Valkey
from riskscore.jobs import ledger
from riskscore.models import Job
from tests.faults.proxy import Proxy
from tests.processes import ROOT, environment, until

QUEUES = ("interactive", "bulk", "intake", "maintenance")
TEMPLATE = "faults_template"


@contextmanager
def database_at(sockets: Path, name: str) -> Iterator[None]:
    """Use the database of that name, on the server that listens in the folder, as the default."""
    before = {key: connection.settings_dict[key] for key in ("NAME", "HOST")}
    connection.close()
    connection.settings_dict |= {"NAME": name, "HOST": str(sockets)}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= before


@dataclass
class House:
    """The two servers in their folder, and the door through which workers reach the broker."""

    var: Path
    proxy: Proxy = field(init=False)

    def __post_init__(self) -> None:
        self.postgres, self.valkey = Postgres(self.var), Valkey(self.var)
        self.sockets = addresses.socket_folder(self.var)
        self.proxy = Proxy(self.sockets / addresses.VALKEY_SOCKET)

    @property
    def broker_url(self) -> str:
        return f"redis://127.0.0.1:{self.proxy.port}/0"

    def broker(self) -> redis.Redis:
        """A client that does not pass through the proxy."""
        return redis.Redis.from_url(addresses.broker("", self.var).redis)

    def database_url(self, name: str) -> str:
        return f"postgresql://riskscore@/{name}?host={quote(str(self.sockets), safe='')}"

    @contextmanager
    def connected_to(self, name: str) -> Iterator[None]:
        """Use a database of this house as the default one."""
        with database_at(self.sockets, name):
            yield

    def on_server(self, *statements: str) -> None:
        with self.connected_to("postgres"), connection.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql)


@dataclass
class Process:
    """A child at the head of a session of its own; it can be killed whole, or only its children."""

    command: list[str]
    env: dict[str, str]
    log: Path
    popen: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as said:
            self.popen = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stdout=said, stderr=said,
                start_new_session=True,
            )  # fmt: skip

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the process and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)
        if number == signal.SIGKILL:
            self.popen.wait(60)

    def children(self) -> list[int]:
        """The forks of its pool, and of the thread that polls."""
        found = ""
        with suppress(FileNotFoundError):  # it has ended meanwhile
            for thread in Path(f"/proc/{self.popen.pid}/task").iterdir():
                found += (thread / "children").read_text()
        return [int(child) for child in found.split()]

    def wait_for_children(self) -> None:
        """Wait until it is well on its feet: to kill what is dead is no fault."""
        try:
            until(self.children, "the worker has children")
        except AssertionError as late:
            raise AssertionError(f"{late}: {self.log.read_text()[-5000:]}") from None

    def kill_child(self) -> None:
        """Kill the children alone; the parent makes new ones."""
        for pid in self.children():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@dataclass
class Site:
    """One database of the house, and the processes that work on it."""

    house: House
    database: str
    lease_s: int = 3
    chunk: int = 50
    drag_s: float = 0.0
    processes: dict[str, Process] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return environment(
            DATABASE_URL=self.house.database_url(self.database),
            REDIS_URL=self.house.broker_url,
            RISKSCORE_VAR=str(self.house.var),
            FAULT_LEASE_S=str(self.lease_s),
            FAULT_CHUNK=str(self.chunk),
            FAULT_DRAG_S=str(self.drag_s),
        )

    def _start(self, name: str, *module: str) -> Process:
        log = self.house.var / "log" / f"{self.database}-{name}.log"
        self.processes[name] = Process([sys.executable, "-m", *module], self.environment(), log)
        return self.processes[name]

    def start_worker(self, name: str) -> Process:
        options = ("--concurrency=1", "--without-mingle", "--without-gossip", "--loglevel=INFO")
        node = f"--hostname={name}@{self.database}"
        module = (
            "celery",
            "-A",
            "tests.faults.app",
            "worker",
            "-Q",
            ",".join(QUEUES),
            node,
            *options,
        )
        return self._start(name, *module)

    def start_web(self) -> str:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        front = "--worker-class=riskscore.serving.buffered_worker.BufferedWorker"
        options = ("--no-control-socket", front, "--workers=1", "--threads=4")
        self._start(
            "web", "gunicorn", "riskscore.wsgi:application", *options, f"-b127.0.0.1:{port}"
        )
        until(partial(_answers, f"http://127.0.0.1:{port}/readyz"), "the web server is warm")
        return f"http://127.0.0.1:{port}/api/v1"

    def wait_for_workers(self, *names: str) -> None:
        for name in names:
            log = self.processes[name].log
            try:
                until(partial(_is_ready, log), f"{name} is ready")
            except AssertionError as late:
                raise AssertionError(f"{late}: {log.read_text()[-3000:]}") from None

    @contextmanager
    def supervised(self) -> Iterator[None]:
        """Start anew whatever ends, as a container's supervisor does."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(0.2):
                for process in list(self.processes.values()):
                    if process.popen.poll() is not None:
                        process.start()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill(signal.SIGCONT)
            process.kill()
        self.processes.clear()


def _is_ready(log: Path) -> bool:
    return " ready." in log.read_text()


def _answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310
        return bool(answer.status == 200)
    return False


class Watcher:
    """Looks at a job's progress all the time and keeps what it saw."""

    def __init__(self, job: Job) -> None:
        self.job, self.seen = job, [ledger.progress(job.id)]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def now(self) -> ledger.Progress:
        return self.seen[-1]

    def has_seen(self, projects: float) -> bool:
        return self.now.ended >= projects

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.05):
            try:
                self.seen.append(ledger.progress(self.job.id))
            except DatabaseError:
                connection.close()  # it was broken on purpose
        connection.close()


def ended(job: Job, *, seconds: float = 60) -> Job:
    """Wait until the job ends; return its row."""
    until(partial(_has_ended, job), f"job {job.id} ends", seconds=seconds)
    return Job.objects.get(id=job.id)


def until_done(job: Job, projects: int) -> None:
    """Wait until so many of the job's projects are scored."""
    until(lambda: ledger.progress(job.id).done >= projects, f"{projects} projects are scored")


def _has_ended(job: Job) -> bool:
    try:
        return ledger.progress(job.id).state in Job.TERMINAL
    except DatabaseError:
        connection.close()  # it was broken on purpose
        return False
