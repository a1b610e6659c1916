"""Owners, off-take, capacity and status: who holds the project, and what it gives to whom."""

from typing import Any

from django.http import HttpRequest

from riskscore.admin.project_page import owner_panel
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.models import Capacity, Offtake, Project, ProjectStatus
from riskscore.scoring.indicators import owner_bounds

#: Rows of each table.
MOST = 100


def shown(request: HttpRequest, project: Project) -> dict[str, Any]:
    """For the template ``admin/project_page/owners.html``."""
    lens = shown_lens()
    importer = lens.importer_id if lens else owner_bounds.NOBODY
    contracts = Offtake.objects.filter(project=project)
    capacities = Capacity.objects.filter(project=project).select_related("mineral", "release")
    return {
        "owners": owner_panel.of_project(project),
        "owner_bounds": owner_panel.bounds(project, importer),
        "may_decide_owners": request.user.has_perm("riskscore.add_ownership"),
        "contracts": contracts.select_related("place", "mineral", "release")[:MOST],
        "capacities": capacities[:MOST],
        "statuses": ProjectStatus.objects.filter(project=project).select_related("release")[:MOST],
    }
