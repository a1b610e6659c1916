"""Start a job (202 Location: its address) and follow it. A client sees only its own jobs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import request_cost, request_id, throttling, waits
from riskscore.api.framework.body_serializers import check
from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import Problem, of_body, of_scope
from riskscore.api.framework.query_fields import ChoiceField, FlagField, Several
from riskscore.api.framework.row_serializers import Row, columns_of, item
from riskscore.api.framework.row_viewsets import ListRows, Rows
from riskscore.api.framework.viewsets import RESCORE
from riskscore.api.work.job_resources import (
    ItemErrorSerializer,
    JobCheckSerializer,
    JobRequestSerializer,
    JobSerializer,
    JobSummarySerializer,
)
from riskscore.api.writing import once
from riskscore.jobs import ledger, requests, scope, watched
from riskscore.models import ItemError, Job
from riskscore.models.learned import in_force

MOST_OPEN = 50  # jobs of one client that have not ended
JOBS = "/api/v1/jobs"
ORDERS = {"-id": Order("id", "id", descending=True), "id": Order("id", "id")}
ERROR_ORDERS = {"id": Order("id", "id")}
SOON_S = {Job.Queue.INTERACTIVE: "1", Job.Queue.BULK: "2"}


def own(request: Request) -> QuerySet[Job]:
    """The client's own jobs. Those of others are as good as absent."""
    return Job.objects.filter(created_by=request.user.pk)


def shown(request: Request, job_id: Any, *, status: int = 200) -> Response:
    """A job with its progress, and when to ask again."""
    columns = JobSerializer.chosen(None)
    row = own(request).filter(pk=job_id).values(*columns_of(columns), "queue").first()
    if row is None:
        raise Http404
    row["progress"], row["models"] = _progress(row), _models(row["edition_id"])
    response = Response(item(columns, row), status=status)
    if row["state"] not in Job.TERMINAL:
        response["Retry-After"] = SOON_S[row["queue"]]
    return response


def _models(edition: int) -> list[str]:
    return [str(model) for model in in_force(edition)]


def _progress(row: Row) -> Row | None:
    result = ledger.progress(row["id"])
    row["state"] = result.state
    if result.percent is None:
        return None
    counts = {name: getattr(result, name) for name in ("total", "done", "failed", "skipped")}
    return {
        **counts,
        "percent": round(result.percent, 1),
        "rate": result.rate,
        "eta_seconds": result.eta_s,
    }


class JobFilters(FilterSet):
    """Filters of jobs."""

    state = Filter(
        Several(ChoiceField(Job.State.values), help_text="Only jobs in these states."), "state__in"
    )


class StartQuery(serializers.Serializer[Any]):
    """How a job is started."""

    validate_only = FlagField(
        help_text="Only say what would be started, with 200; nothing is written."
    )


class JobQuery(serializers.Serializer[Any]):
    """How long to wait for a job."""

    wait = waits.wait_field()


class JobViewSet(ListRows):
    """Your jobs, the latest first; POST starts one."""

    tag = "jobs"
    shows = ("job",)
    takes = {
        "create": ("add_job",),
        "cancel": ("change_job",),
        "pause": ("change_job",),
        "resume": ("change_job",),
        "retry": ("add_job", "change_job"),
    }
    write_scopes = frozenset({RESCORE})
    serializer_class = JobSummarySerializer
    filterset_class = JobFilters
    queries = {"create": StartQuery, "retrieve": JobQuery}
    orders = ORDERS
    idempotent = ("create",)
    refusals = {
        "create": {409: "Cannot start", 422: "Key used before"},
        "retry": {409: "It runs still, or nothing failed"},
    }
    about_one = "One of your jobs, with its progress."
    lookup_field = "pk"
    lookup_url_kwarg = "job_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Any]:
        """The client's own jobs."""
        return own(self.request)

    def enrich(self, rows: Rows, names: set[str]) -> None:
        """Add the learned models: a query for each edition, of which a page has few."""
        if "models" in names:
            result = {edition: _models(edition) for edition in {row["edition_id"] for row in rows}}
            for row in rows:
                row["models"] = result[row["edition_id"]]

    @extend_schema(
        request=JobRequestSerializer, responses={200: JobCheckSerializer, 202: JobSerializer}
    )
    def create(self, request: Request) -> Response:
        """Start rescoring. With an `Idempotency-Key` a repeated request is the same job."""
        body = check(request, JobRequestSerializer)
        if self.query["validate_only"]:
            return Response(_checked(body))
        throttling.charge(request, request_cost.of_job(body["scope"]) - 1)
        job, replayed = _once(request, body)
        response = shown(request, job.pk, status=202)
        response["Location"] = f"{JOBS}/{job.pk}"
        response.setdefault("Retry-After", SOON_S[Job.Queue(job.queue)])
        if replayed:
            response["Idempotency-Replayed"] = "true"
        return response

    @extend_schema(responses=JobSerializer)
    def retrieve(self, request: Request, job_id: Any) -> Response:
        """Return the job, with `wait` once it has ended; else ask again after `Retry-After`."""
        if own(request).filter(pk=job_id).exclude(state__in=Job.TERMINAL).exists():
            held = waits.held_back(request, watched.JOB, job_id, self.query["wait"])
            if held is not None:
                return held
        return shown(request, job_id)

    @extend_schema(request=None, responses={200: JobSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, job_id: Any) -> Response:
        """Stop one of your jobs: what has begun ends, the rest is skipped."""
        return self._said(request, job_id, requests.cancel)

    @extend_schema(request=None, responses={200: JobSerializer})
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, job_id: Any) -> Response:
        """Let one of your jobs rest: what has begun ends, the rest waits."""
        return self._said(request, job_id, requests.pause)

    @extend_schema(request=None, responses={200: JobSerializer})
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, job_id: Any) -> Response:
        """Go on with one of your jobs that rests."""
        return self._said(request, job_id, requests.resume)

    @extend_schema(request=None, responses={202: JobSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, job_id: Any) -> Response:
        """Try again what one of your jobs could not score, with the same inputs, as a new job."""
        failed = self._mine(request, job_id)
        if not Job.objects.filter(retry_of__in=failed).exists():
            refuse_too_many(request)
        try:
            again = requests.retry(job_id, by=request.user)
        except requests.CannotStart as error:
            raise Problem("cannot_start", str(error)) from None
        response = shown(request, again.pk, status=202)
        response["Location"] = f"{JOBS}/{again.pk}"
        return response

    def _said(self, request: Request, job_id: Any, say: Callable[[Any], Any]) -> Response:
        """Say it to the job. One that has ended stays as it is, and is returned all the same."""
        self._mine(request, job_id)
        say(job_id)
        return shown(request, job_id)

    def _mine(self, request: Request, job_id: Any) -> QuerySet[Job]:
        """The client's job. Raises Problem for a body, which means nothing here."""
        if request.data:
            raise of_body({"/": "this operation takes no body"})
        result = own(request).filter(pk=job_id)
        if not result.exists():
            raise Http404
        return result


def _once(request: Request, body: dict[str, Any]) -> tuple[Job, bool]:
    """The job of this request, and whether it was there already. Raises Problem."""
    with once.kept(request) as row:
        if row is not None and row.job is not None:
            return row.job, True
        job = _start(request, body)
        if row is not None:
            row.job = job
            row.save(update_fields=["job"])
    return job, False


def _start(request: Request, body: dict[str, Any]) -> Job:
    refuse_too_many(request)
    with _refused():
        return requests.start(
            body["scope"],
            lens=_lens(body),
            as_of=body.get("as_of"),
            seed=body["seed"],
            queue=_queue(body),
            reason=body["reason"],
            by=request.user,
            request_id=request_id.request_id(request._request),
        )


def refuse_too_many(request: Request) -> None:
    """Raise Problem if this client has as many open jobs as it may."""
    if own(request).exclude(state__in=Job.TERMINAL).count() >= MOST_OPEN:
        detail = f"{MOST_OPEN} of your jobs are open"
        raise Problem("too_many_jobs", detail, headers={"Retry-After": "10"})


@contextmanager
def _refused() -> Iterator[None]:
    """Say in the API's words why no job can begin."""
    try:
        yield
    except scope.BadScope as error:
        raise of_scope(error) from None
    except requests.CannotStart as error:
        raise Problem("cannot_start", str(error)) from None


def _checked(body: dict[str, Any]) -> Row:
    """What the request would start. The lens that it may need is taken back again."""
    with transaction.atomic(), _refused():
        lens = _lens(body)
        job, projects = requests.check(
            body["scope"], lens=lens, as_of=body.get("as_of"), seed=body["seed"]
        )
        result = {
            "projects": projects.count(),
            "queue": _queue(body),
            "method": job.method.code,
            "method_version": job.method.version,
            "models": _models(job.edition_id),
            "importer": lens.importer_id,
            "as_of": job.as_of,
            "edition": job.edition_id,
            "seed": job.seed,
            "apart": job.apart,
        }
        transaction.set_rollback(True)
    return result


def _queue(body: dict[str, Any]) -> str:
    """A few projects go before bulk work."""
    keys = body["scope"].get("keys")
    return requests.queue_for(len(set(keys))) if keys else Job.Queue.BULK


def _lens(body: dict[str, Any]) -> Any:
    return requests.lens_for(body["method"], body["importer"])


class JobErrorViewSet(ListRows):
    """The projects that one of your jobs could not score, and why."""

    tag = "jobs"
    shows = ("job", "itemerror")
    write_scopes = frozenset({RESCORE})
    serializer_class = ItemErrorSerializer
    orders = ERROR_ORDERS

    def get_queryset(self) -> QuerySet[Any]:
        """The job's failures."""
        if not own(self.request).filter(pk=self.kwargs["job_id"]).exists():
            raise Http404
        return ItemError.objects.filter(job=self.kwargs["job_id"])
