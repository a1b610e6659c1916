"""Pages of lists with millions of rows: which rows a page has is found first, then read."""

import json
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


class Bounded(Paginator):  # type: ignore[type-arg]
    """Counts no further than ``MOST`` rows: a table of millions opens as quickly as a small one.

    A page is read in two steps: the numbers of its rows in their order, from one table and where
    it can be from an index alone; then those rows with all that is shown of them. In one step the
    database would join and widen every row before it throws all but a page of them away.

    The rows are a query set, or the parts of one in their order
    (:class:`riskscore.admin.ui.lists.ordered.Parts`).
    """

    MOST = 10_000
    #: Up to so many rows, by the database's estimate, are put in order by themselves; more of them
    #: stand so close in any order that a page of them is soon found along it.
    FEW = 150_000

    @cached_property
    def count(self) -> int:
        """The number of rows, or MOST + 1. In no order: to sort only to count costs the most."""
        if self._is_chosen:
            return len(self._chosen)
        return int(_numbers(self._whole)[: self.MOST + 1].count())

    @property
    def over(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count > self.MOST

    def page(self, number: Any) -> "Page[Any]":
        """The rows of a page. Raises InvalidPage."""
        number = self.validate_number(number)
        begin = (number - 1) * self.per_page
        numbers = self._between(begin, min(begin + self.per_page, self.count))
        rows = {row.pk: row for row in self._whole.filter(pk__in=numbers)}
        return Page([rows[one] for one in numbers if one in rows], number, self)

    @cached_property
    def _whole(self) -> QuerySet[Any]:
        """All rows, in no order."""
        given: Any = self.object_list
        rows: QuerySet[Any] = getattr(given, "whole", given)
        return rows.order_by()

    @property
    def _is_chosen(self) -> bool:
        """Whether the rows are some of their table only."""
        return bool(self._whole.query.where)

    @cached_property
    def _chosen(self) -> list[Any]:
        """The numbers of the rows, of MOST + 1 of them at most."""
        return list(_numbers(self._whole)[: self.MOST + 1])

    def _between(self, begin: int, end: int) -> list[Any]:
        """The numbers of the rows from ``begin`` until before ``end``, in their order."""
        given: Any = self.object_list
        parts: list[QuerySet[Any]] = getattr(given, "parts", [given])
        if (among := self._among()) is not None:
            parts = [part.filter(pk__in=among) for part in parts]
        found: list[Any] = []
        wanted = end - begin
        for part in parts:
            mine = list(_numbers(part)[begin : begin + wanted - len(found)])
            found += mine
            if len(found) == wanted:
                break
            # This part ends before the page does: the next begins where it ends.
            held = begin + len(mine) if mine else _numbers(part.order_by())[:begin].count()
            begin = max(begin - held, 0)
        return found

    def _among(self) -> Any:
        """The numbers of the rows where they are few, for the database to look only at those;
        None where it is quicker to go along the order until a page is full."""
        if not self._is_chosen:
            return None
        if not self.over:
            return self._chosen
        if _estimate(_numbers(self._whole)) > self.FEW:
            return None
        # The limit makes the database find them before it puts them in order.
        return _numbers(self._whole)[: 100 * self.FEW]


def _numbers(rows: QuerySet[Any]) -> Any:
    return rows.values_list("pk", flat=True)


def _estimate(rows: QuerySet[Any]) -> int:
    """How many rows the database expects, without counting them."""
    (plan,) = json.loads(rows.explain(format="json"))
    return int(plan["Plan"]["Plan Rows"])
