"""A link is shown to whom its page opens; to others its words alone. One rule, for every page.

Django links each value that is a row of another table to that row's form, whoever looks; our own
templates link to lists. Whether a page opens for somebody is what the page itself says
(``has_view_or_change_permission``, ``has_add_permission``), so that no second table of rights can
differ from it.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from riskscore.admin.ui import readers

LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
HREF = re.compile(r'\bhref="([^"]*)"')


def only_open(request: HttpRequest, answer: HttpResponseBase, site: AdminSite) -> None:
    """Have the page shown without the links that end in a refusal for the person who asked.

    Whoever may do everything needs no look. The page is read once more after it was rendered.
    """
    user = request.user
    if user.is_superuser or not user.is_authenticated or not isinstance(answer, TemplateResponse):
        return
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        answer.add_post_render_callback(lambda page: _unlink(page, request, site))


def _unlink(page: Any, request: HttpRequest, site: AdminSite) -> None:
    opens = _opens(request, site)

    def words(found: re.Match[str]) -> str:
        target = HREF.search(found.group(1))
        return found.group() if target is None or opens(target.group(1)) else found.group(2)

    page.content = LINK.sub(words, page.content.decode(page.charset)).encode(page.charset)


def _opens(request: HttpRequest, site: AdminSite) -> Callable[[str], bool]:
    """Whether an address opens for a person: of a table's pages, of the map, the matrix and
    profiles; other addresses always do."""
    pages = {
        (model._meta.app_label, model._meta.model_name or ""): page
        for model, page in site._registry.items()
    }
    root = re.escape(reverse("admin:index"))
    table = re.compile(rf"{root}(\w+)/(\w+)/(add/)?")

    @cache
    def may(app: str, model: str, adding: bool) -> bool:
        page = pages.get((app, model))
        if page is None:
            return True
        if adding:
            return page.has_add_permission(request)
        return page.has_view_or_change_permission(request)

    of_projects = re.compile(rf"{root}(place|mineral|matrix|map)/")
    sees_projects = readers.sees_projects(request)

    def opens(address: str) -> bool:
        if of_projects.match(address):
            return sees_projects
        found = table.match(address)
        return found is None or may(found[1], found[2], bool(found[3]))

    return opens
