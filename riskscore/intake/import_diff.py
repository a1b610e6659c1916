"""What a file would change, counted and shown before anything is written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from riskscore.intake import staging

#: How a line of a preview begins that is about a value far from the one that stands.
JUMP = "jump: "
#: Changes that a preview shows in words.
MOST_SHOWN = 20
BATCH = 2000
#: Rows that are looked at in Python are staged as they are, with what is found out about them.
DOCUMENTS = (
    "line bigint PRIMARY KEY, row jsonb NOT NULL, key text NOT NULL, id bigint, verdict text"
)


@dataclass
class ImportDiff:
    """How many rows of a file are new, changed, the same or no longer stated, and some in words.

    ``jumps``: how many values are far from those that stand; the preview begins with them.
    ``kept`` is why the file is an older edition: then it is kept, and nothing is scored by it.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    preview: list[str] = field(default_factory=list)
    jumps: int = 0
    kept: str = ""

    @property
    def is_news(self) -> bool:
        """Whether loading the file would change anything."""
        return bool(self.added or self.changed or self.gone)

    def count(self, verdict: str, words: str) -> None:
        """One more row of a verdict (``added``, ``changed`` or ``unchanged``)."""
        setattr(self, verdict, getattr(self, verdict) + 1)
        if verdict != "unchanged" and len(self.preview) < MOST_SHOWN:
            self.preview.append(f"{verdict}: {words}"[:300])


@dataclass(frozen=True, slots=True)
class Document:
    """A staged row: its line, what it says, the key it names, and the row that it is about."""

    line: int
    row: dict[str, Any]
    key: str
    id: int | None


def documents(table: str, condition: str = "true") -> Iterator[list[Document]]:
    """The staged rows in the order of the file, a batch at a time."""
    after = -1
    while result := staging.fetch(
        f"SELECT line, row, key, id FROM {table} WHERE line > %s AND {condition}"  # noqa: S608
        " ORDER BY line LIMIT %s",
        [after, BATCH],
    ):
        after = result[-1][0]
        yield [
            Document(line, json.loads(row) if isinstance(row, str) else row, key, at)
            for line, row, key, at in result
        ]


def note(table: str, verdicts: list[tuple[str, int]]) -> None:
    """Write the verdicts (verdict, line) into the staging table."""
    words, lines = zip(*verdicts, strict=True)
    staging.execute(
        f"UPDATE {table} s SET verdict = v.verdict"  # noqa: S608 - our own name
        " FROM unnest(%s::text[], %s::bigint[]) AS v (verdict, line) WHERE s.line = v.line",
        [list(words), list(lines)],
    )
