"""What a person states about how a file is to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is read; every field may be left out.

    ``mapping``: our column → the file's ("": it is not read). ``sheet``: the name of a workbook's
    sheet, or its number from 1 ("": the first that is not hidden). ``header_row``: the row of the
    column names, counted from 1 (0: the first that is not empty, or the first of the next ones that
    has the columns that are needed). ``constants``: our column → what it says in every row.
    ``calculated``: take what a formula gave when its workbook was last calculated. ``hidden``: read
    hidden rows too.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    header_row: int = 0
    constants: Mapping[str, str] = field(default_factory=dict)
    calculated: bool = False
    hidden: bool = False
