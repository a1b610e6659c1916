"""The one error of every reader: a file, or a row of it, that cannot be used."""

from typing import Self

from riskscore.errors import ValidationError


class BadFile(ValidationError):
    """A file that cannot be used; says where, what was found, why that is wrong, what to do."""

    code = "bad_file"

    def __init__(
        self,
        reason: str,
        *,
        remedy: str,
        file: str = "",
        row: int | None = None,
        column: str = "",
        value: object = None,
    ) -> None:
        super().__init__(reason, remedy=remedy)
        self.reason = reason
        self.file, self.row, self.column, self.value = file, row, column, value

    def __str__(self) -> str:
        spots = [
            self.file,
            "" if self.row is None else f"row {self.row}",
            f"column {self.column}" if self.column else "",
        ]
        where = ", ".join(spot for spot in spots if spot)
        result = "" if self.value is None else f" (found {str(self.value)[:80]!r})"
        return f"{where + ': ' if where else ''}{self.reason}{result}. {self.remedy}"

    def within(self, file: str) -> Self:
        """The same error, naming the file (``parse`` sees bytes and knows no file name)."""
        self.file = self.file or file
        return self
