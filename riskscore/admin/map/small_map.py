"""The map as a part of another page: of one project with what is near it, of one country."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from riskscore.admin.map.map_question import NEAREST
from riskscore.admin.map.viewers import allowed
from riskscore.models import LandLayer, Project

#: How near a project is shown at first: some 100 km across, about what its land is looked for in.
NEAR = 8
#: Filters of the list of projects, and what the map calls them.
FROM_LIST = {
    "mineral": "mineral", "place": "place", "region": "place", "kind": "kind",
    "kind__exact": "kind", "band": "band",
}  # fmt: skip
Shown = dict[str, Any]


def of_project(request: HttpRequest, project: Project) -> Shown | None:
    """A project, its outline or radius, its neighbours, land and communities near it; None for
    people who may not see maps."""
    if not allowed(request):
        return None
    draw = request.user.has_perm("riskscore.add_footprint")
    add = reverse("admin:riskscore_footprint_add")
    return {
        "about": f"{project.name} and what is near it",
        "site": reverse("admin:map_project", args=[project.pk]),
        "at": f"{project.latitude:.5f},{project.longitude:.5f},{NEAR}",
        "layers": ",".join(kind.value for kind in LandLayer.Kind),
        "filters": "unranked=on",
        "link": f"at={project.pk}",
        "draw": f"{add}?project={project.pk}" if draw else "",
    }


def of_place(request: HttpRequest, code: str, name: str) -> Shown | None:
    """The projects of a country or region; None for people who may not see maps."""
    if not allowed(request):
        return None
    filters = urlencode({"place": code})
    return {"about": f"projects in {name}", "filters": filters, "link": filters}


def of_everything(request: HttpRequest) -> Shown | None:
    """All ranked projects of the world, which are counted already however many there are; None for
    people who may not see maps."""
    if not allowed(request):
        return None
    return {"about": "all projects", "filters": "", "link": ""}


def of_list(request: HttpRequest) -> str:
    """The address of the map with what a list of projects is filtered by, as far as the map knows
    it, which takes one value of each; "" for people who may not see maps."""
    if not allowed(request):
        return ""
    given = {ours: request.GET.getlist(theirs) for theirs, ours in FROM_LIST.items()
             if theirs in request.GET}  # fmt: skip
    known = {name: values[0] for name, values in given.items()
             if len(values) == 1 and values[0] not in ("", "none")}  # fmt: skip
    return f"{reverse('admin:map')}?{urlencode({**known, 'unranked': 'on'})}"


def to_draw(request: HttpRequest, number: str) -> Shown | None:
    """The map on which a project's outline is drawn; None for people who may not see maps."""
    if not allowed(request):
        return None
    project = project_at(number)
    if project is None:
        return {"about": "where to draw"}
    return {
        "about": f"{project.name}, to draw its outline",
        "site": reverse("admin:map_project", args=[project.pk]),
        "at": f"{project.latitude:.5f},{project.longitude:.5f},{NEAREST - 2}",
    }


def project_at(number: str) -> Project | None:
    """The project with this number in the database; None for anything else."""
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    return Project.objects.filter(pk=int(number)).first() if is_number else None
