"""Rows in an order that keeps the unknown last, read from an index whichever way it is turned."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import F, OrderBy, QuerySet


class UnknownLast(OrderBy):
    """An order by a number that keeps the unknown last, also when people turn it round.

    An index over (number descending, key) serves both ways of it.
    """

    def __init__(self, name: str, *, descending: bool = False) -> None:
        super().__init__(F(name), descending=descending, nulls_last=True)
        #: The field that it sorts by.
        self.name = name

    def reverse_ordering(self) -> "UnknownLast":
        self.descending = not self.descending
        return self


class Parts:
    """Query sets one after the other as one, sliced and counted like one.

    A part is read only where those before it do not fill the slice: sorting a million rows costs
    what their first page costs.
    """

    def __init__(
        self,
        parts: list[QuerySet[Any]],
        counts: tuple[int, ...] = (),
        whole: QuerySet[Any] | None = None,
    ) -> None:
        self.parts = parts
        #: All the rows, where somebody asks for them in no order.
        self.whole = whole
        #: How many rows the first parts have, as far as that was counted.
        self.counts = counts

    def __getitem__(self, wanted: slice) -> "Parts":
        start, stop = wanted.start or 0, wanted.stop
        taken: list[QuerySet[Any]] = []
        counts: list[int] = []
        for part in self.parts:
            taken.append(part[start:stop])
            if part is self.parts[-1]:
                break
            before = part[:stop].count()
            counts.append(max(before - start, 0))
            start, stop = max(start - before, 0), stop - before
            if stop <= 0:
                break
        return Parts(taken, tuple(counts))

    def count(self) -> int:
        """How many rows there are."""
        rest = self.parts[len(self.counts) :]
        return sum(self.counts) + sum(part.count() for part in rest)

    def iterator(self, chunk_size: int) -> Iterator[Any]:
        """All rows, by a cursor of the database."""
        for part in self.parts:
            yield from part.iterator(chunk_size)

    def __iter__(self) -> Iterator[Any]:
        for part in self.parts:
            yield from part

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def _clone(self) -> "Parts":
        """Django's list asks for a fresh copy; query sets are lazy, so this is one."""
        return Parts(self.parts, whole=self.whole)


def has_more_than(rows: "Parts | QuerySet[Any]", most: int) -> bool:
    """Whether there are more rows than that."""
    return any(True for _ in islice(iter(rows[most : most + 1]), 1))
