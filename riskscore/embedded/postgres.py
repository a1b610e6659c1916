"""PostgreSQL from its wheel."""

import shlex
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from riskscore.config import addresses
from riskscore.embedded.programs import DEADLINE, CannotServe, processes_in, program, run, until

HALF_MADE = "postgres-new-"
"""How the folder begins in which a new data folder is made."""


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
            until(self.answers, f"PostgreSQL in {self.folder} runs but does not answer: end it")
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
        run([program("pg_ctl"), action, "-D", str(self.folder), *wait, *arguments], log=log)

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
            # Statements carry values: they are no log's to keep, and fill it when each one fails.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            chosen |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        return [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]

    def _create(self) -> None:
        """Build the data folder beside its place and move it there whole.

        Whoever was killed in doing so left a half-made one; one process at a time gets here.
        """
        for left in self.var.glob(f"{HALF_MADE}*"):
            until(partial(_removed, left), f"{left} was left half made: remove it")
        with tempfile.TemporaryDirectory(prefix=HALF_MADE, dir=self.var) as beside:
            new = Path(beside) / "data"
            # The built-in locale sorts and folds case alike on every machine.
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            user = ["-U", addresses.NAME, "--auth=trust", "--encoding=UTF8"]
            sync = [] if self.durable else ["--no-sync"]
            run([program("initdb"), "-D", str(new), *user, *locale, *sync])
            create = f"CREATE DATABASE {addresses.NAME};\n"
            once = ["--single", "-D", str(new), *([] if self.durable else ["-F"]), "postgres"]
            run([program("postgres"), *once], stdin=create)
            new.rename(self.folder)

    def _check_version(self) -> None:
        result = (self.folder / "PG_VERSION").read_text().strip()
        ours = subprocess.check_output([program("postgres"), "-V"], text=True).split()[-1]
        if result != ours.split(".")[0]:
            raise CannotServe(
                f"{self.folder} was written by PostgreSQL {result}, here is {ours}: "
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
            if int(file.read_text().split("\n")[0]) in processes_in(self.folder):
                return True
            failure = f"processes still work in {self.folder}; end them"
            until(lambda: not processes_in(self.folder), failure)
            file.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
        return False


def _removed(folder: Path) -> bool:
    """Remove a folder. Say whether it is gone: an initdb that outlived whoever started it goes on
    writing into it until it misses its files.
    """
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()
