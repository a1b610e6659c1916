"""Where the pages beside the first one stand, and their entries of the menu; the site guards
them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse

from riskscore.admin.home import coverage_page, home_page
from riskscore.admin.sourcing import answering
from riskscore.admin.ui import menu
from riskscore.admin.watching import alerts_page, watch_button, watchlist_page

GROUP = "Home"


def urls(guard: Callable[[Callable[..., Any]], Any]) -> list[URLPattern]:
    """The addresses, each view behind the guard."""
    return [
        path("ask/", guard(home_page.ask), name="home_ask"),
        path("coverage/", guard(coverage_page.page), name="coverage"),
        path("alerts/", guard(alerts_page.page), name="alerts"),
        path("alerts/read/", guard(alerts_page.read), name="alerts_read"),
        path("alerts/<int:number>/", guard(alerts_page.follow), name="alert"),
        path("watchlist/", guard(watchlist_page.page), name="watchlist"),
        path("watch/", guard(watch_button.press), name="watch"),
    ]


def with_entries(request: HttpRequest, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The menu with our pages at its top, for people who may see scores."""
    if not answering.allowed(request):
        return groups
    pages = (
        ("Alerts", alerts_page.TITLE, "admin:alerts"),
        ("Watchlist", watchlist_page.TITLE, "admin:watchlist"),
        ("Coverage", coverage_page.TITLE, "admin:coverage"),
    )
    entries = [menu.entry(code, name, reverse(page)) for code, name, page in pages]
    first = {
        "name": GROUP, "app_label": "home", "app_url": reverse("admin:index"),
        "has_module_perms": True, "models": entries,
    }  # fmt: skip
    return [first, *groups]
