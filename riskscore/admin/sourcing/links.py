"""Where pages about sourcing stand, and their entries of the menu; the site guards them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse

from riskscore.admin.sourcing import (
    answering,
    briefing_pages,
    buyer_page,
    question_page,
    scenario_page,
)
from riskscore.admin.sourcing.shortlist_file import shortlist_file
from riskscore.admin.sourcing.shortlist_page import shortlist
from riskscore.admin.ui import menu

#: The group of the menu.
GROUP = "Sourcing"
PAGES: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("", question_page.question, "question"),
    ("dependence/", buyer_page.dependence, "dependence"),
    ("shortlist/", shortlist, "shortlist"),
    ("shortlist.<str:kind>", shortlist_file, "shortlist_file"),
    ("scenarios/", scenario_page.scenarios, "scenarios"),
    ("briefing/projects/<slug:key>/", briefing_pages.project, "briefing_project"),
    ("briefing/buyers/", briefing_pages.buyer, "briefing_buyer"),
    ("briefing/portfolios/<int:number>/", briefing_pages.portfolio, "briefing_portfolio"),
)


def urls(guard: Callable[[Callable[..., Any]], Any]) -> list[URLPattern]:
    """The addresses below ``sourcing/``, each view behind the guard."""
    return [
        path(f"sourcing/{route}", guard(view), name=f"sourcing_{name}")
        for route, view, name in PAGES
    ]


def with_entries(request: HttpRequest, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The menu with our pages at its top, together with the tables of sourcing; other people's
    menu as it is."""
    if not answering.allowed(request):
        return groups
    here = reverse("admin:sourcing_question")
    own = [
        menu.entry("BuyersQuestion", question_page.TITLE, here),
        menu.entry("WhatIf", scenario_page.TITLE, reverse("admin:sourcing_scenarios")),
    ]
    tables = [model for group in groups if group["name"] == GROUP for model in group["models"]]
    first = {
        "name": GROUP, "app_label": "sourcing", "app_url": here, "has_module_perms": True,
        "models": [*own, *tables],
    }  # fmt: skip
    return [first, *(group for group in groups if group["name"] != GROUP)]
