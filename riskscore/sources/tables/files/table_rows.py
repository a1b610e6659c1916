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
            cells[name] = "" if is_missing(text) else plain_number(text, marks, name, line)
    return cells
