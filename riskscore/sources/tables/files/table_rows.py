"""From the cells of a row of a file to the cells of our columns."""

from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.files.written_numbers import PLAIN, Marks, is_missing, plain_number

Cells = dict[str, str]


def filled_in(cells: Cells, columns: Columns, marks: Marks, line: int) -> Cells:
    """The cells with the constants of the reading, and with plain figures in columns of figures.

    Changes ``cells``. Raises BadFile for a figure that could mean two numbers.
    """
    cells.update(columns.reading.constants)
    for name in columns.numbers:
        text = cells.get(name, "")
        if text and not (PLAIN.fullmatch(text) and marks.decimal == "."):
            cells[name] = _figure(text, columns, marks, name, line)
    return cells


def _figure(text: str, columns: Columns, marks: Marks, name: str, line: int) -> str:
    if is_missing(text):
        return text if text.casefold() in columns.spared else ""
    return plain_number(text, marks, name, line)
