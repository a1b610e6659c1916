"""Filters of listings: django-filter's sets, whose values are read by the fields of a query."""

from collections.abc import Callable
from copy import copy
from typing import Any, cast

from django.db.models import Q, QuerySet
from django_filters import rest_framework as django_filters
from rest_framework import serializers
from rest_framework.request import Request

from riskscore.api.framework.query_fields import QueryValues


class Filter(django_filters.Filter):  # type: ignore[misc]
    """A condition on rows: ``reads`` reads and documents its value.

    ``where`` is the lookup that the value stands for (`place_id__in`), below the set's ``path``, or
    a function that gives the condition of a value; or ``method`` names the set's method that
    filters.
    """

    def __init__(
        self, reads: Any, where: str | Callable[[Any], Q] = "", method: str | None = None
    ) -> None:
        super().__init__(field_name=where if isinstance(where, str) else "", method=method)
        self.reads, self.where = reads, where

    def filter(self, qs: Any, value: Any) -> Any:
        """The rows of which it is true."""
        if callable(self.where):
            return qs.filter(self.where(value))
        return qs.filter(**{f"{self.parent.path}{self.field_name}": value})


class OwnFilter(Filter):
    """A condition on the listed row itself, whatever the set's path."""

    def filter(self, qs: Any, value: Any) -> Any:
        """The rows of which it is true."""
        return qs.filter(**{self.field_name: value})


class FilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """Filters by the values that the query's fields have read; others than those given cost
    nothing. ``path`` leads from the listed row to what the filters are about."""

    path = ""

    def __init__(self, data: QueryValues, queryset: QuerySet[Any], *, request: Any = None) -> None:
        self.data, self.queryset, self.request, self.is_bound = data, queryset, request, True
        self.filters = {
            name: copy(each) for name, each in self.base_filters.items() if data[name] is not None
        }
        for each in self.filters.values():
            each.parent, each.model = self, queryset.model
            if each.method:
                each.method = each.method  # binds its call to this copy

    def is_valid(self) -> bool:
        """Yes: what cannot be read was refused with the rest of the query."""
        return True

    @property
    def errors(self) -> dict[str, Any]:
        """None, then."""
        return {}

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of which everything given is true."""
        for name, each in self.filters.items():
            queryset = each.filter(queryset, self.data[name])
        return queryset


class FilterBackend(django_filters.DjangoFilterBackend):  # type: ignore[misc]
    """Filters by what the view has read of the query."""

    def get_filterset_kwargs(self, request: Request, queryset: Any, view: Any) -> dict[str, Any]:
        """The values of the query instead of its texts."""
        return {"data": view.query, "queryset": queryset, "request": request}


def query_fields(
    filterset: type[FilterSet] | None,
) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """The field of each filter by name."""
    found = filterset.base_filters.items() if filterset else ()
    return {name: cast(Filter, each).reads for name, each in found}
