"""Lists over millions of rows: what a page shows is found first, by an index, and then read."""

import json
from functools import cached_property
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import OrderBy, QuerySet
from django.http import HttpRequest


class Bounded(Paginator):  # type: ignore[type-arg]
    """Counts no further than ``MOST`` rows: a table of millions opens as quickly as a small one.

    A page is read in two steps: the numbers of its rows in their order, from one table and where
    it can be from an index alone; then those rows with all that is shown of them. In one step the
    database would join and widen every row before it throws all but a page of them away.
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
        return int(self._numbers(self._unordered)[: self.MOST + 1].count())

    @property
    def over(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count > self.MOST

    def page(self, number: Any) -> "Page[Any]":
        """The rows of a page. Raises InvalidPage."""
        number = self.validate_number(number)
        begin = (number - 1) * self.per_page
        numbers = self._between(begin, min(begin + self.per_page, self.count))
        rows = {row.pk: row for row in self._unordered.filter(pk__in=numbers)}
        return self._get_page([rows[one] for one in numbers if one in rows], number, self)

    @property
    def _is_chosen(self) -> bool:
        """Whether the rows are some of their table only."""
        return bool(self.object_list.query.where)  # type: ignore[union-attr]

    @cached_property
    def _chosen(self) -> list[Any]:
        return list(self._numbers(self._unordered)[: self.MOST + 1])

    @property
    def _unordered(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.object_list.order_by()  # type: ignore[union-attr]
        return rows

    @staticmethod
    def _numbers(rows: QuerySet[Any]) -> Any:
        return rows.values_list("pk", flat=True)

    def _between(self, begin: int, end: int) -> list[Any]:
        """The numbers of the rows from ``begin`` until before ``end``, in their order."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        if self._is_chosen:
            if not self.over:
                return list(self._numbers(rows.filter(pk__in=self._chosen))[begin:end])
            if _estimate(self._numbers(self._unordered)) <= self.FEW:
                # The limit keeps the database from looking for them along the order.
                fenced = self._numbers(self._unordered)[: 100 * self.FEW]
                return list(self._numbers(rows.filter(pk__in=fenced))[begin:end])
        split = _split_at_unknown(rows)
        if split is None:
            return list(self._numbers(rows)[begin:end])
        known, unknown = split
        found = list(self._numbers(known)[begin:end])
        if len(found) < end - begin:
            held = self._numbers(known.order_by())[:end].count()
            found += self._numbers(unknown)[max(begin - held, 0) : end - held]
        return found


def _estimate(rows: QuerySet[Any]) -> int:
    """How many rows the database expects, without counting them."""
    (plan,) = json.loads(rows.explain(format="json"))
    return int(plan["Plan"]["Plan Rows"])


def _split_at_unknown(rows: QuerySet[Any]) -> tuple[QuerySet[Any], QuerySet[Any]] | None:
    """Rows in ascending order with the unknown last, as those known and those unknown.

    An index that has the highest first and the unknown last gives either part when it is read
    backwards, never the whole. None for any other order.
    """
    first, *rest = rows.query.order_by or (None,)
    if not isinstance(first, OrderBy) or first.descending or not first.nulls_last:
        return None
    name = getattr(first.expression, "name", "")
    if not name:
        return None
    ascending = OrderBy(first.expression, nulls_first=True)
    known = rows.filter(**{f"{name}__isnull": False}).order_by(ascending, *rest)
    return known, rows.filter(**{f"{name}__isnull": True}).order_by(*rest)


class List(ChangeList):
    """A list in the order that was asked for, and within it in that of the rows' numbers.

    Django goes on with the list's own order, which no index of a column has.
    """

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """What to sort by."""
        if ORDER_VAR not in self.params:
            return super().get_ordering(request, queryset)
        chosen = super().get_ordering(request, queryset.order_by())
        if chosen == ["-pk"]:  # no column that can be sorted by
            return super().get_ordering(request, queryset)
        if len(chosen) == 2 and chosen[1] == "-pk" and _ascends(chosen[0]):
            return [chosen[0], "pk"]
        return chosen


def _ascends(order: Any) -> bool:
    if isinstance(order, OrderBy):
        return not order.descending
    return isinstance(order, str) and not order.startswith("-")
