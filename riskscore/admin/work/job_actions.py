"""Steering jobs from admin: cancel, pause, resume, retry, by the same functions as the API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from riskscore.admin.ui.pages import ReadOnly
from riskscore.admin.work import job_progress, start_jobs
from riskscore.jobs import requests
from riskscore.models import Job


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that can be said to a job: to which jobs, and how people hear of it."""

    name: str
    say: Callable[[Job, HttpRequest], object]
    fits: Callable[[Job], bool]
    done: str
    follows: str
    otherwise: str


def _rests(job: Job) -> bool:
    return job_progress.is_open(job) and job.paused_at is not None


def _goes_on(job: Job) -> bool:
    return job_progress.is_open(job) and job.paused_at is None


def _has_failures(job: Job) -> bool:
    return not job_progress.is_open(job) and job.item_errors.exists()


WORDS = (
    Word(
        "cancel",
        lambda job, _: requests.cancel(job.id),
        job_progress.is_open,
        "cancelled",
        "What has begun ends, what has not is skipped; scores already made stay.",
        "had ended already and stay as they are",
    ),
    Word(
        "pause",
        lambda job, _: requests.pause(job.id),
        _goes_on,
        "paused",
        "What has begun ends, what has not waits.",
        "do not run and stay as they are",
    ),
    Word(
        "resume",
        lambda job, _: requests.resume(job.id),
        _rests,
        "resumed",
        "They go on where they stopped.",
        "were not paused and stay as they are",
    ),
    Word(
        "retry",
        lambda job, request: requests.retry(job.id, by=request.user),
        _has_failures,
        "tried again",
        "A new job takes what could not be scored, with the same inputs.",
        "run still or had no failures",
    ),
)


def possible(job: Job) -> list[str]:
    """The words that mean something to this job now."""
    if job_progress.is_open(job) and job.cancel_requested_at is not None:
        return []
    return [word.name for word in WORDS if word.fits(job)]


class Steered(ReadOnly[Job]):
    """Buttons on the page of a job, and actions on the list of jobs."""

    actions = ("cancel_selected", "pause_selected", "resume_selected", "retry_selected")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{word.name}/",
                self.admin_site.admin_view(require_POST(self.tell_one)),
                {"word": word},
                name=f"riskscore_job_{word.name}",
            )
            for word in WORDS
        ]
        return [*own, *super().get_urls()]

    def tell_one(self, request: HttpRequest, object_id: str, word: Word) -> HttpResponse:
        """Say a word to the job whose page is open."""
        job = self.row(request, object_id)
        if not self.has_steer_permission(request):
            raise PermissionDenied
        self._tell(request, [job], word)
        return HttpResponseRedirect(start_jobs.url(job))

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whether this person may steer jobs."""
        return request.user.has_perm("riskscore.change_job")

    @admin.action(description="Cancel the selected jobs", permissions=["steer"])
    def cancel_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._tell(request, list(chosen), WORDS[0])

    @admin.action(description="Pause the selected jobs", permissions=["steer"])
    def pause_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._tell(request, list(chosen), WORDS[1])

    @admin.action(description="Resume the selected jobs", permissions=["steer"])
    def resume_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._tell(request, list(chosen), WORDS[2])

    @admin.action(description="Retry what failed in the selected jobs", permissions=["steer"])
    def retry_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._tell(request, list(chosen), WORDS[3])

    def _tell(self, request: HttpRequest, chosen: Sequence[Job], word: Word) -> None:
        fitting = [job for job in chosen if word.fits(job)]
        for job in fitting:
            word.say(job, request)
            self.log_change(request, job, f"{word.done.capitalize()}.")
        if fitting:
            messages.success(request, f"{len(fitting)} jobs {word.done}. {word.follows}")
        if others := len(chosen) - len(fitting):
            messages.warning(request, f"{others} jobs {word.otherwise}.")
