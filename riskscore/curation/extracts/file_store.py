"""The folder of exports: bounded, a file appears whole, and nothing stays that no row knows."""

import shutil
import time
import uuid
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

from riskscore.errors import UnavailableError
from riskscore.models import Export

MEGABYTE = 1024**2
#: Megabytes of the disk that exports leave to others.
LEFT_MB = 500
#: Seconds after which what no row knows was left by a worker that died.
LEFT_BEHIND_S = 3600.0


class NoRoom(UnavailableError):
    """The disk, or the part of it that exports may take, is full."""

    code = "no_room"
    remedy = "Delete exports that are not needed any more, or raise RISKSCORE_EXPORT_MB."


class FileElsewhere(UnavailableError):
    """The file is not on the machine that answers: web and workers do not share the folder."""

    code = "file_elsewhere"
    remedy = "Let all machines share the folder RISKSCORE_EXPORT_FOLDER, and ask again."


def folder() -> Path:
    """Where exports lie; only our own account may read them."""
    path = Path(settings.EXPORT_FOLDER)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def room() -> int:
    """Bytes that another file may have. Raises NoRoom if there are none."""
    taken = sum(each.stat().st_size for each in folder().rglob("*") if each.is_file())
    free = shutil.disk_usage(folder()).free - LEFT_MB * MEGABYTE
    left = min(settings.EXPORT_MB * MEGABYTE - taken, free)
    if left <= 0:
        raise NoRoom(
            f"exports take {taken // MEGABYTE} MB, of {settings.EXPORT_MB} MB that they may"
        )
    return left


def place_of(export: Export) -> Path:
    """Where the file of an export lies, or will."""
    return Path(settings.EXPORT_FOLDER) / f"{export.pk}.{export.format}"


def workshop(export: Export, token: uuid.UUID | None) -> Path:
    """A folder of its own for the attempt to make a file."""
    path = folder() / f"{export.pk}.{token}.making"
    path.mkdir(mode=0o700)
    return path


def found(export: Export) -> Path:
    """The file of an export. Raises FileElsewhere."""
    path = place_of(export)
    if not path.is_file():
        raise FileElsewhere(f"the file of export {export.pk} is not here")
    return path


def remove(export: Export) -> None:
    """Delete the file of an export, if it is there."""
    place_of(export).unlink(missing_ok=True)


def clear(known: Collection[uuid.UUID]) -> None:
    """Delete what has lain for an hour and belongs to none of the exports that are known."""
    names = {str(one) for one in known}
    for path in folder().iterdir():
        if path.name.partition(".")[0] in names and path.is_file():
            continue
        try:
            is_old = time.time() - path.stat().st_mtime > LEFT_BEHIND_S
        except FileNotFoundError:
            continue
        if is_old and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif is_old:
            path.unlink(missing_ok=True)
