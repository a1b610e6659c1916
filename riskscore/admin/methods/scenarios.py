"""Scenarios: stored versions are looked at; a change is written as the next version."""

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Max
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from riskscore.admin.ui.pages import Form, Page
from riskscore.curation import scenario_edits
from riskscore.engine.sourcing.stated_shocks import BadShocks, documented
from riskscore.models import Scenario


class ScenarioForm(Form[Scenario]):
    """A code that exists gets its next version."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = Scenario
        fields = ("code", "title", "about", "source", "shocks")

    def clean(self) -> dict[str, Any]:
        """With each fault of the shocks by its place in the list."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "shocks" in cleaned:
            try:
                scenario_edits.checked(cleaned["shocks"])
            except BadShocks as refused:
                faults = [f"{where}: {what}" for where, what in refused.faults.items()]
                self.add_error("shocks", forms.ValidationError(faults))
        return cleaned

    def implausible(self) -> Iterator[tuple[str, str]]:
        """A version that this form did not show: the new one would stand in its place."""
        seen = self.cleaned_data.get("seen")
        newest = scenario_edits.newest(self.cleaned_data["code"])
        if newest is not None and seen is not None and newest.pk > seen:
            who, when = newest.created_by or "The library", f"{newest.created_at:%Y-%m-%d %H:%M}"
            said = json.dumps(scenario_edits.content(newest), ensure_ascii=False)
            words = f"{who} stored {newest} on {when}: {said}"
            yield "code", f"{words}. Yours becomes the next version, and holds in its place."


class ScenarioAdmin(Page[Scenario]):
    """What if: named lists of shocks. What is stored never changes."""

    form = ScenarioForm
    list_display = ("__str__", "title", "created_by", "created_at")
    list_filter = ("code",)
    list_select_related = ("created_by",)
    search_fields = ("code", "title")
    refusals = (scenario_edits.ScenarioTaken, BadShocks)

    def get_fields(self, request: HttpRequest, obj: Scenario | None = None) -> tuple[Any, ...]:
        if obj is None:
            return ("code", "title", "about", "source", "shocks", "seen")
        return (("code", "version"), "title", "about", "source", "written",
                ("created_by", "created_at"))  # fmt: skip

    def get_readonly_fields(
        self, request: HttpRequest, obj: Scenario | None = None
    ) -> tuple[str, ...]:
        return ("written",) if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Scenario | None = None, change: bool = False, **more: Any
    ) -> Any:
        """With what each kind of shock needs, below the text."""
        if obj is None:
            more["help_texts"] = {
                "code": "an existing code of yours gets its next version",
                "shocks": f"a JSON list; by kind: {'; '.join(documented().splitlines())}",
            }
        return super().get_form(request, obj, change=change, **more)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """With the newest version that there is: a later one was not seen by this person."""
        newest = Scenario.objects.aggregate(last=Max("pk"))["last"] or 0
        return {**super().get_changeform_initial_data(request), "seen": newest}

    def has_change_permission(self, request: HttpRequest, obj: Scenario | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Scenario, form: Any, change: bool) -> None:
        """Store it as the next version; the same again is what is stored already."""
        written = scenario_edits.Written(
            obj.code, obj.title, obj.shocks, about=obj.about, source=obj.source
        )
        stored, new = scenario_edits.store(written, by=request.user)
        if not new:
            self.message_user(request, f"{stored} says the same already.", messages.WARNING)
        obj.pk, obj.version, obj.created_at = stored.pk, stored.version, stored.created_at

    @admin.display(description="shocks")
    def written(self, row: Scenario) -> SafeString:
        """The shocks as they were written."""
        return format_html("<pre>{}</pre>", json.dumps(row.shocks, indent=2, ensure_ascii=False))
