"""The columns of a table: which are required, and which column of the file is which of ours."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from riskscore.sources.bad_file import BadFile
from riskscore.sources.reading import Reading

MOST_COLUMNS = 1000


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of ours that a table may have, and those that it must have.

    ``otherwise``: other usual names of a column of ours, which count where its own name is absent.
    ``numbers``: those that hold figures, so that ".." in them is no figure and 1 250 is 1250.
    ``spared``: words that may stand in them although they say that there is no figure: they are
    levels of some indicators.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)
    otherwise: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    spared: frozenset[str] = frozenset()

    @property
    def known(self) -> tuple[str, ...]:
        """Required and optional columns, in that order."""
        return self.required + self.optional

    def check(self) -> None:
        """Raises BadFile where the reading names a column that the table does not have."""
        for stated, words in (
            (self.reading.mapping, "mapping"),
            (self.reading.constants, "constant"),
        ):
            for ours in stated:
                if ours not in self.known:
                    raise BadFile(
                        f"the {words} names a column that this table does not have",
                        column=ours,
                        remedy=f"Name one of {', '.join(self.known)}.",
                    )


def located(header: Sequence[str], columns: Columns, row: int = 1) -> dict[str, int]:
    """Our column → its place in the header, found by its own name or by the mapping.

    A column that is mapped to nothing, and one that has a constant, is in no place. Raises BadFile
    for a missing column, one that stands twice and is used, one that is read as two of ours, a
    mapping to nowhere, and a constant for a column that the file has too.
    """
    columns.check()
    if len(header) > MOST_COLUMNS:
        raise BadFile(f"more than {MOST_COLUMNS} columns", row=row, remedy="Leave some out.")
    plain = [folded(cell) for cell in header]
    places: dict[str, int] = {}
    for ours in columns.known:
        at = _place(ours, header, plain, columns, row)
        if at is None:
            continue
        if twin := next((other for other, taken in places.items() if taken == at), None):
            raise BadFile(
                f"this column is read as {twin} and as {ours}", row=row, column=header[at],
                remedy=f"Map another column to one of the two, or none (--map {ours}=).",
            )  # fmt: skip
        places[ours] = at
    return places


def _place(
    ours: str, header: Sequence[str], plain: Sequence[str], columns: Columns, row: int
) -> int | None:
    theirs = columns.reading.mapping.get(ours)
    names = (theirs,) if theirs else (ours, *columns.otherwise.get(ours, ()))
    name = next((name for name in map(folded, names) if name in plain), None)
    if theirs == "":
        name = None
    if ours in columns.reading.constants:
        if name is not None or theirs:
            raise _said_twice(ours, theirs or header[plain.index(name or "")], row)
        return None
    if name is None:
        if theirs or ours in columns.required:
            raise _missing(ours, theirs, header, row)
        return None
    if plain.count(name) > 1:
        raise BadFile(
            "this column stands twice",
            row=row,
            column=name,
            remedy="Remove or rename one of the two.",
        )
    return plain.index(name)


def _said_twice(ours: str, theirs: str, row: int) -> BadFile:
    return BadFile(
        "a constant for a column that the file has too",
        row=row,
        column=ours,
        value=theirs,
        remedy=f"Leave the constant out, or the file's column by --map {ours}= and nothing behind.",
    )


def _missing(ours: str, theirs: str | None, header: Sequence[str], row: int) -> BadFile:
    return BadFile(
        "this column is missing",
        row=row,
        column=theirs or ours,
        value=", ".join(header)[:200],
        remedy=f"Add it, map one of the file's columns to it (--map {ours}=COLUMN), or say what it"
        f" is in every row (--constant {ours}=WORD).",
    )


def folded(name: str) -> str:
    """A column's name as it is compared: without case, outer blanks and kinds of blanks."""
    if name.isascii():
        return "_".join(name.casefold().split())
    return "_".join(unicodedata.normalize("NFKC", name).casefold().split())
