"""Which filter a list gets for each field that it names."""

from typing import Any

from django.contrib.admin.utils import get_fields_from_path
from django.http import HttpRequest

from riskscore.admin.ui.lists import ranges
from riskscore.admin.ui.lists.several import AnyOf
from riskscore.admin.ui.versioned import Admin, Row


class Filtered(Admin[Row]):
    """A list whose fields are filtered by several values at once, or from–to, as suits them."""

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [self._suiting(each) for each in super().get_list_filter(request)]

    def _suiting(self, each: Any) -> Any:
        if not isinstance(each, str):
            return each
        field: Any = get_fields_from_path(self.model, each)[-1]
        if AnyOf.suits(field):
            return (each, AnyOf)
        from_to = ranges.suiting(field)
        return (each, from_to) if from_to else each
