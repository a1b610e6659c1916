"""The worker and the web server as child processes: started, watched, and never left behind."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from riskscore.errors import UnavailableError
from riskscore.serving import log_files

GRACE = 20.0  # seconds that the children may take to finish what they are doing
PR_SET_PDEATHSIG = 1
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotRun(UnavailableError):
    """The command cannot go on: one line that says why and what to do."""

    code = "cannot_run"


@dataclass
class Children:
    """Child processes that end when their parent does, however that ends.

    Each is the head of a session of its own, so that Ctrl-C reaches the parent alone and the
    parent decides in which order things stop.
    """

    log_folder: Path
    inherited: int  # a lock's descriptor: it stays locked for as long as any child lives
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    commands: dict[str, tuple[Sequence[str], dict[str, str]]] = field(default_factory=dict)
    began_at: dict[str, int] = field(default_factory=dict)
    is_stopping: bool = False
    """Whether somebody wants all to end. A KeyboardInterrupt that comes within a callback of C is
    lost; this is not."""

    def start(self, name: str, module: Sequence[str], **changes: str) -> None:
        """Start `python -m module…`; what it says is added to the folder's `name.log`."""
        self.commands[name] = (module, changes)
        self.start_again(name)

    def start_again(self, name: str) -> None:
        """Start a child by the command with which it was started first."""
        module, changes = self.commands[name]
        log = log_files.open_to_append(self.log_of(name))
        try:
            self.began_at[name] = os.fstat(log).st_size
            with _uninterrupted():
                self.running[name] = subprocess.Popen(
                    [sys.executable, "-m", *module],
                    env={**os.environ, **changes},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=(self.inherited,),
                    preexec_fn=_before_child(),  # noqa: PLW1509 - no other thread is at work
                )
        finally:
            os.close(log)

    def lives(self, name: str) -> bool:
        """Whether a child runs."""
        return self.running[name].poll() is None

    def how_it_ended(self, name: str) -> str:
        """Status and last words of a child that has ended, in a line."""
        log = self.log_of(name)
        words = log_files.last_words(log, self.began_at[name])
        status = self.running[name].returncode
        return f"the {name} process ended with status {status}: {words} (all: {log})"

    def log_of(self, name: str) -> Path:
        """Return where a child writes."""
        return self.log_folder / f"{name}.log"

    def check(self, *, killed: bool = True) -> None:
        """Raise CannotRun if a child has ended by itself, KeyboardInterrupt if all is to end.

        With ``killed`` also if another process has killed it.
        """
        if self.is_stopping:
            raise KeyboardInterrupt
        for name, child in self.running.items():
            if not self.lives(name) and (killed or child.returncode >= 0):
                raise CannotRun(self.how_it_ended(name))

    def stop(self) -> None:
        """End all children: politely, and after GRACE seconds not."""
        for child in self.running.values():
            child.terminate()
        end = time.monotonic() + GRACE
        for child in self.running.values():
            try:
                child.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        self.running.clear()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold signals back, lest one comes when a child lives and nobody has noted it yet."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _before_child() -> Callable[[], None]:
    """Return what a child does first: hear signals, and ask Linux for SIGTERM at parent's death."""
    linux = sys.platform.startswith("linux")
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
        if linux:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it died before the question
                os._exit(1)

    return ask


@contextmanager
def children_of(log_folder: Path, inherited: int) -> Iterator[Children]:
    """Give a block its children; SIGTERM and a closed terminal end the block as Ctrl-C does.

    While the children stop, further signals are ignored: all that happens then is stopping.
    """

    children = Children(log_folder, inherited)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        children.is_stopping = True
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in ENDINGS}
    try:
        yield children
    finally:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        children.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def check_port(host: str, port: int) -> None:
    """Raise CannotRun if the port cannot be had."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            raise CannotRun(
                f"port {port} cannot be used ({error.strerror}): stop what listens there, "
                "or choose another one with RISKSCORE_PORT"
            ) from None


def wait_for_port(
    host: str, port: int, look: Callable[[], None], log: Path, *, seconds: float = 30
) -> None:
    """Wait until a child listens, which writes to ``log``; ``look`` is called meanwhile.

    Raises what that raises, and CannotRun when it takes too long.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        look()
        with suppress(OSError), socket.create_connection((host, port), 1):
            return
        time.sleep(0.05)
    raise CannotRun(f"the web server does not listen on port {port}: see {log}")
