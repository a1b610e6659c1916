"""How the rescoring of a project stands, for the script that follows it."""

from django.http import HttpResponse, JsonResponse

from riskscore.admin.project_page.header import following
from riskscore.models import Project


def answer(project: Project) -> HttpResponse:
    """``working``: a job about it is open; ``mark`` changes with its scores; ``words`` say it."""
    now = following(project)
    return JsonResponse({"working": now.working, "mark": now.mark, "words": now.words})
