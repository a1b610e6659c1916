"""History: what was done to a project and all that belongs to it, in one place."""

from typing import Any

from django.http import HttpRequest

from riskscore.admin.ui.record_events import lines
from riskscore.curation import record_history
from riskscore.models import Project


def shown(_request: HttpRequest, project: Project) -> dict[str, Any]:
    """For the template ``admin/project_page/history.html``."""
    events = record_history.of_project(project)
    return {"events": lines(events), "most": record_history.MOST}
