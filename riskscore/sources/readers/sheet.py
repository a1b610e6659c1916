"""Reading one sheet of an Excel workbook, row by row."""

import io
import zipfile
from collections.abc import Iterator, Sequence

import openpyxl

from riskscore.sources import BadFile
from riskscore.sources.readers.text import check_header

Cells = dict[str, object]


def sheet_rows(
    content: bytes, required: Sequence[str], title: str | None = None
) -> Iterator[tuple[int, Cells]]:
    """(row number, cells by column name) of a sheet; names are taken without outer blanks.

    ``title`` names the sheet (None: the first). Raises BadFile when the workbook cannot be
    opened, the sheet is not there, or a column is missing.
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise BadFile(
            f"not a readable Excel workbook ({error})", remedy="Fetch the .xlsx file again."
        ) from error
    if title is not None and title not in book.sheetnames:
        raise BadFile(
            f"there is no sheet {title!r}",
            value=", ".join(book.sheetnames),
            remedy="Check that this is the publisher's workbook.",
        )
    lines = (book[title] if title is not None else book.worksheets[0]).iter_rows(values_only=True)
    header = ["" if cell is None else str(cell).strip() for cell in next(lines, ())]
    check_header(header, required)
    places = {name: header.index(name) for name in required}
    for row, cells in enumerate(lines, start=2):
        yield row, {name: cells[at] for name, at in places.items()}
