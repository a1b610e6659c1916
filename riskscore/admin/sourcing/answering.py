"""How pages about sourcing answer: to whom, within which frame, and in which words."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from riskscore.admin.ui.readers import allowed as allowed
from riskscore.admin.ui.readers import for_readers as for_readers


def page(
    request: HttpRequest, template: str, title: str, shown: Mapping[str, Any], status: int = 200
) -> TemplateResponse:
    """A page within the frame of the admin site."""
    frame = {**admin.site.each_context(request), "title": title, **shown}
    return TemplateResponse(request, f"admin/sourcing/{template}.html", frame, status=status)
