"""Actions on jobs in admin: cancel, pause, resume, retry, by the same functions as the API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from riskscore.admin.ui import wording
from riskscore.admin.ui.confirmed_actions import Consequence
from riskscore.admin.ui.pages import ReadOnly
from riskscore.admin.work import job_progress, start_jobs
from riskscore.jobs import progress, requests
from riskscore.models import Job


@dataclass(frozen=True, slots=True)
class JobAction:
    """One action on a job: which jobs it applies to, and the words that people read."""

    name: str
    run: Callable[[Job, HttpRequest], object]
    applies_to: Callable[[Job], bool]
    done: str
    follows: str
    otherwise: str


def _rests(job: Job) -> bool:
    return job_progress.is_open(job) and job.paused_at is not None


def _goes_on(job: Job) -> bool:
    return job_progress.is_open(job) and job.paused_at is None


def _has_failures(job: Job) -> bool:
    return not job_progress.is_open(job) and job.item_errors.exists()


ACTIONS = (
    JobAction(
        "cancel",
        lambda job, _: requests.cancel(job.id),
        job_progress.is_open,
        "cancelled",
        "What a worker has in hand is finished, the rest is skipped; scores already made stay.",
        "had ended already",
    ),
    JobAction(
        "pause",
        lambda job, _: requests.pause(job.id),
        _goes_on,
        "paused",
        "What a worker has in hand is finished; the rest waits until somebody resumes it.",
        "did not run",
    ),
    JobAction(
        "resume",
        lambda job, _: requests.resume(job.id),
        _rests,
        "resumed",
        "Work goes on where it stopped.",
        "was not paused",
    ),
    JobAction(
        "retry",
        lambda job, request: requests.retry(job.id, by=request.user),
        _has_failures,
        "tried again",
        "A new job takes what could not be scored, with the same inputs.",
        "still ran or had no failures",
    ),
)


def possible(job: Job) -> list[str]:
    """The names of the actions that apply to this job now."""
    if job_progress.is_open(job) and job.cancel_requested_at is not None:
        return []
    return [action.name for action in ACTIONS if action.applies_to(job)]


class Steered(ReadOnly[Job]):
    """Buttons on the page of a job, and actions on the list of jobs."""

    actions = ("cancel_selected", "pause_selected", "resume_selected", "retry_selected")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{action.name}/",
                self.admin_site.admin_view(require_POST(self.act_on_one)),
                {"action": action},
                name=f"riskscore_job_{action.name}",
            )
            for action in ACTIONS
        ]
        return [*own, *super().get_urls()]

    def act_on_one(self, request: HttpRequest, object_id: str, action: JobAction) -> HttpResponse:
        """Act on the job whose page is open."""
        job = self.row(request, object_id)
        if not self.has_steer_permission(request):
            raise PermissionDenied
        self._act(request, [job], action)
        return HttpResponseRedirect(start_jobs.url(job))

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whether this person may steer jobs."""
        return request.user.has_perm("riskscore.change_job")

    @admin.action(description="Cancel the selected jobs", permissions=["steer"])
    def cancel_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._act(request, list(chosen), ACTIONS[0])

    @admin.action(description="Pause the selected jobs", permissions=["steer"])
    def pause_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._act(request, list(chosen), ACTIONS[1])

    @admin.action(description="Resume the selected jobs", permissions=["steer"])
    def resume_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._act(request, list(chosen), ACTIONS[2])

    @admin.action(description="Retry what failed in the selected jobs", permissions=["steer"])
    def retry_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._act(request, list(chosen), ACTIONS[3])

    def consequences(
        self, request: HttpRequest, action: str, chosen: QuerySet[Job]
    ) -> Sequence[Consequence]:
        act = next(one for one in ACTIONS if f"{one.name}_selected" == action)
        jobs = list(job_progress.with_progress(chosen))
        affected = [job for job in jobs if act.applies_to(job)]
        going = [progress.counted(job) for job in affected]
        failed, waiting = sum(now.failed for now in going), sum(now.waiting for now in going)
        about = ("projects could not be scored and are tried again", failed)
        if act.name != "retry":
            about = ("projects of these are not scored yet", waiting)
        return (
            (f"will be {act.done}. {act.follows}", len(affected)),
            about,
            (f"stay as they are: each {act.otherwise}", len(jobs) - len(affected)),
        )

    def _act(self, request: HttpRequest, chosen: Sequence[Job], action: JobAction) -> None:
        affected = [job for job in chosen if action.applies_to(job)]
        for job in affected:
            action.run(job, request)
            self.log_change(request, job, f"{action.done.capitalize()}.")
        if affected:
            messages.success(
                request, f"{wording.count(len(affected), 'job')} {action.done}. {action.follows}"
            )
        if others := len(chosen) - len(affected):
            messages.warning(
                request, f"Left as it is: {wording.count(others, 'job')} that {action.otherwise}."
            )
