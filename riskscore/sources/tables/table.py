"""A table with a header, from CSV, Excel or GeoJSON: each row as text by *our* column names.

The kind of file is told by its first bytes and must fit its name: a workbook called .csv is a
mistake or a trick. A ``Reading`` says which of the file's columns stands for which of ours.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, TypeVar

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.readers.delimited import delimited_rows, delimiter_of
from riskscore.sources.readers.site_shapes import SiteShape, site_shapes
from riskscore.sources.readers.workbook import OLE_MAGIC
from riskscore.sources.readers.zip_guard import ZIP_MAGIC
from riskscore.sources.reading import Reading
from riskscore.sources.tables.columns import Columns, located
from riskscore.sources.tables.files import delimited_table, worksheet
from riskscore.sources.tables.files.table_rows import Cells as Cells
from riskscore.sources.tables.files.table_rows import filled_in
from riskscore.sources.tables.files.written_numbers import DOCUMENTED

KINDS = {"csv": (".csv", ".csv.gz", ".txt"), "xlsx": (".xlsx",), "geojson": (".geojson", ".json")}
Parsed = TypeVar("Parsed")
ParsedRows = Iterator[tuple[int, Parsed] | Aside]
Rows = Callable[[BinaryIO, str, Reading], ParsedRows[Parsed]]


def parse_rows(rows: ParsedRows[Cells], make: Callable[[Cells, int], Parsed]) -> ParsedRows[Parsed]:
    """(line, what ``make`` returns for its cells) of each row, or the BadFile that it raises."""
    for part in rows:
        if isinstance(part, Aside):
            yield part
            continue
        line, cells = part
        try:
            yield line, make(cells, line)
        except BadFile as error:
            yield error


def parser(rows: Rows[Parsed]) -> Callable[[bytes], Iterator[Parsed]]:
    """The ``parse`` of a layout: every row of a CSV file by ``rows``; the first fault raises."""

    def parse(content: bytes) -> Iterator[Parsed]:
        for result in rows(io.BytesIO(content), "file.csv", Reading()):
            if isinstance(result, BadFile):
                raise result
            if not isinstance(result, Aside):
                yield result[1]

    return parse


def read(file: BinaryIO, name: str, columns: Columns) -> ParsedRows[Cells]:
    """(line, cells by our column) of each row, or the fault of a row; faults of the whole raise.

    A cell that is not there is empty; so is one of a column of figures that says that there is
    none. What of the file is not read, and how it was read, is said among the rows.
    """
    kind = kind_of(file, name)
    columns.check()
    check_reading(kind, columns.reading)
    if kind == "geojson":
        return _from_features(site_shapes(file), columns)
    if kind == "xlsx":
        return worksheet.rows(file, columns)
    return delimited_table.rows(file, columns)


def table_lines(file: BinaryIO, kind: str, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row of a text or of a workbook's sheet, hidden ones too, as text.

    ``sheet`` as in ``Reading``.
    """
    lines = (
        worksheet.lines(file, sheet)
        if kind == "xlsx"
        else delimited_rows(file, delimiter=delimiter_of(file))
    )
    return (part for part in lines if not isinstance(part, Aside))


def check_reading(kind: str, reading: Reading) -> None:
    """Raises BadFile where something is stated that files of the kind do not have."""
    if reading.sheet and kind != "xlsx":
        raise BadFile(
            "only workbooks have sheets", value=reading.sheet, remedy="Leave the sheet out."
        )
    if reading.header_row and kind == "geojson":
        raise BadFile(
            "a map has no row of column names", value=reading.header_row, remedy="Leave it out."
        )


def kind_of(file: BinaryIO, name: str) -> str:
    """``csv``, ``xlsx`` or ``geojson``, by content; BadFile when the name says something else."""
    start = file.read(64)
    file.seek(0)
    if not start.strip():
        raise BadFile("the file is empty", remedy="Choose a file with a header and rows.")
    if start.startswith(OLE_MAGIC):
        raise BadFile(
            "an encrypted or old (.xls) workbook", remedy="Save it without password as .xlsx."
        )
    kind = _by_content(start)
    ending = name.casefold()
    if ending.endswith((".xlsm", ".xlsb", ".xltm")):
        raise BadFile("a workbook that may hold macros", value=name, remedy="Save it as .xlsx.")
    if not ending.endswith(KINDS[kind]):
        raise BadFile(
            f"the content is {kind}, the name says otherwise",
            value=name,
            remedy=f"Name the file *{KINDS[kind][0]} if it is one, or export it again.",
        )
    return kind


def _by_content(start: bytes) -> str:
    if start.startswith(ZIP_MAGIC):
        return "xlsx"
    return "geojson" if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv"


def _from_features(
    result: Iterator[SiteShape | BadFile], columns: Columns
) -> Iterator[tuple[int, Cells] | BadFile]:
    for feature in result:
        if isinstance(feature, BadFile):
            yield feature
            continue
        point = feature.shape.representative_point()
        stated = {name: _words(value) for name, value in feature.properties.items()}
        stated |= {"latitude": repr(point.y), "longitude": repr(point.x)}
        try:
            places = located(list(stated), columns, feature.number)
        except BadFile as error:
            yield error
            continue
        values = list(stated.values())
        cells = {name: values[at] for name, at in places.items()}
        try:
            yield feature.number, filled_in(cells, columns, DOCUMENTED, feature.number)
        except BadFile as error:
            yield error


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "|".join(_words(part) for part in value)
    return str(value).strip()


def texts(cells: Iterable[str], marks: str = "|;") -> tuple[str, ...]:
    """The parts of cells that hold several, apart by the first of the marks that a cell has."""
    return tuple(part.strip() for cell in cells for part in _parts(cell, marks) if part.strip())


def _parts(cell: str, marks: str) -> list[str]:
    return next((cell.split(mark) for mark in marks if mark in cell), [cell])
