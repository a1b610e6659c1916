"""The bytes of a file, unpacked where it is gzipped."""

import gzip
import zlib
from typing import BinaryIO, cast

from riskscore.sources.bad_file import BadFile

GZIP_MAGIC = b"\x1f\x8b"
DAMAGED = (EOFError, OSError, zlib.error)


def unpacked(file: BinaryIO) -> BinaryIO:
    """The file itself, or a stream of what its gzip holds; either from the beginning."""
    file.seek(0)
    packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file


def damaged(error: Exception, row: int | None = None) -> BadFile:
    """The fault of a gzip that was cut short or is none."""
    return BadFile(f"the gzip file is damaged ({error})", row=row, remedy="Fetch the file again.")
