"""Where the map stands; the site guards it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse

from riskscore.admin.map import map_page
from riskscore.admin.map.viewers import allowed
from riskscore.admin.ui import menu

#: The group of the menu that it stands in.
GROUP = "Projects"


def urls(guard: Callable[[Callable[..., Any]], Any]) -> list[URLPattern]:
    """The addresses below ``map/``, each view behind the guard."""
    return [
        path("map/", guard(map_page.page), name="map"),
        path("map/clusters/", guard(map_page.clusters), name="map_clusters"),
        path("map/outlines/", guard(map_page.outlines), name="map_outlines"),
        path("map/lands/", guard(map_page.lands), name="map_lands"),
        path("map/projects/<int:number>/", guard(map_page.project), name="map_project"),
    ]


def with_entry(request: HttpRequest, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The menu with the map at the head of the projects, for people who may see it."""
    if not allowed(request):
        return groups
    entry = menu.entry("Map", map_page.TITLE, reverse("admin:map"))
    return [
        {**group, "models": [entry, *group["models"]]} if group["name"] == GROUP else group
        for group in groups
    ]
