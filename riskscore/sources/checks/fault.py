"""What is wrong with a value, in the words that every way in says it with."""

from typing import NamedTuple

from riskscore.sources.bad_file import BadFile


class Fault(NamedTuple):
    """``reason`` says what is wrong, ``remedy`` what to write. Neither names file or form."""

    reason: str
    remedy: str

    @property
    def sentence(self) -> str:
        """The reason as a form says it, beside its field."""
        return f"{self.reason[:1].upper()}{self.reason[1:]}."

    def in_cell(self, line: int | None, column: str, value: object) -> BadFile:
        """The fault of a cell of a file, with the same reason and remedy."""
        return BadFile(self.reason, row=line, column=column, value=value, remedy=self.remedy)


def refuse(fault: Fault | None, line: int | None, column: str, value: object) -> None:
    """Raise BadFile for a cell with a fault."""
    if fault is not None:
        raise fault.in_cell(line, column, value)
