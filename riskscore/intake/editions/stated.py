"""Which edition a file is: what it says itself, or what a person says of it, never a constant."""

from collections.abc import Callable
from typing import BinaryIO

from riskscore.intake import file_rows, staging
from riskscore.models import Intake
from riskscore.sources import edition_words
from riskscore.sources.bad_file import BadFile

#: Of a file that is read as a stream its name and first bytes say which edition it is.
HEAD = 64 * 1024
LONGEST = 120
Statement = Callable[[str, bytes], str | None]


def settle(intake: Intake, file: BinaryIO) -> None:
    """Put the edition on the import, if the file or a person says it. The row is not saved.

    A publisher's module may have ``stated_edition(name, content)``: what the file itself says, or
    nothing. Raises BadFile where the two contradict each other.
    """
    said = _of_file(intake, file)
    if said and intake.published_edition:
        if edition_words.contradict(said, intake.published_edition):
            raise BadFile(
                f"the file says that it is {said!r}, and it was to be {intake.published_edition!r}",
                remedy="Correct the edition (--edition), or choose the file of that edition.",
            )
    elif said:
        intake.published_edition = said[:LONGEST]


def _of_file(intake: Intake, file: BinaryIO) -> str:
    """What the file says of its edition: the first of its documents that says something."""
    speaks: Statement | None = getattr(file_rows.layout_of(intake), "stated_edition", None)
    if speaks is None:
        return ""
    if hasattr(file_rows.layout_of(intake), "rows"):
        parts = iter([("", file.read(HEAD))])
    else:
        parts = file_rows.documents(file)
    found = (speaks(name or intake.file, content) for name, content in parts)
    result = next((text for text in found if text), "")
    file.seek(0)
    return result or ""


def or_by_what_it_holds(intake: Intake, staged: str, columns: str, *, own: bool) -> str:
    """The words for an edition that nobody has named: the years of its figures, which it does say;
    of a table of one's own (``own``) its name and the day of its import."""
    if intake.published_edition:
        return intake.published_edition
    day = intake.retrieved_on or intake.created_at.date()
    words = f"{intake.file}, {day:%Y-%m-%d}"
    if own or "year " not in columns:
        return words[-LONGEST:]
    ((first, last),) = staging.fetch(f"SELECT min(year), max(year) FROM {staged}")  # noqa: S608
    span = f"{first}" if first == last else f"{first}–{last}"
    return f"figures of {span} ({words})"[:LONGEST]
