"""The tabs of a project: their addresses, and the frame that they share.

Each is a page of its own: it can be linked and opened by keyboard, needs no script, and loads only
what it shows. The form is the first of Django's pages of a record, so every link to a project leads
there; who may not edit is sent on to the score.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from riskscore.admin.project_page import (
    evidence_tab,
    follow,
    header,
    history_tab,
    land_tab,
    owners_tab,
    peers_tab,
    score_tab,
    what_if_tab,
    why_tab,
)
from riskscore.admin.watching import watch_button
from riskscore.models import Project

Shown = dict[str, Any]
FACTS = "facts"


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: the end of its address, its name, what it shows, and who may see it."""

    code: str
    label: str
    shows: Callable[[HttpRequest, Project], Shown]
    needs: str = "riskscore.view_score"
    part: str = "none"

    @property
    def part_template(self) -> str:
        """The template of the part that a script may ask for alone."""
        return self.template.replace(".html", f"_{self.part}.html")

    @property
    def template(self) -> str:
        """The template of the page."""
        return f"admin/project_page/{self.code.replace('-', '_')}.html"

    @property
    def name(self) -> str:
        """The name of its address."""
        return f"project_{self.code.replace('-', '_')}"


TABS = (
    Tab("score", "Score", score_tab.shown),
    Tab("why", "Why it changed", why_tab.shown),
    Tab("peers", "Peers", peers_tab.shown),
    Tab("what-if", "What if", what_if_tab.shown, part="answer"),
    Tab("owners", "Owners and off-take", owners_tab.shown, "riskscore.view_project"),
    Tab("evidence", "Evidence and events", evidence_tab.shown, "riskscore.view_project"),
    Tab("land", "Land", land_tab.shown, "riskscore.view_project"),
)
HISTORY = Tab("history", "History", history_tab.shown, "riskscore.view_project")


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the row of tabs."""

    label: str
    address: str
    here: bool


def around(request: HttpRequest, project: Project, current: str) -> Shown:
    """The header and the row of tabs, for every page of a project."""
    return {
        **header.of(request, project),
        **watch_button.of(request, project),
        "tabs": links(request, project, current),
    }


def links(request: HttpRequest, project: Project, current: str) -> Sequence[Link]:
    """The tabs that this person may see: the score first, the form behind what is read."""
    facts = facts_address(request, project)
    seen = [tab for tab in TABS if request.user.has_perm(tab.needs)]
    own = [Link(tab.label, _address(tab, project), tab.code == current) for tab in seen]
    past = reverse("admin:riskscore_project_history", args=[project.pk])
    return [*own[:4], Link("Facts", facts, current == FACTS), *own[4:],
            Link(HISTORY.label, past, current == HISTORY.code)]  # fmt: skip


def facts_address(request: HttpRequest, project: Project) -> str:
    """The form; who may only read it says so, or would be sent to the score."""
    form = reverse("admin:riskscore_project_change", args=[project.pk])
    may_edit = request.user.has_perm("riskscore.change_project")
    return form if may_edit else f"{form}?{FACTS}=1"


def score_address(project: object) -> str:
    """Where the score of a project stands, by its number."""
    return reverse("admin:project_score", args=[project])


def _address(tab: Tab, project: Project) -> str:
    return reverse(f"admin:{tab.name}", args=[project.pk])


def urls(site: AdminSite) -> list[URLPattern]:
    """The addresses below a project's own."""
    pages = [
        path(f"<path:number>/{tab.code}/", site.admin_view(_view(site, tab)), name=tab.name)
        for tab in TABS
    ]
    asked = path("<path:number>/follow/", site.admin_view(_follow), name="project_follow")
    return [asked, *pages]


def _view(site: AdminSite, tab: Tab) -> Callable[[HttpRequest, str], HttpResponse]:
    def answer(request: HttpRequest, number: str) -> HttpResponse:
        return page(site, request, project_at(request, number, tab.needs), tab)

    return answer


def page(site: AdminSite, request: HttpRequest, project: Project, tab: Tab) -> HttpResponse:
    """One tab of a project."""
    if request.GET.get("part") == tab.part:
        return TemplateResponse(request, tab.part_template, tab.shows(request, project))
    shown = {
        **site.each_context(request),
        "title": tab.label,
        "subtitle": project.name,
        "opts": Project._meta,
        "original": project,
        **around(request, project, tab.code),
        **tab.shows(request, project),
    }
    return TemplateResponse(request, tab.template, shown)


def project_at(request: HttpRequest, number: str, needs: str) -> Project:
    """The project with this number, for whom may see it. Raises Http404 and PermissionDenied."""
    if not request.user.has_perms(("riskscore.view_project", needs)):
        raise PermissionDenied
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    rows = Project.objects.select_related("place", "duplicate_of", "release")
    found = rows.filter(pk=int(number)).first() if is_number else None
    if found is None:
        raise Http404("there is no project of this number")
    return found


def _follow(request: HttpRequest, number: str) -> HttpResponse:
    return follow.answer(project_at(request, number, "riskscore.view_project"))
