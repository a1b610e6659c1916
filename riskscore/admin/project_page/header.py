"""What stands on top of every tab of a project: what it is, how it scores, what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from riskscore.admin.ui import wording
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.admin.work import start_jobs
from riskscore.intake.sites import pairs
from riskscore.models import Job, Project, ProjectMineral, Score

Shown = dict[str, Any]
ROLES = ProjectMineral.Role.values


def of(request: HttpRequest, project: Project) -> Shown:
    """For the template ``admin/project_page/header.html``."""
    score = headline(project)
    return {
        "project": project,
        "minerals": minerals(project),
        "headline": score,
        "points": wording.points(score.composite if score else None),
        "band": wording.band(score.band) if score else "",
        "flag_words": [Project.Flag(flag).label for flag in project.flags],
        "likely_same": pairs.likely(project),
        "unranked": set(project.flags).intersection(Project.UNRANKED),
        "following": following(project),
        "may_rescore": start_jobs.allowed(request),
        "may_edit": request.user.has_perm("riskscore.change_project"),
        "may_add_evidence": request.user.has_perm("riskscore.add_evidence"),
        "may_challenge": request.user.has_perm("riskscore.add_challenge"),
        "may_see_scores": request.user.has_perm("riskscore.view_score"),
    }


def headline(project: Project) -> Score | None:
    """Its score through the buyer's view that lists show."""
    scores = Score.objects.filter(project=project).select_related("lens", "method", "project")
    lens = shown_lens()
    return scores.filter(lens=lens).first() if lens else None


def views(project: Project) -> list[Score]:
    """Its current scores through every buyer's view, the oldest view first."""
    rows = Score.objects.filter(project=project).select_related("lens", "method", "project")
    return list(rows.order_by("lens"))


def minerals(project: Project) -> Sequence[ProjectMineral]:
    """What it yields, the primary mineral first."""
    rows = ProjectMineral.objects.filter(project=project).select_related("mineral")
    return sorted(rows, key=lambda row: ROLES.index(row.role))


@dataclass(frozen=True, slots=True)
class Following:
    """How its rescoring stands: ``working`` while a job about it is open; ``mark`` changes with its
    scores; ``words`` say it."""

    mark: str
    words: str
    working: bool


def following(project: Project) -> Following:
    """Of the jobs that name the project, what is open; and when its scores were computed."""
    open_jobs = Job.objects.filter(
        state__in=[Job.State.QUEUED, Job.State.RUNNING],
        scope__keys__contains=[project.key],
        apart=False,
        paused_at=None,
    )
    states = set(open_jobs.values_list("state", flat=True))
    rows = Score.objects.filter(project=project, lens__kept_current=True)
    made = list(rows.order_by("lens").values_list("lens_id", "computed_at", "input_version"))
    mark = " ".join(f"{lens}:{at.timestamp():.6f}:{version}" for lens, at, version in made)
    if Job.State.RUNNING in states:
        return Following(mark, "Rescoring is running.", working=True)
    if states:
        return Following(mark, "Rescoring waits for a worker.", working=True)
    stale = any(version < project.input_version for *_, version in made)
    published = project.state == Project.State.PUBLISHED
    words = "Edited since this score was computed." if stale and published else ""
    return Following(mark, words, working=False)
