"""What a reader says of a file beside its rows: what it does not use and why, and what to know.

Both stand in the stream of rows where they come up, and end in the report of the import: nothing
of a file is dropped silently.
"""

from dataclasses import dataclass

from riskscore.sources.bad_file import BadFile


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows (or a column, a sheet, a code) that are not used; counted by ``reason``.

    The reason is a few words without the values of the row, so that like is counted with like;
    ``example`` is what was found. ``count`` says how many it stands for; ``is_row`` is False where
    those are no rows of the table (columns, sheets, lines above the column names).
    """

    reason: str
    row: int | None = None
    example: str = ""
    count: int = 1
    is_row: bool = True


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about the file as a whole: its encoding, its sheet, how its columns were read."""

    text: str


@dataclass(frozen=True, slots=True)
class TableFound(Remark):
    """Where the table stands that is read: its sheet, and the row of its column names."""

    sheet: str = ""
    header_row: int = 1


Aside = BadFile | LeftOut | Remark
"""Whatever a stream of rows holds beside rows."""
