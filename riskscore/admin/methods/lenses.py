"""Buyer's views (lenses): method and importer, and which of them stay current."""

from typing import Any

from django import forms
from django.http import HttpRequest

from riskscore.admin.ui.pages import Form, Page
from riskscore.models import Lens, Method


class LensForm(Form[Lens]):
    """A buyer's view needs a published method."""

    method_code = forms.ChoiceField(label="method")

    class Meta:
        model = Lens
        fields = ("method_code", "importer", "kept_current")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Method.objects.filter(state=Method.State.PUBLISHED).order_by("code")
        codes = published.values_list("code", flat=True).distinct()
        if "method_code" in self.fields:
            self.fields["method_code"] = forms.ChoiceField(
                label="method", choices=[(code, code) for code in codes]
            )


class LensAdmin(Page[Lens]):
    """Once made, a view is only switched between current and not: its scores refer to it."""

    form = LensForm
    list_display = ("__str__", "method_code", "importer", "kept_current")
    list_filter = ("kept_current",)
    list_select_related = ("importer",)
    search_fields = ("method_code", "importer__name")
    autocomplete_fields = ("importer",)

    def get_readonly_fields(self, request: HttpRequest, obj: Lens | None = None) -> tuple[str, ...]:
        return ("method_code", "importer") if obj else ()
