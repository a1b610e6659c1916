"""Zip files from strangers: opened in memory, within limits, never written to a disk."""

import io
import zipfile
from pathlib import PurePosixPath

from riskscore.maps.map_features import BadMap

MOST_ENTRIES = 100
MOST_BYTES = 100 * 2**20
MOST_RATIO = 100
AGAIN = "zip the files of one shapefile (.shp, .shx, .dbf, .prj) by themselves, without a password"


def members(content: bytes, endings: tuple[str, ...]) -> dict[str, list[tuple[str, bytes]]]:
    """Name and content of the members with these endings (lower case), by ending.

    Raises BadMap for a file that is no zip, is encrypted, names paths outside itself, or would
    inflate beyond the limits; what the directory declares is checked again while inflating.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse(entries)
            wanted = [e for e in entries if _ending(e) in endings and not _is_noise(e)]
            return {
                ending: [(e.filename, _read(archive, e)) for e in wanted if _ending(e) == ending]
                for ending in endings
            }
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        if isinstance(error, BadMap):
            raise
        raise BadMap("the zip file", "is damaged or not of the usual kind", AGAIN) from None


def _refuse(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise BadMap("the zip file", f"has {len(entries):,} members", AGAIN)
    for entry in entries:
        where, path = f"member {entry.filename[:80]!r}", PurePosixPath(entry.filename)
        if entry.flag_bits & 1:
            raise BadMap(where, "is encrypted", AGAIN)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in path.name:
            raise BadMap(where, "points outside the zip file", AGAIN)
        if entry.file_size > MOST_RATIO * max(entry.compress_size, 1000):
            raise BadMap(where, f"is packed more than {MOST_RATIO} times over", AGAIN)
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise BadMap("the zip file", f"holds more than {MOST_BYTES // 2**20} MB", AGAIN)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as member:
        content = member.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise BadMap(f"member {entry.filename[:80]!r}", "is not as long as it says", AGAIN)
    return content


def _ending(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _is_noise(entry: zipfile.ZipInfo) -> bool:
    """What macOS adds beside each file."""
    return "__MACOSX" in entry.filename or PurePosixPath(entry.filename).name.startswith("._")
