"""A real disk fills up while a job runs, and is freed again."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError, connection

from tests.faults.history import Checker, rows
from tests.faults.length import only_long
from tests.faults.runs.conftest import Undisturbed
from tests.faults.runs.make_run import MakeRun, unfinished, within_promise
from tests.faults.runs.test_servers_killed import keep_busy, settled
from tests.processes import until

DISK = 3 * 1024**3
FULL_S = 90.0
#: What all logs together may grow by while the disk is full.
LOGS_GROW = 300_000


@pytest.fixture
def disk(folder: Path) -> Iterator[Path]:
    """Mount a small file system of its own; skip, with the reason, where that is not allowed."""
    place = folder / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(place)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        place.rmdir()
        pytest.skip(f"NO DISK IS FILLED: this user may not mount one ({mounted.stderr.strip()})")
    yield place
    subprocess.run(["/bin/umount", "--lazy", str(place)], check=True)
    place.rmdir()


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fill the disk to the last byte, and again whatever is freed, until the block ends."""
    ballast, done = disk / "ballast", threading.Event()

    def fill() -> None:
        piece = b"\0" * 4096
        with ballast.open("ab", buffering=0) as file:
            while not done.wait(0.2):
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), 0, _used(file.fileno()) + _free(disk))
                with suppress(OSError):
                    while not done.is_set():
                        file.write(piece)

    thread = threading.Thread(target=fill, daemon=True)
    thread.start()
    try:
        until(lambda: _free(disk) == 0, "the disk is full")
        yield
    finally:
        done.set()
        thread.join()
        ballast.unlink(missing_ok=True)


def _free(disk: Path) -> int:
    return shutil.disk_usage(disk).free


def _used(descriptor: int) -> int:
    return os.fstat(descriptor).st_size


@only_long
@pytest.mark.parametrize("what", ["everything", "the database alone"])
def test_a_disk_that_fills_up_and_is_freed_loses_nothing_and_needs_no_person(
    what: str,
    large_run: Undisturbed,
    run_in: Callable[..., MakeRun],
    folder: Path,
    disk: Path,
    checker: Checker,
) -> None:
    var = disk if what == "everything" else folder / "beside"
    shutil.copytree(large_run.var, var, dirs_exist_ok=True)
    if what != "everything":  # the logs can grow, and show by how much
        shutil.move(var / "postgres", disk / "postgres")
        (var / "postgres").symlink_to(disk / "postgres")
    run = run_in(var)
    run.key = large_run.key
    run.start()
    run.until_ready()
    took = []
    with run.database():
        for stops in (False, True):
            keep_busy(run, checker)
            logs, lines = size_of_logs(var), len(run.said_of_deaths())
            with full(disk):
                if stops:
                    until(write_ahead_log_has_no_room, "PostgreSQL stops")
                time.sleep(FULL_S)
                assert run.lives(), run.words()[-3000:]
                alive, _ = run.ask("/livez")
                grown = size_of_logs(var) - logs
                said = len(run.said_of_deaths()) - lines
            print(f"full for {FULL_S:.0f} s: logs grew by {grown:,} bytes, {said} lines")  # noqa: T201
            assert alive in (0, 200), "web is away or answers, it does not hang"
            assert grown < LOGS_GROW
            assert said < 30, run.words()
            connection.close()
            took.append(run.until_ready())
            began = time.monotonic()
            until(lambda: not unfinished(), "the job ends", seconds=120)
            print(f"ready {took[-1]:.1f} s after there is room, jobs ended "  # noqa: T201
                  f"{time.monotonic() - began:.1f} s later")  # fmt: skip
        settled(run, checker)
    within_promise(took, "a full disk was freed, until ready")
    run.end()
    if what != "everything":
        shutil.rmtree(var)


def write_ahead_log_has_no_room() -> bool:
    """Whether PostgreSQL gives up, which it does when its log cannot grow, not when tables cannot.

    Each call writes 16 MB there, a segment.
    """
    try:
        rows("SELECT pg_logical_emit_message(true, 'fault', repeat('x', 16000000))")
    except (OperationalError, InterfaceError):
        connection.close()
        return True
    return False


def size_of_logs(var: Path) -> int:
    return sum(path.stat().st_size for path in (var / "log").iterdir())
