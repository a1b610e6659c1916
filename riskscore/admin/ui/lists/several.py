"""Filters that take several values at once: boxes to tick, sent together with one button."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, Field, ForeignKey, Model, QuerySet
from django.http import HttpRequest

from riskscore.admin.ui.lists.chips import Chip

Values = list[str]
#: Boxes beyond this stand in a box of their own that scrolls.
SHORT = 8


class Several(admin.ListFilter):
    """Rows with any of some values. Subclasses say which there are, and which rows they mean."""

    template = "admin/lists/several.html"
    parameter_name: str
    #: Names of the parameter in older addresses.
    older: tuple[str, ...] = ()
    #: Whether only one value may be chosen.
    single = False
    #: What the address asks for and is none of its values, in words.
    wrong: list[str]

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: type[Model], page: Any
    ) -> None:
        super().__init__(request, params, model, page)
        self.offered = {str(value): words for value, words in self.lookups(request)}
        sent: Values = []
        for name in self.names:
            sent += [str(value) for value in params.pop(name, ())]
        read = [value if value in self.offered else self.meant(value) for value in sent if value]
        self.values = [value for value in dict.fromkeys(read) if value in self.offered]
        self.wrong = [self._refusal(value) for value in read if value not in self.offered]
        if self.values:
            self.used_parameters[self.parameter_name] = self.values

    def _refusal(self, value: str) -> str:
        words = f"{self.title}: {value[:40]!r} is no value of this filter"
        several = f"{self.parameter_name}=…&{self.parameter_name}=…"
        return f"{words}; several are asked for as {several}" if "," in value else words

    def meant(self, value: str) -> str:
        """What a value means that is none of those offered; itself if it means nothing."""
        return value

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        """(value, words) of all that can be chosen."""
        raise NotImplementedError

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        """The rows with any of these values."""
        raise NotImplementedError

    def unchosen(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows where nothing is chosen."""
        return rows

    def has_output(self) -> bool:
        return bool(self.offered or self.wrong)

    @property
    def names(self) -> list[str]:
        """The parameters of an address that it reads."""
        return [self.parameter_name, *self.older]

    def expected_parameters(self) -> list[str | None]:
        return [*self.names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.chosen(queryset, self.values) if self.values else self.unchosen(queryset)

    def choices(self, changelist: Any) -> Iterator[Any]:
        offered = list(self.offered.items())
        if self.is_long:  # What is chosen stands where it is seen without scrolling.
            offered.sort(key=lambda each: each[0] not in self.values)
        for value, words in offered:
            yield {"value": value, "display": words, "selected": value in self.values}

    @property
    def is_long(self) -> bool:
        return len(self.offered) > SHORT

    def chips(self, shown: Any) -> list[Chip]:
        """One for each chosen value, and for each that is none of its values."""
        found = [
            Chip(str(self.title), self.offered[value], self._without(shown, value))
            for value in self.values
        ]
        rest = self._address(shown, self.values)
        return found + [Chip(str(self.title), "no value of it", rest) for _ in self.wrong[:1]]

    def kept(self) -> dict[str, Values]:
        """What of it is worth keeping in a saved list."""
        return {self.parameter_name: self.values}

    def _without(self, shown: Any, value: str) -> str:
        rest = [other for other in self.values if other != value]
        return self._address(shown, rest)

    def _address(self, shown: Any, values: Values) -> str:
        gone: dict[str, Any] = dict.fromkeys(self.names)
        return str(shown.get_query_string({**gone, self.parameter_name: values or None}))


class AnyOf(Several):
    """Rows with any of some values of a field with choices, of a truth, or of a short table."""

    def __init__(
        self,
        field: "Field[Any, Any]",
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        page: Any,
        field_path: str,
    ) -> None:
        self.field, self.parameter_name, self.title = field, field_path, str(field.verbose_name)
        ends = ("exact", "in", "id__exact", "code__exact", "pk__exact")
        self.older = tuple(f"{field_path}__{end}" for end in ends)
        super().__init__(request, params, model, page)

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        if isinstance(self.field, ForeignKey):
            rows = self.field.related_model._default_manager.all()
            return [(row.pk, str(row)) for row in rows]
        if isinstance(self.field, BooleanField):
            return [(1, "yes"), (0, "no")]
        return [(value, str(words)) for value, words in self.field.flatchoices if value != ""]

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return rows.filter(**{f"{self.parameter_name}__in": values})

    @staticmethod
    def suits(field: "Field[Any, Any]") -> bool:
        """Whether a field's values are few and known beforehand."""
        return isinstance(field, BooleanField | ForeignKey) or bool(field.choices)
