"""The files in which child processes and servers write: private, kept, and bounded in size."""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

LARGEST = 10 * 1024**2
KEPT = 5
"""Older files of each log: web.log.1 is the newest of them."""


def open_to_append(path: Path) -> int:
    """A descriptor of a log that its owner alone may read; what it holds already stays."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def rotate(folder: Path) -> None:
    """Put away every log that has grown too large.

    The processes that write hold the file open, to append: so it is copied and emptied. A line
    that is written in the microseconds between the two is lost. On a full disk nothing is put away,
    and what was kept stays.
    """
    for path in folder.glob("*.log"):
        with suppress(OSError):
            if path.stat().st_size > LARGEST:
                _put_away(path)


def _put_away(path: Path) -> None:
    copy = path.with_name(f"{path.name}.copy")
    copy.unlink(missing_ok=True)  # of a run that was killed here
    with path.open("r+b") as log:
        try:
            with os.fdopen(open_to_append(copy), "wb") as kept:
                shutil.copyfileobj(log, kept)
        except OSError:
            copy.unlink()
            raise
        for number in range(KEPT - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.replace(path.with_name(f"{path.name}.{number + 1}"))
        copy.replace(path.with_name(f"{path.name}.1"))
        log.truncate(0)


def last_words(path: Path, since: int) -> str:
    """The last line that a log got after its first ``since`` bytes, at most 300 letters."""
    with path.open("rb") as log:
        log.seek(max(since, path.stat().st_size - 64 * 1024))
        line = log.read().decode(errors="replace").strip().split("\n")[-1]
    try:
        message = str(json.loads(line)["message"])
    except (ValueError, KeyError, TypeError):
        message = line
    return (message.split("\n") or [""])[0][:300]
