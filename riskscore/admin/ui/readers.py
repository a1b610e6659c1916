"""Who may see scores, with or without projects: what is said about sourcing, and what moved."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def allowed(request: HttpRequest) -> bool:
    """Whether this person may see scores."""
    return request.user.has_perm("riskscore.view_score")


def sees_projects(request: HttpRequest) -> bool:
    """Whether this person may see projects and their scores: the map, the matrix, profiles."""
    return request.user.has_perms(("riskscore.view_project", "riskscore.view_score"))


def for_readers(view: View) -> View:
    """A page for people who may see scores."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not allowed(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return answer
