"""One run at a time in a folder, and what a killed one has left there.

The children of a run hold its lock too, so that nobody starts a second worker beside one that is
still ending. Whoever finds the lock held by a run that is dead ends the children and takes over.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from riskscore.serving.processes import CannotRun

WAIT_S = 5.0
"""Seconds that children of a killed run may take to end by themselves, and then after a signal."""


@contextmanager
def only_one(var: Path, address: str) -> Iterator[int]:
    """Hold the folder's run lock; yield its descriptor. Raises CannotRun if a living run has it."""
    with (var / "run.lock").open("a+") as lock:
        if not _locked(lock):
            holder = _holder(lock)
            if _is_a_run(holder, var):
                raise CannotRun(
                    f"already running in {var} ({_words(lock)}): stop that one with Ctrl-C first"
                )
            _end_orphans(lock, var)
        lock.truncate(0)
        lock.write(f"process {os.getpid()}{address and f', {address}'}\n")
        lock.flush()
        yield lock.fileno()


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _words(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip() or "just starting"


def _holder(lock: IO[str]) -> int:
    """The process that wrote itself down; 0 where one is only starting."""
    words = _words(lock).removeprefix("process ").split(",")[0]
    return int(words) if words.isdigit() else 0


def _is_a_run(process: int, var: Path) -> bool:
    """Whether the process lives and holds the lock, so that it is no other with its number."""
    if process == 0:
        return True
    if not Path("/proc/self").exists():  # macOS: the number has to do
        with suppress(ProcessLookupError):
            os.kill(process, 0)
            return True
        return False
    return process in _holding(var)


def _holding(var: Path) -> set[int]:
    """The processes that have the lock's file open."""
    found = set()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):  # it ended meanwhile, or is another user's
            if descriptor.samefile(var / "run.lock"):
                found.add(int(descriptor.parts[2]))
    return found - {os.getpid()}


def _end_orphans(lock: IO[str], var: Path) -> None:
    """Wait until the children of a dead run are gone, then end them. Raises CannotRun."""
    for number in (0, signal.SIGTERM, signal.SIGKILL):  # 0 asks only
        for process in _holding(var):
            with suppress(ProcessLookupError):
                os.kill(process, number)
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if _locked(lock):
                return
            time.sleep(0.05)
    raise CannotRun(f"processes of a run that was killed still hold {var}/run.lock: end them")
