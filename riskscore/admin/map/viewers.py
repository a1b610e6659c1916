"""Who may see the map."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from riskscore.admin.ui import readers

View = Callable[..., HttpResponse]


def allowed(request: HttpRequest) -> bool:
    """Whether this person may see projects and their scores."""
    return readers.sees_projects(request)


def for_viewers(view: View) -> View:
    """For people who may see projects and their scores."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not allowed(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return answer
