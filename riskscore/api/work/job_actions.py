"""What changes the course of a job: cancel, pause, resume, retry. Twice is as good as once."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import RESCORE, Endpoint
from riskscore.api.framework.problems import Problem, of_body
from riskscore.api.work.job_resources import JOB
from riskscore.api.work.jobs import JOBS, own, refuse_too_many, shown
from riskscore.jobs import requests
from riskscore.models import Job


class Control(Endpoint):
    """One word to one of your jobs; subclasses say which."""

    tag = "jobs"
    shows = ("job",)
    takes = {"POST": ("change_job",)}
    answers = {"post": (200, shapes.reference(JOB.name))}

    def scopes(self) -> set[str]:
        """Steering takes what starting takes."""
        return {RESCORE}

    def mine(self, request: Request, job_id: Any) -> QuerySet[Job]:
        """The client's job. Raises Problem for a body, which means nothing here."""
        if request.data:
            raise of_body({"/": "this operation takes no body"})
        result = own(request).filter(pk=job_id)
        if not result.exists():
            raise Http404
        return result

    def post(self, request: Request, job_id: Any) -> Response:
        """Say it. A job that has ended stays as it is, and is returned all the same."""
        self.mine(request, job_id)
        self.act(job_id)
        return shown(request, job_id)

    def act(self, job_id: Any) -> None:
        """What the subclass does to the job."""
        raise NotImplementedError


class Cancel(Control):
    """Stop one of your jobs: what has begun ends, the rest is skipped."""

    def act(self, job_id: Any) -> None:
        """By the function of `jobs.requests` that admin calls too."""
        requests.cancel(job_id)


class Pause(Control):
    """Let one of your jobs rest: what has begun ends, the rest waits."""

    def act(self, job_id: Any) -> None:
        """By the function of `jobs.requests` that admin calls too."""
        requests.pause(job_id)


class Resume(Control):
    """Go on with one of your jobs that rests."""

    def act(self, job_id: Any) -> None:
        """By the function of `jobs.requests` that admin calls too."""
        requests.resume(job_id)


class Retry(Control):
    """Try again what one of your jobs could not score, with the same inputs, as a new job."""

    takes = {"POST": ("add_job", "change_job")}
    answers = {"post": (202, shapes.reference(JOB.name))}
    refusals = {409: "It runs still, or nothing failed"}

    def post(self, request: Request, job_id: Any) -> Response:
        """The new job; asking again gives the same one."""
        failed = self.mine(request, job_id)
        if not Job.objects.filter(retry_of__in=failed).exists():
            refuse_too_many(request)
        try:
            again = requests.retry(job_id, by=request.user)
        except requests.CannotStart as error:
            raise Problem("cannot_start", str(error)) from None
        response = shown(request, again.pk, status=202)
        response["Location"] = f"{JOBS}/{again.pk}"
        return response
