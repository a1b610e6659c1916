"""Land: the project on the map, and what is mapped near it."""

from typing import Any

from django.http import HttpRequest

from riskscore.admin.map import small_map
from riskscore.models import Project
from riskscore.scoring.project_inputs import kept_communities, land_distances, map_distances


def shown(request: HttpRequest, project: Project) -> dict[str, Any]:
    """For the template ``admin/project_page/land.html``."""
    return {
        "small_map": small_map.of_project(request, project),
        "land": land_distances.positions(project),
        "areas": map_distances.areas_of(project),
        "communities": kept_communities.of_projects([project.key]),
        "may_draw": request.user.has_perm("riskscore.add_footprint"),
    }
