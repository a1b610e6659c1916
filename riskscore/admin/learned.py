"""Learned models: their cards."""

import json

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from riskscore.admin.pages import ReadOnly
from riskscore.models import LearnedModel


class LearnedModelAdmin(ReadOnly[LearnedModel]):
    list_display = ("kind", "version", "state", "created_at")
    list_filter = ("kind", "state")
    search_fields = ("kind",)
    fields = ("kind", "version", "state", "created_at", "artefact_sha256", "model_card")
    readonly_fields = ("model_card",)

    @admin.display(description="card")
    def model_card(self, row: LearnedModel) -> SafeString:
        """The card as it was written."""
        text = json.dumps(row.card, indent=2, ensure_ascii=False)
        return format_html('<pre class="spec">{}</pre>', text)
