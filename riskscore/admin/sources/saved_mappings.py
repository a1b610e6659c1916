"""Saved mappings: how the files of somebody are read, under names that people know."""

from typing import Any

from django.http import HttpRequest

from riskscore.admin.ui.pages import Page
from riskscore.models import SavedMapping


class SavedMappingAdmin(Page[SavedMapping]):
    """Made where a file's columns are chosen; here its name and its parts can be changed."""

    list_display = ("name", "source", "layout", "sheet", "created_by", "created_at")
    list_filter = ("source",)
    list_select_related = ("created_by",)
    search_fields = ("name", "source")
    fields = (
        "name", ("source", "layout"), ("sheet", "header_row"), "mapping", "constants",
        ("calculated", "hidden"), ("created_by", "created_at"),
    )  # fmt: skip

    def get_readonly_fields(
        self, request: HttpRequest, obj: SavedMapping | None = None
    ) -> tuple[str, ...]:
        return ("source", "layout", "created_by", "created_at")

    def has_add_permission(self, request: HttpRequest, *_row: Any) -> bool:
        """They are made on the page of a file's columns."""
        return False
