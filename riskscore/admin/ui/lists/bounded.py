"""Pages of lists with millions of rows: which rows a page has is found first, then read."""

import json
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from riskscore.admin.ui.lists.ordered import MANY, Parts


class Bounded(Paginator):  # type: ignore[type-arg]
    """Counts no further than ``MOST`` rows: a table of millions opens as quickly as a small one.

    A page is read in two steps: the numbers of its rows in their order, from one table and where
    it can be from an index alone; then those rows with all that is shown of them. In one step the
    database would join and widen every row before it throws all but a page of them away.

    Rows sorted by what may be unknown know how to be counted and cut by themselves
    (:class:`riskscore.admin.ui.lists.ordered.Parts`).
    """

    MOST = MANY
    #: Up to so many rows, by the database's estimate, are put in order by themselves; more of them
    #: stand so close in any order that a page of them is soon found along it.
    FEW = 150_000

    @cached_property
    def count(self) -> int:
        """The number of rows, or MOST + 1. In no order: to sort only to count costs the most."""
        rows: Any = self.object_list
        if isinstance(rows, Parts):
            return rows.count_up_to(self.MOST + 1)
        if rows.query.where:
            return len(self._chosen)
        return int(_numbers(rows.order_by())[: self.MOST + 1].count())

    @property
    def over(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count > self.MOST

    def page(self, number: Any) -> "Page[Any]":
        """The rows of a page. Raises InvalidPage."""
        rows: Any = self.object_list
        if isinstance(rows, Parts):
            return super().page(number)
        number = self.validate_number(number)
        begin = (number - 1) * self.per_page
        among = self._among(rows)
        inside = rows if among is None else rows.filter(pk__in=among)
        numbers = list(_numbers(inside)[begin : min(begin + self.per_page, self.count)])
        found = {row.pk: row for row in rows.order_by().filter(pk__in=numbers)}
        return Page([found[one] for one in numbers if one in found], number, self)

    @cached_property
    def _chosen(self) -> list[Any]:
        """The numbers of the rows, of MOST + 1 of them at most."""
        rows: Any = self.object_list
        return list(_numbers(rows.order_by())[: self.MOST + 1])

    def _among(self, rows: QuerySet[Any]) -> Any:
        """The numbers of the rows where they are few, for the database to look only at those;
        None where it is quicker to go along the order until a page is full."""
        if not rows.query.where:
            return None
        if not self.over:
            return self._chosen
        unordered = _numbers(rows.order_by())
        # The limit makes the database find them before it puts them in order.
        return unordered[: 100 * self.FEW] if _estimate(unordered) <= self.FEW else None


def _numbers(rows: QuerySet[Any]) -> Any:
    return rows.values_list("pk", flat=True)


def _estimate(rows: QuerySet[Any]) -> int:
    """How many rows the database expects, without counting them."""
    (plan,) = json.loads(rows.explain(format="json"))
    return int(plan["Plan"]["Plan Rows"])
