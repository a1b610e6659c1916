"""A CSV file, or those in a zip: each opened as a stream, as often as is needed."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import LeftOut
from riskscore.sources.readers.delimited import LONGEST_LINE, check_delimiter, delimited_rows
from riskscore.sources.readers.unpacking import unpacked
from riskscore.sources.readers.zip_guard import DAMAGED, ZIP_MAGIC, check_parts
from riskscore.sources.reading import Reading

#: CEPII's zip of a revision holds a file of about 300 MB for each year since 1995.
MOST_BYTES = 32 * 1024**3
FETCH_AGAIN = "Fetch the publisher's file again."
WORKBOOK = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file; ``open`` gives it from its beginning."""

    name: str
    open: Callable[[], BinaryIO]

    def names(self) -> list[str]:
        """The names of its columns, as they stand there; only the first lines are read."""
        stream = unpacked(self.open())
        start = stream.read(LONGEST_LINE)
        whole_lines = start.rpartition(b"\n")[0] if len(start) == LONGEST_LINE else start
        _, cells = next(delimited_rows(io.BytesIO(whole_lines)), (1, []))
        check_delimiter(cells)
        return cells

    def header(self) -> list[str]:
        """The names of its columns, plain."""
        return [cell.strip().casefold() for cell in self.names()]


def tables(file: BinaryIO, name: str) -> Iterator[Table | LeftOut]:
    """The file itself, or each CSV file of a zip in the order of their names.

    Raises BadFile for a workbook and for a zip that is harmful or damaged.
    """
    start = file.read(len(ZIP_MAGIC))
    file.seek(0)
    if start != ZIP_MAGIC:
        yield Table(name, lambda: _from_start(file))
        return
    try:
        container = zipfile.ZipFile(file)
        entries = sorted(container.infolist(), key=lambda entry: entry.filename)
        check_parts(entries, remedy=FETCH_AGAIN, most_bytes=MOST_BYTES)
    except DAMAGED as error:
        raise BadFile(f"is not a readable zip ({error})", remedy=FETCH_AGAIN) from error
    if WORKBOOK in container.namelist():
        raise BadFile("not a CSV file", value=name, remedy="Use the publisher's CSV, or its zip.")
    for entry in entries:
        if entry.is_dir():
            continue
        if not entry.filename.casefold().endswith(".csv"):
            yield LeftOut("a file of the zip that is no table", example=entry.filename)
            continue
        yield Table(entry.filename, _opener(container, entry))


def refuse_other(reading: Reading, *known: str) -> None:
    """Raise BadFile if a person says of a publisher's own file what has no meaning for it."""
    said = [*reading.mapping, *(name for name in reading.constants if name not in known)]
    said += [word for word in (reading.sheet, reading.header_row and "header row") if word]
    if said:
        raise BadFile(
            "the file has its publisher's own columns", value=", ".join(map(str, said)),
            remedy=f"Only --constant {known[0]}=… can be said of it." if known
            else "Leave the option out.",
        )  # fmt: skip


def _opener(container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, container.open(entry))


def _from_start(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file
