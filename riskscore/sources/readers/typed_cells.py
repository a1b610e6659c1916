"""Cells of a workbook that are more than the text that they show."""


class Formula(str):
    """A formula; ``calculated`` is what it gave when the workbook was last calculated.

    None: it never was, or it gave nothing.
    """

    calculated: str | None

    def __new__(cls, text: str, calculated: str | None) -> "Formula":
        made = super().__new__(cls, text)
        made.calculated = calculated
        return made


class TypedNumber(str):
    """A number that somebody typed as text: its marks may be those of any country."""
