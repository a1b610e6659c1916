"""How pages about sourcing answer: to whom, within which frame, and in which words."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

View = Callable[..., HttpResponse]


def allowed(request: HttpRequest) -> bool:
    """Whether this person may see scores, and with them what is said about sourcing."""
    return request.user.has_perm("riskscore.view_score")


def for_readers(view: View) -> View:
    """A page for people who may see scores."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not allowed(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return answer


def page(
    request: HttpRequest, template: str, title: str, shown: Mapping[str, Any], status: int = 200
) -> TemplateResponse:
    """A page within the frame of the admin site."""
    frame = {**admin.site.each_context(request), "title": title, **shown}
    return TemplateResponse(request, f"admin/sourcing/{template}.html", frame, status=status)
