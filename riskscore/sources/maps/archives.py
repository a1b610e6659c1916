"""The members of a zip file from a stranger: read in memory, through the one zip guard."""

import io
import zipfile
from pathlib import PurePosixPath

from riskscore.sources.bad_file import BadFile
from riskscore.sources.maps.map_features import BadMap
from riskscore.sources.readers.zip_guard import DAMAGED, check_parts, content_of

#: A shapefile is a handful of files.
MOST_PARTS = 100
AGAIN = "zip the files of one shapefile (.shp, .shx, .dbf, .prj) by themselves, without a password"


def members(content: bytes, endings: tuple[str, ...]) -> dict[str, list[tuple[str, bytes]]]:
    """Name and content of the members with these endings (lower case), by ending.

    Raises BadMap for a file that is no zip, is encrypted, names paths outside itself, or would
    inflate beyond the limits; what the directory declares is checked again while inflating.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            check_parts(entries, MOST_PARTS, AGAIN)
            requested = [e for e in entries if _ending(e) in endings and not _is_noise(e)]
            return {
                ending: [
                    (e.filename, content_of(archive, e, AGAIN))
                    for e in requested
                    if _ending(e) == ending
                ]
                for ending in endings
            }
    except BadFile as fault:
        raise BadMap.of(fault, "the zip file") from None
    except DAMAGED:
        raise BadMap("the zip file", "is damaged or not of the usual kind", AGAIN) from None


def _ending(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _is_noise(entry: zipfile.ZipInfo) -> bool:
    """What macOS adds beside each file."""
    return "__MACOSX" in entry.filename or PurePosixPath(entry.filename).name.startswith("._")
