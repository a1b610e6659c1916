"""What a job for another day, seed or number of draws made: a result set of its own."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from riskscore.api.framework.filtersets import Filter
from riskscore.api.framework.problems import Problem
from riskscore.api.framework.query_fields import ChoiceField
from riskscore.api.framework.row_viewsets import ListRows, Rows
from riskscore.api.framework.viewsets import RESCORE
from riskscore.api.projects import add_minerals
from riskscore.api.results.score_fields import MadeOfFields, NumbersFields, ScoredProjectFields
from riskscore.api.results.scores import KEPT_OUT, ORDERS, UNRANKED, NumberFilters
from riskscore.api.work.jobs import own
from riskscore.jobs import ledger
from riskscore.models import Job, JobScore, Project


class JobScoreSerializer(ScoredProjectFields, NumbersFields, MadeOfFields):
    """A score that a job made for another day, seed or number of draws; never the current one."""


class JobScoreFilters(NumberFilters):
    """Filters of such scores; projects kept out of rankings are among them by default."""

    unranked = Filter(
        ChoiceField(UNRANKED, default="include", help_text=KEPT_OUT), method="kept_out"
    )


class JobScoreViewSet(ListRows):
    """The scores of one of your jobs for another day than its own, riskiest first."""

    tag = "jobs"
    shows = ("project", "job", "jobscore")
    write_scopes = frozenset({RESCORE})
    serializer_class = JobScoreSerializer
    filterset_class = JobScoreFilters
    orders = ORDERS

    def get_queryset(self) -> QuerySet[Any]:
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

    def enrich(self, rows: Rows, names: set[str]) -> None:
        """Minerals, by one query."""
        if "minerals" in names:
            add_minerals(rows, "project_id")


def current(job: Job) -> str:
    """Where the current scores of a job's buyer's view are."""
    return f"/api/v1/scores?importer={job.lens.importer_id}&method={job.lens.method_code}"
