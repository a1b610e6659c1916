"""The list behind each page of rows: chosen columns, order by name, saved lists, what it keeps."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from riskscore.admin.ui.lists import chips, columns, ordered, wrong_values

#: The parameter that names the columns, each value one.
COLUMNS = "columns"
NEVER_KEPT = ("p", "all", "e", "_popup", "_to_field", "_facets")
NO_FILTER = "?q="


class List(ChangeList):
    """Django's list, whose address says columns and order by name and can be kept."""

    model_admin: Any

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """What filters; columns do not."""
        kept: dict[str, Any] = super().get_filters_params(params)
        kept.pop(COLUMNS, None)
        return kept

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        if ORDER_VAR in self.params:
            self.params[ORDER_VAR] = self._numbered(self.params[ORDER_VAR])
            self.filter_params[ORDER_VAR] = [self._named(self.params[ORDER_VAR])]
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        return rows.none() if self.wrong else rows

    @property
    def wrong(self) -> list[str]:
        """What its address asks for and no filter knows, in words. No row fits such an address."""
        return [words for spec in self.filter_specs for words in wrong_values.of(spec)]

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """What to sort by: the columns asked for, and then the rows' numbers.

        Django goes on with the list's own order, which no index of a column has.
        """
        if ORDER_VAR not in self.params:
            return super().get_ordering(request, queryset)
        chosen: list[Any] = super().get_ordering(request, queryset.order_by())
        if chosen == ["-pk"]:  # no column that can be sorted by
            return super().get_ordering(request, queryset)
        turns_back = isinstance(chosen[0], str) and not chosen[0].startswith("-")
        if len(chosen) == 2 and chosen[1] == "-pk" and turns_back:
            return [chosen[0], "pk"]
        return chosen

    def get_results(self, request: HttpRequest) -> None:
        """The rows of this page. Sorted by what may be unknown, those that are known come first."""
        whole = self.queryset
        self.queryset = self.in_order()
        try:
            super().get_results(request)
        finally:
            self.queryset = whole
        names = {columns.name_of(column) for column in self.list_display}
        self.result_list = self.model_admin.prepared(list(self.result_list), names)

    def in_order(self) -> "ordered.Parts | QuerySet[Any]":
        """All rows in their order; two parts where the first key may be unknown."""
        order = list(self.queryset.query.order_by)
        at = next((n for n, key in enumerate(order) if isinstance(key, ordered.UnknownLast)), None)
        if at is None:
            whole: QuerySet[Any] = self.queryset
            return whole
        key: ordered.UnknownLast = order[at]
        known = self.queryset.filter(**{f"{key.name}__isnull": False})
        unknown = self.queryset.filter(**{f"{key.name}__isnull": True})
        page = self.model_admin
        before = order[:at] or list(page.within)
        return ordered.Parts(known, unknown, key, before, page.tie)

    def has_more_than(self, most: int) -> bool:
        """Whether the whole list has more rows than that."""
        return ordered.has_more_than(self.queryset.order_by(), most)

    def every_row(self, batch: int) -> Iterator[Any]:
        """All rows in their order, by a cursor of the database."""
        return iter(self.in_order().iterator(batch))

    def get_query_string(
        self, new_params: Mapping[str, Any] | None = None, remove: Any = None
    ) -> str:
        """An address of this list. An empty one would open the person's default list."""
        wanted = dict(new_params or {})
        if wanted.get(ORDER_VAR):
            wanted[ORDER_VAR] = self._named(str(wanted[ORDER_VAR]))
        text = super().get_query_string(wanted, remove)
        return NO_FILTER if text == "?" else text

    def _named(self, order: str) -> str:
        """The order with columns by name: ``3.-1`` is ``country.-name``."""
        parts = []
        for part in order.split("."):
            sign, _, number = part.rpartition("-")
            is_place = number.isdecimal() and int(number) < len(self.list_display)
            name = columns.name_of(self.list_display[int(number)]) if is_place else number
            parts.append(f"{'-' if part.startswith('-') and not sign else sign}{name}")
        return ".".join(parts)

    def _numbered(self, order: str) -> str:
        """The order with columns by place, as Django reads it; what is not shown is left out."""
        places = {columns.name_of(column): str(n) for n, column in enumerate(self.list_display)}
        parts = []
        for part in order.split("."):
            sign = "-" if part.startswith("-") else ""
            name = part.removeprefix("-")
            if number := name if name.isdecimal() else places.get(name):
                parts.append(sign + number)
        return ".".join(parts)

    @property
    def chips(self) -> list[chips.Chip]:
        """What narrows this list down, each with the address without it."""
        return chips.of(self)

    @property
    def beside_filters(self) -> list[tuple[str, str]]:
        """What the form of the filters must keep: (name, value) of all that it does not ask."""
        asked: set[Any] = set()
        for spec in self.filter_specs:
            if hasattr(spec, "kept"):
                asked.update(spec.expected_parameters())
        return self._without(asked)

    @property
    def beside_columns(self) -> list[tuple[str, str]]:
        """What the form of the columns must keep."""
        return self._without({COLUMNS})

    def _without(self, names: set[Any]) -> list[tuple[str, str]]:
        return [
            (name, str(value))
            for name, values in self.filter_params.items()
            for value in (values if isinstance(values, list) else [values])
            if name not in names
        ]

    @property
    def usual_columns(self) -> str:
        """The address of this list with its usual columns."""
        return self.get_query_string({COLUMNS: None})

    @property
    def without_filters(self) -> str:
        """The address of this list with its columns and order, but all rows."""
        names: set[Any] = {*self.get_filters_params(), SEARCH_VAR}
        return self.get_query_string({**dict.fromkeys(names), **self._widest()})

    def _widest(self) -> dict[str, Any]:
        """What turns off the filters that are on without being asked for."""
        widest = (getattr(spec, "widest", None) for spec in self.filter_specs)
        return {name: value for each in widest if each for name, value in each.items()}
