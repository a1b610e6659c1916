"""Where pages about sourcing stand; the site guards them."""

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
from riskscore.admin.sourcing.shortlist_page import shortlist

PAGES: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("", question_page.question, "question"),
    ("dependence/", buyer_page.dependence, "dependence"),
    ("shortlist/", shortlist, "shortlist"),
    ("scenarios/", scenario_page.scenarios, "scenarios"),
    ("briefing/projects/<slug:key>/", briefing_pages.project, "briefing_project"),
    ("briefing/buyers/", briefing_pages.buyer, "briefing_buyer"),
)


def urls(guard: Callable[[Callable[..., Any]], Any]) -> list[URLPattern]:
    """The addresses below ``sourcing/``, each view behind the guard."""
    return [
        path(f"sourcing/{route}", guard(view), name=f"sourcing_{name}")
        for route, view, name in PAGES
    ]


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The entry of the menu, in the shape of Django's groups of models; none for other people."""
    if not answering.allowed(request):
        return []
    here = reverse("admin:sourcing_question")
    entries = (
        (question_page.TITLE, "BuyersQuestion", here),
        (scenario_page.TITLE, "WhatIf", reverse("admin:sourcing_scenarios")),
    )
    shown = [
        {
            "model": None, "name": name, "object_name": code, "perms": {"view": True},
            "admin_url": address, "add_url": None, "view_only": True,
        }
        for name, code, address in entries
    ]  # fmt: skip
    return [
        {
            "name": "Sourcing", "app_label": "sourcing", "app_url": here,
            "has_module_perms": True, "models": shown,
        }
    ]  # fmt: skip


def shortcuts(request: HttpRequest) -> list[tuple[str, list[tuple[str, str]]]]:
    """The questions that are asked for most, by buyer; none for other people."""
    return question_page.shortcuts() if answering.allowed(request) else []
