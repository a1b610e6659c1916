"""What a job for another day, seed or number of draws made: a result set of its own."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from riskscore.api import filters
from riskscore.api.framework.endpoint import READ, RESCORE, Listing, listing_parameters
from riskscore.api.framework.problems import Problem
from riskscore.api.framework.resources import Resource, Row
from riskscore.api.projects import add_minerals
from riskscore.api.results.score_fields import NUMBERS, PROJECT, VERSIONS
from riskscore.api.results.scores import BAND, BOUNDS, ORDERS, unranked
from riskscore.api.work.jobs import own
from riskscore.jobs import ledger
from riskscore.models import Job, JobScore, Project

JOB_SCORE = Resource(
    "JobScore",
    "A score that a job made for another day, seed or number of draws; never the current one.",
    (*PROJECT, *NUMBERS, *(one for one in VERSIONS if not one.name.startswith("method"))),
)


class JobScores(Listing):
    """The scores of one of your jobs for another day than its own, riskiest first."""

    tag = "jobs"
    shows = ("project", "job", "jobscore")
    resource = JOB_SCORE
    orders = ORDERS
    parameters = listing_parameters(
        JOB_SCORE, ORDERS, *filters.of_projects("project__"), BAND, unranked("include"), *BOUNDS
    )

    def scopes(self) -> set[str]:
        """Whoever may start may also look."""
        return {READ, RESCORE}

    def queryset(self) -> QuerySet[Any]:
        """What the job made. Raises Problem where it made current scores, or nothing is kept."""
        job = own(self.request).select_related("lens").filter(pk=self.kwargs["job_id"]).first()
        if job is None:
            raise Http404
        if not job.apart:
            raise Problem("not_found", f"this job made current scores: GET {current(job)}")
        found = JobScore.objects.filter(job=job)
        if job.state in Job.TERMINAL and not found.exists() and ledger.progress(job.id).done:
            raise Problem(
                "not_found",
                f"no longer kept: {JobScore.KEPT} after the job ended, and of your newest"
                f" {JobScore.OF_ONE_PERSON} such jobs; start it again",
            )
        return found.filter(project__state=Project.State.PUBLISHED)

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Minerals, by one query."""
        if "minerals" in names:
            add_minerals(rows, "project_id")


def current(job: Job) -> str:
    """Where the current scores of a job's buyer's view are."""
    return f"/api/v1/scores?importer={job.lens.importer_id}&method={job.lens.method_code}"
