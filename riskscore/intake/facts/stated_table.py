"""Facts that are only ever added to: a row of a file is new, says it otherwise, or is known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskscore.intake import import_diff
from riskscore.intake.import_diff import Document, ImportDiff
from riskscore.models import Intake, Release
from riskscore.models.facts import Stated
from riskscore.releases.editions import next_edition


@dataclass(frozen=True, slots=True)
class StatedTable:
    """A table of such facts: what a statement is about, what it says, and it in a few words.

    ``identity`` and ``stated`` are columns of the table; the newest row of an identity counts.
    """

    model: type[Stated]
    staged: str
    identity: tuple[str, ...]
    stated: tuple[str, ...]
    words: Callable[[dict[str, Any]], str]

    def compare(self, _intake: Intake) -> ImportDiff:
        """Compare each row with the newest one about the same."""
        diff = ImportDiff()
        for batch in import_diff.documents(self.staged):
            known, verdicts = self._newest(batch), []
            for document in batch:
                before = known.get(self._about(document))
                verdict = "added" if before is None else "changed"
                verdict = "unchanged" if before == self._says(document) else verdict
                diff.count(verdict, f"{document.key}: {self.words(document.row)}")
                verdicts.append((verdict, document.line))
            import_diff.note(self.staged, verdicts)
        return diff

    def move(self, intake: Intake, release: Release) -> int:
        """Store what is new under one edition. Returns how many."""
        release.edition = next_edition(f"intake of {intake.file}"[:200])
        count = 0
        for batch in import_diff.documents(self.staged, "verdict <> 'unchanged'"):
            self._objects.bulk_create(self._made(batch, intake, release))
            count += len(batch)
        return count

    @property
    def _objects(self) -> Any:
        return self.model._default_manager

    def _made(self, batch: list[Document], intake: Intake, release: Release) -> Iterator[Stated]:
        for document in batch:
            yield self.model(
                **dict(zip(("project_id", *self.identity), self._about(document), strict=True)),
                **dict(zip(self.stated, self._says(document), strict=True)),
                release=release,
                entered_by=intake.created_by,
                edition=release.edition,
            )

    def _newest(self, batch: list[Document]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        rows = self._objects.filter(project__in={one.id for one in batch}).order_by("id")
        cut = 1 + len(self.identity)
        cells = rows.values_list("project_id", *self.identity, *self.stated)
        return {row[:cut]: row[cut:] for row in cells}

    def _about(self, document: Document) -> tuple[Any, ...]:
        return document.id, *(_cell(document.row, name) for name in self.identity)

    def _says(self, document: Document) -> tuple[Any, ...]:
        return tuple(_cell(document.row, name) for name in self.stated)


def _cell(row: dict[str, Any], column: str) -> Any:
    value = row[column.removesuffix("_id")]
    return date.fromisoformat(value) if column == "since" else value
