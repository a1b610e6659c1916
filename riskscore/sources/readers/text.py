"""The bytes of a file as text, unpacked where it is gzipped; and single cells as values."""

import io
import math
from datetime import date
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.encodings import AS_UTF8, of_bytes
from riskscore.sources.readers.unpacking import DAMAGED, damaged, unpacked

#: What is read whole: publishers' files have at most some tens of megabytes.
LARGEST_WHOLE = 200 * 1024**2


def whole(file: BinaryIO) -> bytes:
    """All bytes of a file, which may be gzipped; BadFile for more than LARGEST_WHOLE."""
    try:
        content = unpacked(file).read(LARGEST_WHOLE + 1)
    except DAMAGED as error:
        raise damaged(error) from error
    if len(content) > LARGEST_WHOLE:
        raise BadFile(
            f"more than {LARGEST_WHOLE:,} bytes", remedy="Check that this is the publisher's file."
        )
    return content


def decoded(content: bytes) -> str:
    """The text of a file, which may be gzipped, in the encoding that is recognised; or BadFile."""
    plain = whole(io.BytesIO(content))
    codec = of_bytes(plain).codec
    try:
        text = plain.decode(codec)
    except UnicodeError as error:
        raise BadFile(f"not {codec} as its mark says ({error})", remedy=AS_UTF8) from error
    if "\0" in text[:4096]:
        raise BadFile("the file is not plain text", remedy="Fetch the file again.")
    return text


def number(value: object, row: int | None, column: str) -> float:
    """A finite number from a cell; BadFile otherwise."""
    try:
        result = float(str(value).strip())
    except ValueError:
        result = math.nan
    if not math.isfinite(result):
        raise BadFile(
            "not a number", row=row, column=column, value=value, remedy="Write a finite number."
        )
    return result


def integer(value: object, row: int | None, column: str) -> int:
    """A whole number from a cell; BadFile otherwise."""
    result = number(value, row, column)
    if result != int(result):
        raise BadFile(
            "not a whole number", row=row, column=column, value=value, remedy="Write an integer."
        )
    return int(result)


def day(value: str, row: int, column: str) -> date | None:
    """A date written YYYY-MM-DD, None from an empty cell; BadFile otherwise."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise BadFile(
            "not a date", row=row, column=column, value=value, remedy="Write YYYY-MM-DD."
        ) from error


def degrees(lat: object, lon: object, row: int) -> tuple[float, float]:
    """Latitude and longitude in degrees; a U+2212 minus is read as a minus."""
    result = [
        number(str(cell).replace("\u2212", "-"), row, column)
        for cell, column in ((lat, "Latitude"), (lon, "Longitude"))
    ]
    for cell, column, bound in zip(result, ("Latitude", "Longitude"), (90, 180), strict=True):
        if abs(cell) > bound:
            raise BadFile(
                f"outside \u00b1{bound} degrees",
                row=row,
                column=column,
                value=cell,
                remedy="Check for swapped axes.",
            )
    return result[0], result[1]
