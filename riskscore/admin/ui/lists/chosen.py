"""Which columns a list shows: those of its address, else its usual ones."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from riskscore.admin.ui.lists import columns
from riskscore.admin.ui.lists.list_view import COLUMNS
from riskscore.admin.ui.versioned import Admin, Row


class ChosenColumns(Admin[Row]):
    """A list whose columns people choose among those of ``list_display`` and ``more_columns``."""

    #: Columns that are shown only where they are chosen.
    more_columns: tuple[columns.Column, ...] = ()

    def get_list_display(self, request: HttpRequest) -> tuple[columns.Column, ...]:
        """The chosen columns, in the order in which the list offers them."""
        usual = tuple(super().get_list_display(request))
        chosen = set(request.GET.getlist(COLUMNS))
        offered = (*usual, *self.more_columns)
        return tuple(each for each in offered if columns.name_of(each) in chosen) or usual

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """Where none of the columns that lead to the rows is chosen, the first one does."""
        links = super().get_list_display_links(request, list_display)
        return links if not links or set(links) & set(list_display) else list(list_display)[:1]

    def chosen_columns(self, names: Sequence[str]) -> list[str]:
        """Of some names, those of columns that can be chosen."""
        offered = (*self.list_display, *self.more_columns)
        return [name for each in offered if (name := columns.name_of(each)) in names]

    def offered_columns(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Each column that can be chosen: ``name``, ``heading`` and whether it is ``shown``."""
        shown = {columns.name_of(each) for each in self.get_list_display(request)}
        usual = tuple(super().get_list_display(request))
        return [
            {
                "name": columns.name_of(each),
                "heading": columns.heading_of(self, each),
                "shown": columns.name_of(each) in shown,
            }
            for each in (*usual, *self.more_columns)
        ]
