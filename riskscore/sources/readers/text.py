"""Reading delimited text strictly: a wrong cell is one clear error, never a guess."""

import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Sequence
from datetime import date

from riskscore.sources import BadFile

GZIP_MAGIC = b"\x1f\x8b"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
Record = dict[str, str]


def unpacked(content: bytes) -> bytes:
    """The content itself, or what its gzip holds; BadFile when the gzip is cut short."""
    if not content.startswith(GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise BadFile(
            f"the gzip file is damaged ({error})", remedy="Fetch the file again."
        ) from error


def decoded(content: bytes, encoding: str = "utf-8-sig") -> str:
    """The text of a file, which may be gzipped."""
    plain = unpacked(content)
    if plain.startswith(UTF16_MARKS) or b"\x00" in plain[:4096]:
        raise BadFile("the file is not plain text or is UTF-16", remedy="Save it as UTF-8 CSV.")
    try:
        return plain.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadFile(
            f"byte {error.start} is not {encoding}", remedy="Save the file as UTF-8."
        ) from error


def records(
    content: bytes, required: Sequence[str], encoding: str = "utf-8-sig"
) -> Iterator[tuple[int, Record]]:
    """(line number, cells by column name) of each row; the header is row 1.

    Raises BadFile for a missing column, a duplicate column, and a row of another length.
    """
    lines = csv.reader(io.StringIO(decoded(content, encoding), newline=""), strict=True)
    header = _header(lines, required)
    width = len(header)
    try:
        for cells in lines:
            if len(cells) != width:
                raise BadFile(
                    f"{len(cells)} cells where the header has {width}",
                    row=lines.line_num,
                    remedy="Check the delimiter and the quotes of this row.",
                )
            yield lines.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise BadFile(str(error), row=lines.line_num, remedy="Check the quotes.") from error


def _header(lines: Iterator[list[str]], required: Sequence[str]) -> list[str]:
    try:
        header = next(lines, [])
    except csv.Error as error:
        raise BadFile(str(error), row=1, remedy="Check the quotes.") from error
    check_header(header, required)
    return header


def check_header(header: Sequence[str], required: Sequence[str]) -> None:
    """Every required column is there, and no required column twice."""
    for name in required:
        if name not in header:
            raise BadFile(
                "this column is missing",
                row=1,
                column=name,
                value=", ".join(str(cell) for cell in header),
                remedy="Check that this is the publisher's file, comma-separated.",
            )
        if list(header).count(name) > 1:
            raise BadFile(
                "this column stands twice", row=1, column=name, remedy="Remove one of the two."
            )


def number(value: object, row: int, column: str) -> float:
    """A finite number from a cell; BadFile otherwise."""
    try:
        found = float(str(value).strip())
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise BadFile(
            "not a number", row=row, column=column, value=value, remedy="Write a finite number."
        )
    return found


def whole(value: object, row: int, column: str) -> int:
    """A whole number from a cell; BadFile otherwise."""
    found = number(value, row, column)
    if found != int(found):
        raise BadFile(
            "not a whole number", row=row, column=column, value=value, remedy="Write an integer."
        )
    return int(found)


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
    found = [
        number(str(cell).replace("\u2212", "-"), row, column)
        for cell, column in ((lat, "Latitude"), (lon, "Longitude"))
    ]
    for cell, column, bound in zip(found, ("Latitude", "Longitude"), (90, 180), strict=True):
        if abs(cell) > bound:
            raise BadFile(
                f"outside \u00b1{bound} degrees",
                row=row,
                column=column,
                value=cell,
                remedy="Check for swapped axes.",
            )
    return found[0], found[1]
