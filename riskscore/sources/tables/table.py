"""A table with a header, from CSV, Excel or GeoJSON: each row as text by *our* column names.

The kind of file is told by its first bytes and must fit its name: a workbook called .csv is a
mistake or a trick. a ``Reading`` says which of the file's columns stands for which of ours.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, TypeVar

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.readers.delimited import check_delimiter, delimited_rows, wrong_width
from riskscore.sources.readers.site_shapes import SiteShape, site_shapes
from riskscore.sources.readers.workbook import OLE_MAGIC, sheet_lines
from riskscore.sources.readers.zip_guard import ZIP_MAGIC
from riskscore.sources.reading import Reading
from riskscore.sources.tables.columns import Columns, located

KINDS = {"csv": (".csv", ".csv.gz", ".txt"), "xlsx": (".xlsx",), "geojson": (".geojson", ".json")}
Cells = dict[str, str]
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

    Columns that are not ours are left out. A cell that is not there is empty.
    """
    kind = kind_of(file, name)
    if kind == "geojson":
        return _from_features(site_shapes(file), columns)
    lines = sheet_lines(file) if kind == "xlsx" else delimited_rows(file)
    return _from_lines(lines, columns, strict=kind == "csv")


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


def _from_lines(
    lines: Iterator[tuple[int, list[str]]], columns: Columns, *, strict: bool
) -> Iterator[tuple[int, Cells] | BadFile]:
    first, header = next(lines, (1, []))
    check_delimiter(header)
    places = located(header, columns, first)
    width = len(header)
    requested = list(places.items())
    for line, cells in lines:
        if len(cells) != width:
            if strict or len(cells) > width:
                yield wrong_width(line, len(cells), width)
                continue
            cells.extend([""] * (width - len(cells)))
        yield line, {name: cells[at].strip() for name, at in requested}


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
        yield feature.number, {name: values[at] for name, at in places.items()}


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "|".join(_words(part) for part in value)
    return str(value).strip()


def texts(cells: Iterable[str]) -> tuple[str, ...]:
    """The parts of a cell that holds several, apart by ``|``."""
    return tuple(part.strip() for cell in cells for part in cell.split("|") if part.strip())
