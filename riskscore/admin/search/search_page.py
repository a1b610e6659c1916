"""The search as a page that works without a script, and as JSON for the command palette."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import orjson
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from riskscore.admin.search.results import GROUPS, Result, results
from riskscore.curation.search.folding import plain

TITLE = "Search"
#: Of each kind, on the page and in the palette.
MOST_ON_PAGE, MOST_IN_PALETTE = 20, 6


def urls(guard: Callable[[Callable[..., Any]], Any]) -> list[URLPattern]:
    """``search/`` and ``search.json``, each behind the guard."""
    return [
        path("search/", guard(page), name="search"),
        path("search.json", guard(palette), name="search_json"),
    ]


def page(request: HttpRequest) -> HttpResponse:
    """What fits ``?q=``, grouped by what it is; the groups with the best answers first."""
    text = plain(request.GET.get("q", ""))
    groups: dict[str, list[Result]] = {}
    for one in results(request, text, MOST_ON_PAGE + 1):
        groups.setdefault(one.kind, []).append(one)
    shown = {
        "title": TITLE,
        "query": text,
        "groups": [
            (GROUPS[kind], found[:MOST_ON_PAGE], len(found) > MOST_ON_PAGE, _list(kind, text))
            for kind, found in groups.items()
        ],
        "most": MOST_ON_PAGE,
    }
    frame = {**admin.site.each_context(request), **shown}
    return TemplateResponse(request, "admin/search/page.html", frame)


def _list(kind: str, text: str) -> str:
    """The list in which all of a kind are found; "" for kinds without a search of their own."""
    if kind not in ("project", "company", "release", "source"):
        return ""
    return f"{reverse(f'admin:riskscore_{kind}_changelist')}?{urlencode({'q': text})}"


def palette(request: HttpRequest) -> HttpResponse:
    """What fits ``?q=``: ``[{"title", "description", "link", "kind"}]``, best first."""
    found = results(request, plain(request.GET.get("q", "")), MOST_IN_PALETTE)
    rows = [
        {
            "title": one.title,
            "description": one.description,
            "link": one.link,
            "kind": GROUPS[one.kind],
        }
        for one in found
    ]
    return HttpResponse(orjson.dumps(rows), content_type="application/json")
