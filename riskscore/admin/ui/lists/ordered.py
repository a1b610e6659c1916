"""Rows in an order that keeps the unknown last, read from an index whichever way it is turned."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import ExpressionWrapper, F, FloatField, OrderBy, QuerySet

#: Rows that are counted, and that people can page through; fewer are sorted rather than walked.
MANY = 10_000


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
    """Rows sorted by a number that may be unknown: those that have it, then those that have not.

    Many rows are read along the index over the number, a page at a time: a million cost what one
    page costs. Of few, an index may have to be walked to its end to find them; they are sorted.
    The unknown are read only where the known do not fill the page.
    """

    def __init__(
        self, known: QuerySet[Any], unknown: QuerySet[Any], key: UnknownLast, before: list[str],
        tie: str,
    ) -> None:  # fmt: skip
        self.known_count = known.order_by()[: MANY + 1].count()
        if self.known_count > MANY:
            self.known = known.order_by(*before, *_along_index(key, tie))
        else:
            # Added to, the number is not that of the index.
            sorted_by = ExpressionWrapper(F(key.name) + 0.0, output_field=FloatField())
            way = sorted_by.desc() if key.descending else sorted_by.asc()
            self.known = known.order_by(*before, way, tie if key.descending else f"-{tie}")
        self.unknown = unknown.order_by(*before, tie)

    def count_up_to(self, most: int) -> int:
        """How many rows there are, counted no further than ``most``."""
        if self.known_count >= most:
            return most
        return self.known_count + self.unknown.order_by()[: most - self.known_count].count()

    def __getitem__(self, wanted: slice) -> list[Any]:
        start, stop = wanted.start or 0, wanted.stop
        rows = list(self.known[start:stop])
        if len(rows) == stop - start or self.known_count > MANY:
            return rows
        after = max(start - self.known_count, 0)
        return [*rows, *self.unknown[after : stop - self.known_count]]

    def iterator(self, chunk_size: int) -> Iterator[Any]:
        """All rows, by a cursor of the database."""
        yield from self.known.iterator(chunk_size)
        yield from self.unknown.iterator(chunk_size)

    def __iter__(self) -> Iterator[Any]:
        yield from self.known
        yield from self.unknown

    def _clone(self) -> "Parts":
        """Django's list asks for a copy of what it shows whole."""
        return self


def _along_index(key: UnknownLast, tie: str) -> tuple[OrderBy, str]:
    """The order of an index over (number descending, tie), read forwards or backwards."""
    if key.descending:
        return F(key.name).desc(nulls_last=True), tie
    return F(key.name).asc(nulls_first=True), f"-{tie}"


def has_more_than(rows: QuerySet[Any], most: int) -> bool:
    """Whether there are more rows than that."""
    return any(True for _ in islice(iter(rows[most : most + 1]), 1))
