"""The columns of a table: which are required, and which column of the file is which of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from riskscore.sources.bad_file import BadFile
from riskscore.sources.reading import Reading

MOST_COLUMNS = 1000


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of ours that a table may have, and those that it must have.

    ``otherwise``: other usual names of a column of ours, which count where its own name is absent.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)
    otherwise: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def known(self) -> tuple[str, ...]:
        """Required and optional columns, in that order."""
        return self.required + self.optional


def located(header: Sequence[str], columns: Columns, row: int = 1) -> dict[str, int]:
    """Our column → its place in the header, found by its own name or by the mapping.

    Raises BadFile for a missing column, one that stands twice, and a mapping to nowhere.
    """
    plain = [_folded(cell) for cell in header]
    _check_header(header, plain, row)
    places = {}
    for ours in columns.known:
        theirs = columns.reading.mapping.get(ours)
        names = (theirs,) if theirs else (ours, *columns.otherwise.get(ours, ()))
        at = next((at for name in names if (at := _place(plain, name)) is not None), None)
        if at is None and (theirs or ours in columns.required):
            raise _missing(ours, theirs, header, row)
        if at is not None:
            places[ours] = at
    for ours in set(columns.reading.mapping).difference(columns.known):
        raise BadFile(
            "the mapping names a column that this table does not have",
            column=ours,
            remedy=f"Map one of {', '.join(columns.known)}.",
        )
    return places


def _check_header(header: Sequence[str], plain: Sequence[str], row: int) -> None:
    if len(header) > MOST_COLUMNS:
        raise BadFile(f"more than {MOST_COLUMNS} columns", row=row, remedy="Leave some out.")
    for name in plain:
        if name and plain.count(name) > 1:
            raise BadFile(
                "this column stands twice", row=row, column=name, remedy="Remove one of the two."
            )


def _missing(ours: str, theirs: str | None, header: Sequence[str], row: int) -> BadFile:
    return BadFile(
        "this column is missing",
        row=row,
        column=theirs or ours,
        value=", ".join(header)[:200],
        remedy=f"Add it, or map one of the file's columns to it: --map {ours}=COLUMN.",
    )


def _place(plain: Sequence[str], name: str) -> int | None:
    requested = _folded(name)
    return plain.index(requested) if requested in plain else None


def _folded(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")
