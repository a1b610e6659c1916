"""Each column of a table of ours: from which column of the file, or the same in every row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.first_rows import column_named

NOT_READ = ""
LONGEST_CONSTANT = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One of our columns in the form; ``chosen`` is the file's column, "" if none."""

    ours: str
    is_needed: bool
    chosen: str
    constant: str
    #: (name, words) of the columns of the file.
    columns: list[tuple[str, str]]

    @property
    def is_used(self) -> bool:
        """Whether rows have something in it."""
        return bool(self.chosen or self.constant)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a form says of the columns, as a reading has it, and what is wrong with that."""

    mapping: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def choices(columns: Columns, names: Sequence[str]) -> list[Choice]:
    """The columns of ours with what the reading of ``columns`` says of each, needed ones first."""
    theirs = [
        (name, f"{get_column_letter(at)}: {name}") for at, name in enumerate(names, 1) if name
    ]
    return [
        Choice(
            ours, ours in columns.required, _chosen(ours, columns, names),
            columns.reading.constants.get(ours, ""), theirs,
        )
        for ours in columns.known
    ]  # fmt: skip


def _chosen(ours: str, columns: Columns, names: Sequence[str]) -> str:
    theirs = columns.reading.mapping.get(ours)
    if theirs is None and ours not in columns.reading.constants:
        return column_named(list(names), ours, tuple(columns.otherwise.get(ours, ())))
    return column_named(list(names), theirs) if theirs else NOT_READ


def stated(form: Mapping[str, str], columns: Columns, names: Sequence[str]) -> Stated:
    """What the form says. A column that is found by its own name is not mapped."""
    result = Stated()
    for ours in columns.known:
        own = column_named(list(names), ours, tuple(columns.otherwise.get(ours, ())))
        chosen = form.get(f"from-{ours}", own)
        constant = form.get(f"always-{ours}", "").strip()[:LONGEST_CONSTANT]
        if constant and chosen:
            result.wrong.append(
                f"{ours}: a column of the file and the same in every row; leave one of them out."
            )
        if constant:
            result.constants[ours] = constant
        if chosen != own:
            result.mapping[ours] = chosen
    return result
