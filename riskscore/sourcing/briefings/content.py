"""What a briefing says, before it is laid out: the same on screen and on paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from riskscore.sourcing.briefings.sources import Cited
from riskscore.sourcing.briefings.supply_figures import Figure
from riskscore.sourcing.drawings.marks import Drawing

#: Rows of a table or list on screen; paper may take fewer to stay on one page.
MOST = 10
#: Sources stay longer than rows: this many for each row of a table.
SOURCES = 4


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts. ``left_out`` counts those that are not shown; ``numeric`` columns are set
    to the right."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    left_out: int = 0

    def shortened(self, most: int) -> "Table":
        """The first rows; the rest is counted."""
        more = self.left_out + max(len(self.rows) - most, 0)
        return replace(self, rows=self.rows[:most], left_out=more)


@dataclass(frozen=True, slots=True)
class Listing:
    """Sentences under a title."""

    title: str
    items: Sequence[str]
    left_out: int = 0

    def shortened(self, most: int) -> "Listing":
        """The first sentences; the rest is counted."""
        more = self.left_out + max(len(self.items) - most, 0)
        return replace(self, items=self.items[:most], left_out=more)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with what to know about it."""

    drawing: Drawing
    caption: str


@dataclass(frozen=True, slots=True)
class Briefing:
    """One page. ``name`` is good for a file; ``stamp``: method, edition, dates."""

    name: str
    title: str
    subtitle: str
    figures: Sequence[Figure]
    pictures: Sequence[Picture]
    parts: Sequence[Table | Listing]
    unknown: Listing
    sources: Sequence[Cited]
    stamp: Sequence[str]
    sources_left_out: int = 0

    def shortened(self, most: int) -> "Briefing":
        """With at most so many rows in each list; what is left out is counted, never dropped in
        silence."""
        more = self.sources_left_out + max(len(self.sources) - SOURCES * most, 0)
        return replace(
            self,
            parts=[part.shortened(most) for part in self.parts],
            unknown=self.unknown.shortened(most),
            sources=self.sources[: SOURCES * most],
            sources_left_out=more,
        )
