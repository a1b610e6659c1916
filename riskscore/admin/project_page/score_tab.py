"""The score: four dimensions, what it is made of, and what would help it most."""

from typing import Any

from django.http import HttpRequest

from riskscore.admin.project_page import chosen_view, missing_facts
from riskscore.admin.results import panels
from riskscore.models import Project


def shown(request: HttpRequest, project: Project) -> dict[str, Any]:
    """For the template ``admin/project_page/score.html``."""
    score, views = chosen_view.of(request, project)
    return {
        "panel": None if score is None else panels.of_current(score),
        "views": views,
        "fresh": missing_facts.of(request, project, score.lens if score else None),
    }
