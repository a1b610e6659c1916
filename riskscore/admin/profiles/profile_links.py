"""Where profiles and the matrix stand, and their entry of the menu; the site guards them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse

from riskscore.admin.map.viewers import allowed
from riskscore.admin.profiles import matrix_page, profile_pages
from riskscore.admin.ui import menu

#: The group of the menu that the matrix stands in.
GROUP = "Projects"


def urls(guard: Callable[[Callable[..., Any]], Any]) -> list[URLPattern]:
    """``matrix/``, ``place/CHL/`` and ``mineral/lithium/``, each view behind the guard."""
    return [
        path("matrix/", guard(matrix_page.page), name="matrix"),
        path("place/<slug:code>/", guard(profile_pages.place), name="profile_place"),
        path("mineral/<slug:code>/", guard(profile_pages.mineral), name="profile_mineral"),
    ]


def with_entry(request: HttpRequest, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The menu with the matrix at the head of the projects, for people who may see it."""
    if not allowed(request):
        return groups
    entry = menu.entry("Matrix", matrix_page.TITLE, reverse("admin:matrix"))
    return [
        {**group, "models": [entry, *group["models"]]} if group["name"] == GROUP else group
        for group in groups
    ]
