"""Filters from–to: numbers, years and days, both ends included."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import DateField, DateTimeField, Field, Model, Q, QuerySet
from django.db.models.fields import FloatField, IntegerField
from django.http import HttpRequest
from django.utils.formats import date_format

from riskscore.admin.ui.lists.chips import Chip
from riskscore.config.plain_numbers import plain_number


class Range(admin.ListFilter):
    """Rows whose number lies from one value to another; either may be left open."""

    template = "admin/lists/range.html"
    parameter_name: str
    #: What the input of a browser takes.
    kind = "number"
    #: The field that is compared; subclasses that compare something else write ``within``.
    field_name = ""
    #: What one unit on the page is in the field.
    unit = 1.0
    #: Words behind the title: the scale of the numbers.
    scale = ""
    refusal = "is no number"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: type[Model], page: Any
    ) -> None:
        super().__init__(request, params, model, page)
        #: What the address asks for and is no end of a range, in words.
        self.wrong: list[str] = []
        self.low, self.high = (self._end(name, params.pop(name, None)) for name in self.names)

    def _end(self, name: str, sent: Any) -> Any:
        text = str(sent[-1]).strip() if sent else ""
        if not text:
            return None
        value = self.parsed(text)
        if value is None:
            self.wrong.append(f"{self.title}: {text[:40]!r} {self.refusal}")
            return None
        self.used_parameters[name] = text
        return value

    def parsed(self, text: str) -> Any:
        """The value that a text means; None if it means none."""
        return plain_number(text)

    def has_output(self) -> bool:
        return True

    @property
    def names(self) -> list[str]:
        """The parameters of an address that it reads: from, to."""
        return [f"{self.parameter_name}_from", f"{self.parameter_name}_to"]

    def expected_parameters(self) -> list[str | None]:
        return [*self.names]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, word in zip(self.names, ("from", "to"), strict=True):
            yield {"name": name, "word": word, "value": self.used_parameters.get(name, "")}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.low is None and self.high is None:
            return queryset
        return self.within(queryset, self.low, self.high)

    def within(self, rows: QuerySet[Any], low: Any, high: Any) -> QuerySet[Any]:
        """The rows between both, an open end being None."""
        return rows.filter(self.between(self.field_name, low, high))

    def between(self, name: str, low: Any, high: Any) -> Q:
        """That a field lies between both."""
        result = Q()
        if low is not None:
            result &= Q(**{f"{name}__gte": low * self.unit})
        if high is not None:
            result &= Q(**{f"{name}__lte": high * self.unit})
        return result

    def words(self, value: Any) -> str:
        """An end as people read it."""
        return f"{value:g}"

    def chips(self, shown: Any) -> list[Chip]:
        """One for both ends."""
        gone = shown.get_query_string(dict.fromkeys(self.names))
        if self.wrong:
            return [Chip(str(self.title), self.refusal, gone)]
        if self.low is None and self.high is None:
            return []
        low, high = (None if end is None else self.words(end) for end in (self.low, self.high))
        text = f"{low} to {high}" if low and high else f"from {low}" if low else f"to {high}"
        return [Chip(str(self.title), text, gone)]

    def kept(self) -> dict[str, list[str]]:
        """What of it is worth keeping in a saved list."""
        return {name: [str(value)] for name, value in self.used_parameters.items()}


class OfField(Range):
    """From–to of a field of the list's table."""

    def __init__(
        self,
        field: "Field[Any, Any]",
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        page: Any,
        field_path: str,
    ) -> None:
        self.parameter_name = self.field_name = field_path
        self.title, self.holds_moments = str(field.verbose_name), isinstance(field, DateTimeField)
        super().__init__(request, params, model, page)


class Days(OfField):
    """From one day to another, both included; moments by their day in UTC."""

    kind = "date"
    refusal = "is no day (2026-11-27)"

    def parsed(self, text: str) -> date | None:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return day if 1000 <= day.year < 9999 else None

    def between(self, name: str, low: date | None, high: date | None) -> Q:
        if not self.holds_moments:
            ends = {f"{name}__gte": low, f"{name}__lte": high}
        else:
            after = high and high + timedelta(days=1)
            ends = {f"{name}__gte": _midnight(low), f"{name}__lt": _midnight(after)}
        return Q(**{end: value for end, value in ends.items() if value is not None})

    def words(self, value: date) -> str:
        return date_format(value)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def suiting(field: "Field[Any, Any]") -> type[OfField] | None:
    """The filter from–to that suits a field, if one does."""
    if isinstance(field, DateField):
        return Days
    return OfField if isinstance(field, FloatField | IntegerField) else None
