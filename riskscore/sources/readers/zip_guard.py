"""Zip files from strangers: what they declare is bounded before anything is unpacked.

Python never unpacks more of a member than the directory declares, so bounding the declared sizes
bounds the work. Encryption and names that leave the folder are refused; nothing is ever written
to a disk. Workbooks, bundles of publishers' files and zipped shapefiles all come through here.
"""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import IO, BinaryIO

from riskscore.sources.bad_file import BadFile

MOST_BYTES = 100 * 1024**2
HIGHEST_RATIO = 100
#: A member up to this size does no harm, however well it is packed (a table of blanks).
SMALL = 1024**2
MOST_PARTS = 1000
ENCRYPTED = 0x1
ZIP_MAGIC = b"PK\x03\x04"
PACKED = (".zip", ".xlsx", ".xlsm", ".gz", ".7z", ".rar")
DOCUMENT_TYPE = b"<!DOCTYPE"
BLOCK = 1024**2
DAMAGED = (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, zlib.error)
SAVE_AGAIN = "Save the table as a plain .xlsx workbook or as CSV."


def check_container(file: BinaryIO) -> None:
    """Refuse a zip of XML or text whose container is not harmless; leaves the file at its start.

    Besides :func:`check_parts`: no macros, no container within the container, no document type.
    """
    try:
        with zipfile.ZipFile(file) as container:
            entries = container.infolist()
            check_parts(entries)
            for entry in entries:
                _refuse_macros_and_containers(entry.filename)
                with container.open(entry) as part:
                    _refuse_document_type(part, entry.filename)
    except DAMAGED as error:
        raise BadFile(f"is not a readable zip container ({error})", remedy=SAVE_AGAIN) from error
    file.seek(0)


def check_parts(
    entries: Sequence[zipfile.ZipInfo],
    most: int = MOST_PARTS,
    remedy: str = SAVE_AGAIN,
    most_bytes: int | None = None,
) -> None:
    """Refuse too many parts, too many bytes, bombs, encryption and names that leave the folder.

    ``most_bytes`` (else :data:`MOST_BYTES`) is for parts that are read as streams, none whole.
    """
    limit = MOST_BYTES if most_bytes is None else most_bytes
    if len(entries) > most:
        raise BadFile(f"holds more than {most} parts", remedy=remedy)
    if sum(entry.file_size for entry in entries) > limit:
        raise BadFile(f"unpacks to more than {limit:,} bytes", remedy=remedy)
    for entry in entries:
        if reason := _harm(entry):
            raise BadFile(reason, value=entry.filename, remedy=remedy)


def content_of(container: zipfile.ZipFile, entry: zipfile.ZipInfo, remedy: str) -> bytes:
    """The bytes of a part; BadFile when they are not as many as it declares."""
    with container.open(entry) as part:
        content = part.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise BadFile(
            "holds a part that is not as long as it says", value=entry.filename, remedy=remedy
        )
    return content


def _harm(entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if entry.flag_bits & ENCRYPTED:
        return "holds a part that is encrypted"
    if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
        return "holds a part whose name leaves the folder"
    if entry.file_size > SMALL and entry.file_size > HIGHEST_RATIO * entry.compress_size:
        return f"holds a part that is packed more than {HIGHEST_RATIO} times"
    return ""


def _refuse_macros_and_containers(name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.name.casefold() == "vbaproject.bin":
        raise BadFile("holds macros", value=name, remedy=SAVE_AGAIN)
    if path.suffix.casefold() in PACKED and "embeddings" not in path.parts:
        raise BadFile("holds another container", value=name, remedy=SAVE_AGAIN)


def _refuse_document_type(part: IO[bytes], name: str) -> None:
    """Refuse XML that declares a document type: entities come from there, and no workbook has one.

    Every part is unpacked once here, so a damaged one or one longer than it says is found too.
    """
    tail = b""
    while block := part.read(BLOCK):
        # Without NULs, so that text of two bytes per character is no way around.
        text = tail + block.replace(b"\0", b"")
        if DOCUMENT_TYPE in text.upper():
            raise BadFile("has XML that declares a document type", value=name, remedy=SAVE_AGAIN)
        tail = text[-len(DOCUMENT_TYPE) :]
